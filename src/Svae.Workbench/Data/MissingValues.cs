namespace Svae.Workbench.Data;

/// <summary>Frames that a file has no values for.</summary>
internal static class MissingValues
{
    /// <summary>Zeroes every row that holds a NaN or an infinity and marks it, <c>[T]</c>; null when there is none.</summary>
    public static bool[]? ZeroOut(float[] values, int rows)
    {
        bool[]? missing = null;
        int width = values.Length / rows;
        for (int t = 0; t < rows; t++)
        {
            Span<float> row = values.AsSpan(t * width, width);
            bool finite = true;
            foreach (float v in row) finite &= float.IsFinite(v);
            if (finite) continue;
            row.Clear();
            (missing ??= new bool[rows])[t] = true;
        }
        return missing;
    }

    /// <summary>Refuses a recording without a single frame that is there.</summary>
    public static void RequireSome(string dataset, bool[]? missing)
    {
        if (missing is not null && missing.All(m => m))
            throw new RecordingFault(dataset, "has a NaN or an infinity in every frame; nothing is left");
    }
}
