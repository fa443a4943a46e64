using System.Text.Json;
using SkiaSharp;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class FigureTests
{
    private static JsonElement Live(Figure figure) => JsonDocument.Parse(LiveFigure.Json(new FigurePlan(figure))).RootElement;

    private static double[] Numbers(JsonElement trace, string name) => trace.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())
        .ToArray();

    [Fact]
    public void The_live_chart_holds_the_numbers_that_were_given()
    {
        double[] x = [0, 1, 2], y = [1.5, -2, 1e-7];
        var data = Live(new Figure("f") { Panels = [new Panel("x", "y").Line(x, y, "a", lower: [0, -3, -1], upper: [2, 0, 1])] })
            .GetProperty("data");
        Assert.Equal((x, y), (Numbers(data[0], "x"), Numbers(data[0], "y")), (a, b) => a.Item1.SequenceEqual(b.Item1)
            && a.Item2.SequenceEqual(b.Item2));
        Assert.Equal([0, -3, -1], Numbers(data[1], "y"));
        Assert.Equal([2, 0, 1], Numbers(data[2], "y"));
    }

    [Fact]
    public void Both_renderings_show_each_cell_of_a_heat_map_where_it_belongs()
    {
        var values = new[,] { { 0, .25, .5 }, { .75, 1, .125 } };
        var figure = new Figure("f") { Panels = [new Panel("", "").HeatMap(values, "p", min: 0, max: 1)] };
        var z = Live(figure).GetProperty("data")[0].GetProperty("z");
        var plan = new FigurePlan(figure);
        var frame = StaticPanel.Frames(plan)[0];
        using var picture = SKBitmap.Decode(figure.ToPng());
        float top = picture.Height / 2f - 6 - frame.Outer + frame.Top, across = figure.Width - frame.Left - frame.Right;
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 3; j++)
            {
                Assert.Equal(values[i, j], z[i][j].GetDouble());
                SKColor seen = picture.GetPixel((int)(2 * (frame.Left + across * (j + .5) / 3)),
                    (int)(2 * (top + frame.Inner * (i + .5) / 2))), meant = ColorRamp.Probability.Skia(values[i, j]);
                Assert.True(Math.Abs(seen.Red - meant.Red) < 8 && Math.Abs(seen.Blue - meant.Blue) < 8,
                    $"cell {i}, {j}: {seen}, meant {meant}");
            }
    }

    [Fact]
    public void Both_renderings_have_the_same_axis_ranges_and_colours()
    {
        var figure = GalleryFigures.Lines();
        var plan = new FigurePlan(figure);
        var live = Live(figure);
        double[] range = Numbers(live.GetProperty("layout").GetProperty("yaxis"), "range");
        Assert.Equal(plan.Ranges[0].Y.Min, range[0], 1e-3);
        Assert.Equal(plan.Ranges[0].Y.Max, range[1], 1e-3);
        Assert.Equal(plan.Legend[0].Color, live.GetProperty("data")[0].GetProperty("line").GetProperty("color").GetString());
        using var picture = SKBitmap.Decode(figure.ToPng());
        Assert.Contains(SKColor.Parse(plan.Legend[0].Color), picture.Pixels);
    }

    [Fact]
    public void A_long_line_is_thinned_and_keeps_its_extremes()
    {
        var y = Enumerable.Range(0, 100_000).Select(i => Math.Sin(i * .001)).ToArray();
        y[51_234] = 9;
        y[777] = -9;
        double[] kept = Numbers(Live(new Figure("f") { Panels = [new Panel("x", "y").Line(y.Select((_, i) => (double)i).ToArray(), y)] })
            .GetProperty("data")[0], "y");
        Assert.True(kept.Length <= 710);
        Assert.Equal((9, -9), (kept.Max(), kept.Min()));
    }

    [Fact]
    public void A_gap_is_a_gap_in_both() =>
        Assert.Equal(JsonValueKind.Null, Live(new Figure("f") { Panels = [new Panel("x", "y").Line([0, 1, 2], [1, double.NaN, 2])] })
            .GetProperty("data")[0].GetProperty("y")[1].ValueKind);

    [Fact]
    public void A_band_with_a_gap_is_two_bands_in_both()
    {
        double[] x = [0, 1, 2, 3, 4], lower = [0, 0, double.NaN, 0, 0], upper = [1, 1, double.NaN, 1, 1], middle = [.5, .5, double.NaN, .5, .5];
        var figure = new Figure("f") { Panels = [new Panel("x", "y").Line(x, middle, color: "#FF0000", lower: lower, upper: upper)] };
        var data = Live(figure).GetProperty("data");
        Assert.Equal([5, 2, 2, 2, 2], data.EnumerateArray().Select(t => t.GetProperty("x").GetArrayLength()));
        using var picture = SKBitmap.Decode(figure.ToPng());
        Assert.Contains(picture.Pixels, p => p.Red > 250 && Math.Abs(p.Green - 204) < 3 && Math.Abs(p.Blue - 204) < 3); // red at a fifth over white
    }

    [Fact]
    public void Nothing_to_draw_is_still_a_figure()
    {
        Assert.NotEmpty(new Figure("empty") { Panels = [new Panel("x", "y")] }.ToMimeBundle()["image/png"]);
        Assert.NotEmpty(new Figure("flat") { Panels = [new Panel(new Axis("x") { Log = true }, "y").Line([5], [0])
            .Level(0, "zero")] }.ToMimeBundle()["image/png"]);
        Assert.NotEmpty(new Figure("not finite") { Panels = [new Panel("x", "y")
            .Line([0, 1], [double.NaN, double.PositiveInfinity])] }.ToMimeBundle()["image/png"]);
    }

    [Fact]
    public void A_title_cannot_close_the_script() =>
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(new Figure("</script><b>")
            { Panels = [new Panel("x", "y").Line([0, 1], [0, 1], "</script>")] }.ToMimeBundle()["text/html"], "</script>"));

    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(3, 40, 3)]
    [InlineData(6, 60, 6)]
    public void Title_subtitle_and_every_row_of_the_legend_have_space_above_the_panels(int lines, int letters, int rows)
    {
        var panel = new Panel("x", "y");
        for (int i = 0; i < lines; i++) panel.Line([0, 1], [0, i], new string((char)('a' + i), letters));
        var layout = Live(new Figure("title") { Subtitle = "subtitle", Panels = [panel] }).GetProperty("layout");
        int above = layout.GetProperty("margin").GetProperty("t").GetInt32();
        int legend = layout.GetProperty("meta").GetProperty("legendHeight").GetInt32();
        Assert.Equal(20 * rows + 10, legend);
        int subtitle = Assert.Single(layout.GetProperty("annotations").EnumerateArray()).GetProperty("yshift").GetInt32(); // its upper edge over the panels
        Assert.InRange(subtitle, legend + 6 + 11, above - 24); // over the legend and its lift, with room for the letters; under the title
    }

    [Fact]
    public void Unequal_lengths_are_refused() => Assert.Throws<ArgumentException>(() => new Panel("x", "y").Line([0, 1], [1]));
}
