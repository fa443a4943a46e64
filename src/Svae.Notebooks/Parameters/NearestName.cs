namespace Svae.Notebooks.Parameters;

/// <summary>The name someone probably meant.</summary>
internal static class NearestName
{
    /// <summary>The closest of the known names by edit distance, unless even that is far off.</summary>
    public static string? Of(string name, IEnumerable<string> known) => known
        .Select(candidate => (candidate, Distance: Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(pair => pair.Distance <= Math.Max(2, name.Length / 3))
        .OrderBy(pair => pair.Distance).Select(pair => pair.candidate).FirstOrDefault();

    // Levenshtein: insertions, deletions, replacements.
    private static int Distance(string a, string b)
    {
        int[] row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }
}
