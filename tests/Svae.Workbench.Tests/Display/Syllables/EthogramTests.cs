using System.Text.Json;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class EthogramTests
{
    private static readonly IReadOnlyList<StateStyle> styles = StateStyle.For(3);

    private static void Shows(Figure figure) => Assert.NotEmpty(figure.ToMimeBundle()["image/png"]);

    [Fact]
    public void One_frame_one_state() => Shows(Ethogram.Of("one", 30, [new("true", [0], styles)], confidence: [.5]));

    [Fact]
    public void Rows_of_unequal_length_are_drawn_as_far_as_they_go() =>
        Shows(Ethogram.Of("unequal", 30, [new("true", new int[50], styles), new("inferred", [1, 2], styles)], start: 1));

    [Fact]
    public void No_frames_at_all() => Shows(Ethogram.Of("none", 30, [new("true", [], styles)]));

    [Fact]
    public void Frames_without_a_label_are_left_empty_and_runs_stand_at_their_time()
    {
        var figure = Ethogram.Of("gap", 10, [new("true", [9, 0, 0, -1, 2, 2, 2], styles)], start: 1);
        var trace = JsonDocument.Parse(LiveFigure.Json(new FigurePlan(figure))).RootElement.GetProperty("data")[0];
        Assert.Equal([.1, .3, .4, .7], trace.GetProperty("x").EnumerateArray().Select(e => Math.Round(e.GetDouble(), 6)));
        var z = trace.GetProperty("z")[0];
        Assert.Equal((0, JsonValueKind.Null, 2), (z[0].GetInt32(), z[1].ValueKind, z[2].GetInt32()));
    }

    [Fact]
    public void Only_states_that_occur_are_in_the_legend() =>
        Assert.Equal(["state 2"], new FigurePlan(Ethogram.Of("legend", 10, [new("true", [2, -1], styles)])).Legend.Select(l => l.Name));

    [Fact]
    public void Matched_states_wear_the_colour_of_the_truth_and_no_two_share_a_name()
    {
        var matched = StateStyle.Matched(styles, [2, -1, 0, 2]);
        Assert.Equal((styles[2], styles[0]), (matched[0], matched[2]));
        Assert.Equal(4, matched.Select(s => s.Name).Distinct().Count());
        Assert.DoesNotContain(matched[1].Color, styles.Select(s => s.Color));
    }
}
