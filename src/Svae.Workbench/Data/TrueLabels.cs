namespace Svae.Workbench.Data;

/// <summary>Labels as files have them, numbered from anything, made to start at 0 with their names kept.</summary>
internal static class TrueLabels
{
    /// <summary>
    /// Labels from 0 to K − 1. With K names and labels within 0 … K − 1 or 1 … K, name k stays with its label; otherwise the
    /// values that occur are numbered in rising order, and named only if there are as many names. Negative stays −1: unknown.
    /// </summary>
    public static (int[] Labels, string[]? Names) Compact(long[] labels, string[]? names)
    {
        long[] values = [.. labels.Where(v => v >= 0).Distinct().Order()];
        if (values.Length == 0) return ([.. labels.Select(_ => -1)], null);
        int count = names?.Length ?? 0;
        bool fromZero = values[^1] < count, fromOne = values[0] >= 1 && values[^1] == count;
        if (fromZero || fromOne)
            return ([.. labels.Select(v => v < 0 ? -1 : (int)(v - (fromOne ? 1 : 0)))], names);
        Dictionary<long, int> index = values.Select((v, k) => (v, k)).ToDictionary(p => p.v, p => p.k);
        return ([.. labels.Select(v => v < 0 ? -1 : index[v])], count == values.Length ? names : null);
    }
}
