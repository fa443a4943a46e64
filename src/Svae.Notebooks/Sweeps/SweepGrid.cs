using System.Globalization;
using Svae.Workbench;

namespace Svae.Notebooks.Sweeps;

/// <summary>The settings of a sweep: every row of a settings file, with every combination of the listed values, with every seed.</summary>
internal static class SweepGrid
{
    public const string Seed = "Seed";
    private const int MostSettings = 100_000;

    /// <summary>All combinations, the seeds running fastest.</summary>
    /// <param name="rows">Rows of a settings file; empty for none.</param>
    /// <param name="lists">Parameters with their values.</param>
    /// <param name="seeds">Values of the parameter Seed; empty leaves it alone.</param>
    /// <exception cref="UserInputException">A parameter is given twice, or the grid is too large.</exception>
    public static IReadOnlyList<Setting> Combine(
        IReadOnlyList<Setting> rows, IReadOnlyList<(string Name, IReadOnlyList<string> Values)> lists, IReadOnlyList<string> seeds)
    {
        var factors = seeds.Count > 0 ? [.. lists, (Seed, seeds)] : lists;
        var names = rows.SelectMany(row => row.Values).Select(value => value.Name).Distinct().Concat(factors.Select(factor => factor.Name));
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UserInputException($"{twice.Key} is given twice; a parameter has one place: -p, --seeds or the settings file");
        IEnumerable<Setting> all = rows.Count > 0 ? rows : [new Setting([])];
        foreach (var (name, values) in factors)
            all = all.SelectMany(setting => values.Select(value => new Setting([.. setting.Values, (name, value)])));
        var settings = all.Take(MostSettings + 1).DistinctBy(setting => setting.ToString()).ToArray();
        return settings.Length <= MostSettings ? settings : throw new UserInputException($"the grid has more than {MostSettings:N0} settings; leave some values out");
    }

    /// <summary>"LearningRate=1e-3,3e-3" as a name and its values. Commas inside brackets or quotes belong to a value.</summary>
    /// <exception cref="UserInputException">There is no name or no value.</exception>
    public static (string Name, IReadOnlyList<string> Values) List(string parameter)
    {
        var (name, text) = Commands.BatchRequest.Split(parameter);
        return (name, Split(text));
    }

    /// <summary>"0..4,7" as 0, 1, 2, 3, 4, 7.</summary>
    /// <exception cref="UserInputException">A part is neither a whole number nor a range of them.</exception>
    public static IReadOnlyList<string> Seeds(string text) => text.Split(',', StringSplitOptions.TrimEntries).SelectMany(Range).Distinct()
        .Select(seed => seed.ToString(CultureInfo.InvariantCulture)).ToArray();

    private static IEnumerable<long> Range(string part)
    {
        string[] ends = part.Split("..");
        long last = 0;
        if (ends.Length > 2 || !Whole(ends[0], out long first) || (ends.Length == 2 && !Whole(ends[1], out last)))
            throw new UserInputException($"--seeds: \"{part}\" is no seed; write 0..4 or 0,1,7");
        if (ends.Length == 1) return [first];
        return last >= first && last - first < MostSettings ? Enumerable.Range(0, (int)(last - first) + 1).Select(i => first + i)
            : throw new UserInputException($"--seeds: {part} goes backwards or is too long");
    }

    private static bool Whole(string text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        bool quoted = false;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '"') quoted = !quoted;
            else if (i < text.Length && !quoted && text[i] is '[' or '(') depth++;
            else if (i < text.Length && !quoted && text[i] is ']' or ')') depth--;
            else if (i == text.Length || (text[i] == ',' && depth <= 0 && !quoted))
            {
                parts.Add(text[start..i].Trim() is ['"', .. var inside, '"'] ? inside : text[start..i].Trim());
                start = i + 1;
            }
        }
        return parts;
    }
}

/// <summary>One setting of a sweep: values for some of the notebook's parameters.</summary>
/// <param name="Values">Names and texts.</param>
internal sealed record Setting(IReadOnlyList<(string Name, string Value)> Values)
{
    /// <summary>The setting without its seed.</summary>
    public Setting WithoutSeed() => new(Values.Where(value => value.Name != SweepGrid.Seed).ToArray());

    /// <summary>The value of a parameter, or null.</summary>
    public string? this[string name] => Values.Where(value => value.Name == name).Select(value => value.Value).FirstOrDefault();

    /// <inheritdoc/>
    public bool Equals(Setting? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Aggregate(0, (hash, value) => HashCode.Combine(hash, value));

    /// <summary>"LearningRate=1e-3 Seed=0".</summary>
    public override string ToString() => string.Join(' ', Values.Select(value => $"{value.Name}={value.Value}"));
}
