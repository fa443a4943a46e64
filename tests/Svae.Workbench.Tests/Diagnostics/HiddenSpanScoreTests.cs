using Svae.Workbench.Diagnostics;
using Svae.Workbench.GraphicalModels;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Diagnostics;

public class HiddenSpanScoreTests
{
    private static readonly Tensor Up = arange(6).to(ScalarType.Float32).reshape(1, 6, 1), Down = -Up;

    [Fact]
    public void Samples_follow_the_course_that_is_nearer_than_half_the_way_to_the_other()
    {
        // Five samples: two near one course, one near the other, one half the way between them, one far from both.
        var score = Of([1f, 0.4f, -1f, 0f, 3f]);
        Assert.Equal([0.4, 0.2], score.Shares.data<double>().ToArray());
        Assert.Equal(0.6, score.Following, 9);
        Assert.Equal(1, score.KeepingAll(0.2));
        Assert.Equal(0, score.KeepingAll(0.3));
    }

    [Fact]
    public void Only_the_span_counts()
    {
        Tensor elsewhere = Up.clone();
        elsewhere.narrow(1, 0, 2).fill_(100);
        Assert.Equal([1.0, 0.0], HiddenSpanScore.Of(Paths(elsewhere.unsqueeze(0)), Up, [Up, Down], 2, 6).Shares.data<double>().ToArray());
    }

    [Fact]
    public void Draws_from_what_the_truth_is_drawn_from_cover_nine_tenths_of_it_and_are_as_wide_as_normal_quantiles()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(1);
        Tensor truth = randn([20, 100, 3], generator: g), draws = randn([400, 20, 100, 3], generator: g);
        var score = HiddenSpanScore.Of(Paths(draws), truth, [zeros_like(truth), ones_like(truth)], 10, 90);
        Assert.Equal(0.9, score.Coverage, 0.015);
        Assert.Equal(2 * 1.645, score.Width, 0.05);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var paths = Paths(Up.unsqueeze(0));
        Assert.Contains("courses: expected at least two", Assert.Throws<ArgumentException>(() => HiddenSpanScore.Of(paths, Up, [Up], 1, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("from and to", Assert.Throws<ArgumentException>(() => HiddenSpanScore.Of(paths, Up, [Up, Down], 3, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("course", Assert.Throws<ArgumentException>(() => HiddenSpanScore.Of(paths, Up, [Up, Down.narrow(1, 0, 4)], 1, 3)).Message, StringComparison.Ordinal);
    }

    private static HiddenSpanScore Of(float[] factors) => HiddenSpanScore.Of(Paths(stack([.. factors.Select(f => f * Up)])), Up, [Up, Down], 1, 6);

    private static ObservedPaths Paths(Tensor expected) => new(new LatentPaths(expected, null), expected, expected);
}
