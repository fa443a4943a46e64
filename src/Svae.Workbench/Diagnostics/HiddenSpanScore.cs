using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Diagnostics;

/// <summary>How joint samples fill in a hidden span of which the courses that fit what is seen are known.</summary>
/// <param name="Coverage">Share of the observations in the span inside the central 90 % of the draws; 0.9 when calibrated.</param>
/// <param name="Width">Mean width of those intervals, observation units: of two calibrated fans the narrower knows more.</param>
/// <param name="Shares">Share of the samples that follow each course, float64 [B, C]; what is missing to 1 follows none.</param>
public sealed record HiddenSpanScore(double Coverage, double Width, Tensor Shares)
{
    private const double Central = 0.9;

    /// <summary>Share of the samples that follow one of the courses, over all sequences.</summary>
    public double Following => Shares.sum(1).mean().item<double>();

    /// <summary>Share of the sequences each of whose courses is followed by at least this share of the samples.</summary>
    /// <param name="least">Between 0 and 1 / C.</param>
    public double KeepingAll(double least = 0.1) => (Shares >= least).all(1).to(ScalarType.Float64).mean().item<double>();

    /// <summary>
    /// Scores samples. A sample follows a course when, over the span, its mean squared distance to it is less than a quarter of that between
    /// this course and the nearest other one: it is nearer than half the way.
    /// </summary>
    /// <param name="paths">Joint samples [S, B, T, …].</param>
    /// <param name="observations">What was hidden, with its noise, [B, T, D].</param>
    /// <param name="courses">Two or more courses without noise, [B, T, D] each.</param>
    /// <param name="from">First hidden frame.</param>
    /// <param name="to">First frame after the span.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, fewer than two courses, or not 0 ≤ from &lt; to ≤ T.</exception>
    public static HiddenSpanScore Of(ObservedPaths paths, Tensor observations, IReadOnlyList<Tensor> courses, int from, int to)
    {
        long[] size = paths.Draws.shape[1..];
        if (courses.Count < 2) throw new ArgumentException($"courses: expected at least two, got {courses.Count}");
        if (!(0 <= from && from < to && to <= size[1])) throw new ArgumentException($"from and to: expected 0 ≤ from < to ≤ {size[1]}, got {from} and {to}");
        foreach (var (value, name) in courses.Select(course => (course, "course")).Prepend((observations, "observations")))
            Guard.Shape(value, name, ("sequence", size[0]), ("time", size[1]), ("observed", size[2]));

        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor Span(Tensor value) => value.narrow(-2, from, to - from);
        Tensor truth = Span(observations), low = Span(paths.Quantile((1 - Central) / 2)), high = Span(paths.Quantile((1 + Central) / 2));
        double coverage = ((truth >= low) & (truth <= high)).to(ScalarType.Float64).mean().item<double>();
        Tensor[] shares = [.. courses.Select((course, c) =>
        {
            Tensor apart = stack([.. courses.Where((_, other) => other != c).Select(other => Distance(Span(course), Span(other)))]).amin([0L]);
            return (Distance(Span(paths.Expected), Span(course)) < apart / 4).to(ScalarType.Float64).mean([0L]);
        })];
        return new HiddenSpanScore(coverage, (high - low).mean().item<float>(), stack(shares, 1).MoveToOuterDisposeScope());
    }

    private static Tensor Distance(Tensor one, Tensor other) => (one - other).square().mean([-1L, -2L]);
}
