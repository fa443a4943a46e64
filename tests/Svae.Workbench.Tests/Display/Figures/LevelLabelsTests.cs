using System.Text.Json;
using CsCheck;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class LevelLabelsTests
{
    private static readonly double[] x = [.. Enumerable.Range(0, 400).Select(i => (double)i)];

    private static LevelLabel[] Labels(Panel panel)
    {
        var plan = new FigurePlan(new Figure("f") { Panels = [panel] });
        return [.. panel.Marks.OfType<LevelMark>().Select(plan.LabelOf)];
    }

    [Fact]
    public void Alone_it_stands_over_the_right_end() => Assert.Equal([new LevelLabel(1, true)], Labels(new Panel("x", "y").Line(x, x).Level(200, "half")));

    [Fact]
    public void Where_a_curve_comes_to_its_oracle_the_label_stands_at_the_other_end()
    {
        double[] learning = [.. x.Select(t => 14 - 30 * Math.Exp(-t / 40) + .3 * Math.Sin(7 * t))];
        var panel = new Panel("step", "ELBO").Line(x, learning).Level(14, "oracle 14");
        Assert.Equal([new LevelLabel(0, true)], Labels(panel));
        var text = JsonDocument.Parse(LiveFigure.Json(new FigurePlan(new Figure("f") { Panels = [panel] }))).RootElement
            .GetProperty("layout").GetProperty("annotations")[0];
        Assert.Equal(("left", "bottom", 0.0), (text.GetProperty("xanchor").GetString(), text.GetProperty("yanchor").GetString(), text.GetProperty("x").GetDouble()));
    }

    [Fact]
    public void At_the_upper_edge_it_stands_below() =>
        Assert.Equal([new LevelLabel(1, false)], Labels(new Panel("x", new Axis("y") { Max = 1.01 }).Line(x, [.. x.Select(_ => 0.0)]).Level(1, "one")));

    [Fact]
    public void Two_levels_close_together_have_labels_apart() =>
        Assert.Equal(2, Labels(new Panel("x", "y").Line(x, x).Level(200, "half").Level(201, "more")).Distinct().Count());

    [Fact]
    public void On_a_logarithmic_axis_it_keeps_off_the_curve_as_well() =>
        Assert.Equal([new LevelLabel(0, true)], Labels(new Panel("x", new Axis("y") { Log = true }).Line(x, [.. x.Select(t => .001 * Math.Pow(10, t / 200))])
            .Level(.08, "here the curve crosses it at its right end")));

    [Fact]
    public void A_label_covers_no_dot_while_a_place_is_free() => Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1]).Array[1, 12].Sample(dots =>
    {
        double[] at = [.. dots.Select(d => d.Item1)], height = [.. dots.Select(d => d.Item2)];
        Axis Unit(string name) => new(name) { Min = 0, Max = 1 };
        var panel = new Panel(Unit("x"), Unit("y")) { Height = 220 }.Points(at, height, size: 1).Level(.5, "level");
        const double wide = 50.0 / 620, high = 19.0 / 220; // of the panel: a little more than the label
        int Covered(LevelLabel label)
        {
            double left = label.Across * (1 - wide), low = label.Above ? .5 : .5 - high;
            return dots.Count(d => d.Item1 >= left && d.Item1 <= left + wide && d.Item2 >= low && d.Item2 <= low + high);
        }
        bool free = new[] { 0, .5, 1 }.Any(across => Covered(new(across, true)) == 0 || Covered(new(across, false)) == 0);
        const double slim = 25.0 / 620, flat = 13.0 / 220; // a little less than it
        LevelLabel chosen = Labels(panel)[0];
        double from = chosen.Across * (1 - slim), bottom = chosen.Above ? .5 + 2.0 / 220 : .5 - flat - 2.0 / 220;
        return !free || !dots.Any(d => d.Item1 >= from && d.Item1 <= from + slim && d.Item2 >= bottom && d.Item2 <= bottom + flat);
    });
}
