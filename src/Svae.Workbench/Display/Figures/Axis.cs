namespace Svae.Workbench.Display;

/// <summary>One axis of a <see cref="Panel"/>. A plain string is an axis with that label.</summary>
/// <param name="Label">What is measured, with its unit: "time (s)".</param>
public sealed record Axis(string Label)
{
    /// <summary>Logarithmic; everything drawn against it must be positive.</summary>
    public bool Log { get; init; }

    /// <summary>Names at 0, 1, 2, … instead of numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Where the axis begins; by default a little before the data.</summary>
    public double? Min { get; init; }

    /// <summary>Where the axis ends; by default a little after the data.</summary>
    public double? Max { get; init; }

    /// <summary>From top to bottom (or right to left) when the numbers grow, as the rows of a matrix do.</summary>
    public bool Reversed { get; init; }

    /// <summary>An axis of items 0, 1, 2, …: each has its number under it, unless there are too many.</summary>
    /// <param name="label">What is numbered.</param>
    /// <param name="count">How many there are.</param>
    public static Axis Numbered(string label, int count) =>
        new(label) { Categories = count <= 30 ? [.. Enumerable.Range(0, count).Select(i => $"{i}")] : null };

    /// <summary>An axis with this label.</summary>
    /// <param name="label">What is measured, with its unit.</param>
    public static implicit operator Axis(string label) => new(label);
}
