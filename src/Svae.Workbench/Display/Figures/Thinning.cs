namespace Svae.Workbench.Display;

/// <summary>Keeps the look of a long line with few points: of each stretch its first, least and largest value.</summary>
internal static class Thinning
{
    /// <summary>Indices to keep, ascending, the first and the last among them; null if there are few enough already.</summary>
    public static int[]? Indices(IReadOnlyList<double> y, int longest)
    {
        if (y.Count <= longest) return null;
        int stretches = longest / 3;
        var keep = new SortedSet<int> { 0, y.Count - 1 };
        for (int s = 0; s < stretches; s++)
        {
            int from = (int)((long)y.Count * s / stretches), to = (int)((long)y.Count * (s + 1) / stretches);
            int least = from, largest = from;
            for (int i = from; i < to; i++)
            {
                if (!double.IsNaN(y[least]) && !(y[i] >= y[least])) least = i; // a NaN is kept: it breaks the line
                if (y[i] > y[largest]) largest = i;
            }
            keep.Add(from);
            keep.Add(least);
            keep.Add(largest);
        }
        return keep.ToArray();
    }
}
