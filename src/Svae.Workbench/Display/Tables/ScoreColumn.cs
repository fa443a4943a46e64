namespace Svae.Workbench.Display;

/// <summary>
/// A column of a <see cref="ComparisonTable"/>: a score, and which of its values is best. A plain string is a score that is better when
/// higher, or when lower if it ends in "↓".
/// </summary>
/// <example><code>new ComparisonTable("Held out", "error ↓", ScoreColumn.Nearest("coverage of 90 %", 0.9), ScoreColumn.Described("width of 90 %"))</code></example>
public sealed record ScoreColumn
{
    // The lower the better; not a number where no value is better than another.
    private readonly Func<double, double> loss;

    private ScoreColumn(string name, Func<double, double> loss) => (Name, this.loss) = (name, loss);

    /// <summary>The column's heading.</summary>
    public string Name { get; }

    /// <summary>A score that is best where it is nearest to a value, such as the share that an interval is meant to cover.</summary>
    /// <param name="name">The heading.</param>
    /// <param name="target">The value.</param>
    public static ScoreColumn Nearest(string name, double target) => new(name, value => Math.Abs(value - target));

    /// <summary>A number that only describes the methods, such as the width of an interval or a count of parameters: none is best.</summary>
    /// <param name="name">The heading.</param>
    public static ScoreColumn Described(string name) => new(name, _ => double.NaN);

    /// <summary>A score that is better when higher, or when lower if the heading ends in "↓".</summary>
    /// <param name="name">The heading.</param>
    public static implicit operator ScoreColumn(string name) => new(name, name.TrimEnd().EndsWith('↓') ? value => value : value => -value);

    /// <summary>Is the value as good as the best of all, to three decimals?</summary>
    /// <param name="value">One of the values.</param>
    /// <param name="all">The values of all that compete; with fewer than two of them none is best.</param>
    internal bool IsBest(double value, IEnumerable<double> all)
    {
        double[] losses = [.. all.Where(double.IsFinite).Select(loss)];
        return losses.Length > 1 && Math.Abs(loss(value) - losses.Min()) < 5e-4;
    }
}
