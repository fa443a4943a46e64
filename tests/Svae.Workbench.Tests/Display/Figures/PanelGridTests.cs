using System.Text.Json;
using SkiaSharp;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class PanelGridTests
{
    private static Figure Grid(int panels, int columns, bool shared) => new("grid")
    {
        Columns = columns, SharedX = shared, SharedY = shared,
        Panels = [.. Enumerable.Range(0, panels).Select(i => new Panel("x", "y") { Title = $"panel {i}", Height = 100 }
            .Line([0, 1 + i], [0, -i], "line", "#FF0000"))],
    };

    private static double[] Domain(JsonElement layout, string axis) =>
        [.. layout.GetProperty(axis).GetProperty("domain").EnumerateArray().Select(e => e.GetDouble())];

    [Fact]
    public void Panels_of_the_live_chart_stand_side_by_side_and_do_not_overlap()
    {
        var layout = JsonDocument.Parse(LiveFigure.Json(new FigurePlan(Grid(5, 3, true)))).RootElement.GetProperty("layout");
        string[] suffix = ["", "2", "3", "4", "5"];
        for (int i = 0; i < 5; i++)
            for (int j = 0; j < i; j++)
            {
                double[] xi = Domain(layout, "xaxis" + suffix[i]), xj = Domain(layout, "xaxis" + suffix[j]);
                double[] yi = Domain(layout, "yaxis" + suffix[i]), yj = Domain(layout, "yaxis" + suffix[j]);
                Assert.True(xi[0] >= xj[1] || xj[0] >= xi[1] || yi[1] <= yj[0], $"{i} over {j}");
                Assert.Equal(i / 3 == j / 3, yi[0] == yj[0]);
                Assert.Equal(i % 3 == j % 3, xi[0] == xj[0]);
            }
    }

    [Fact]
    public void Shared_axes_have_the_union_of_the_ranges_and_numbers_only_at_the_edge()
    {
        var plan = new FigurePlan(Grid(5, 3, true));
        Assert.Single(plan.Ranges.Select(r => (r.X, r.Y)).Distinct());
        Assert.True(plan.Ranges[0].X.Max > 5 && plan.Ranges[0].Y.Min < -4);
        Assert.Equal([false, false, true, true, true], Enumerable.Range(0, 5).Select(plan.LabelsX));
        Assert.Equal([true, false, false, true, false], Enumerable.Range(0, 5).Select(plan.LabelsY));
    }

    [Fact]
    public void Plotting_areas_of_the_static_picture_are_equally_wide_and_each_shows_its_line()
    {
        Figure figure = Grid(5, 3, false);
        var frames = StaticPanel.Frames(new FigurePlan(figure));
        Assert.Single(frames.Select(f => f.Across).Distinct());
        using var picture = SKBitmap.Decode(figure.ToPng());
        float top = picture.Height / 2f - 6 - frames[0].Outer - frames[3].Outer;
        for (int i = 0; i < 5; i++)
        {
            int y0 = (int)(2 * (top + i / 3 * frames[0].Outer + frames[i].Top)), x0 = (int)(2 * (frames[i].X + frames[i].Left));
            Assert.Contains(SKColors.Red, from y in Enumerable.Range(y0, 200) from x in Enumerable.Range(x0, (int)(2 * frames[i].Across)) select picture.GetPixel(x, y));
        }
    }

    [Fact]
    public void One_name_has_one_entry_in_the_legend_of_the_live_chart()
    {
        var data = JsonDocument.Parse(LiveFigure.Json(new FigurePlan(new Figure("f")
        {
            Panels = [new Panel("x", "y").Path([0, 1], [0, 1], "a").Path([1, 2], [0, 1], "a"), new Panel("x", "y").Line([0, 1], [1, 0], "a")],
        }))).RootElement.GetProperty("data");
        Assert.Single(data.EnumerateArray(), t => t.GetProperty("showlegend").GetBoolean());
    }

    [Fact]
    public void Arrows_end_where_they_point()
    {
        var data = JsonDocument.Parse(LiveFigure.Json(new FigurePlan(new Figure("f")
            { Panels = [new Panel("x", "y").Arrows([1], [2], [3], [-1])] }))).RootElement.GetProperty("data")[0];
        double At(string axis, int i) => data.GetProperty(axis)[i].GetDouble();
        Assert.Equal((1, 2, 4, 1), (At("x", 0), At("y", 0), At("x", 1), At("y", 1)));
        Assert.Equal((4, 1), (At("x", 4), At("y", 4)));
    }
}
