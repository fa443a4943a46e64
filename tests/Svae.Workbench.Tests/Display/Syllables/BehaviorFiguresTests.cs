using System.Text.Json;
using Svae.Workbench.Behavior;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class BehaviorFiguresTests
{
    private static JsonElement Data(Figure figure) => JsonDocument.Parse(LiveFigure.Json(new FigurePlan(figure)))
        .RootElement.GetProperty("data");

    [Fact]
    public void A_duration_histogram_holds_every_bout_once()
    {
        var of = Syllables.Of(MadeUpBehavior.Truth(), 30);
        double[] y = Data(DurationHistogram.Of([("true", of)]))[0].GetProperty("y").EnumerateArray().Select(e => e.GetDouble()).ToArray();
        Assert.Equal(100, y.Where((_, i) => i % 2 == 1).SkipLast(1).Sum(), .5); // floor, then each height twice
    }

    [Fact]
    public void Confusion_rows_are_fractions_of_a_behaviours_frames()
    {
        var figure = TransitionMap.Confusion([[0, 0, 0, 1, -1]], [[1, 1, 0, 0, 0]], StateStyle.For(2), [-1, 0]);
        var z = Data(figure)[0].GetProperty("z");
        Assert.Equal([2 / 3.0, 1 / 3.0, 0, 1], z.EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(e => e.GetDouble()),
            (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Usage_bars_are_the_usage_in_per_cent_most_used_first()
    {
        var of = Syllables.Of([[0, 1, 1, 1]], 30);
        Assert.Equal([75, 25], Data(UsageChart.Of(of, StateStyle.For(2)))[0].GetProperty("y").EnumerateArray().Select(e => e.GetDouble()));
    }

    [Fact]
    public void One_state_makes_every_figure()
    {
        var of = Syllables.Of([[0, 0]], 30);
        var styles = StateStyle.For(1);
        foreach (IMimeBundle bundle in new IMimeBundle[] { UsageChart.Of(of, styles, of, [0]), DurationHistogram.Of([("a", of)]),
            TransitionMap.Of(of, styles), new TransitionGraph(of, styles) })
            Assert.NotEmpty(bundle.ToMimeBundle()["image/png"]);
    }

    [Fact]
    public void A_training_curve_of_nothing_or_of_broken_numbers_is_still_drawn()
    {
        Assert.NotEmpty(TrainingCurve.Of([]).ToPng());
        Assert.NotEmpty(TrainingCurve.Of([new(0, 0, "joint", double.NaN, double.NegativeInfinity, 1, 1)], oracle: 3).ToPng());
    }

    [Fact]
    public void Eigenvalues_of_a_rotation_lie_where_the_angle_says()
    {
        double angle = 2 * Math.PI / 30;
        using var rotation = TorchSharp.torch.tensor(new[,] { { Math.Cos(angle), -Math.Sin(angle) },
            { Math.Sin(angle), Math.Cos(angle) } });
        var dots = Data(EigenvaluePlot.Of(rotation * .9, StateStyle.For(1), 30))[1];
        Assert.All(dots.GetProperty("x").EnumerateArray(), x => Assert.Equal(.9 * Math.Cos(angle), x.GetDouble(), 1e-5));
        Assert.Contains("1.00 Hz", dots.GetProperty("text")[0].GetString());
    }
}
