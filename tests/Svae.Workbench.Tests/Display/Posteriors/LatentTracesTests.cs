using System.Text.Json;
using Svae.Workbench.Display;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class LatentTracesTests
{
    private static JsonElement Live(Figure figure) => JsonDocument.Parse(LiveFigure.Json(new FigurePlan(figure))).RootElement;

    [Fact]
    public void Bands_are_two_standard_deviations_wide_for_dense_and_diagonal_covariances()
    {
        Tensor mean = zeros(3, 2, dtype: ScalarType.Float64), variances = tensor(new[,] { { 1.0, 4 }, { 9, 16 }, { 25, 36 } });
        foreach (Tensor covariance in new[] { variances, diag_embed(variances) + .1 * ones(2, 2).triu(1) })
        {
            var upper = Live(LatentTraces.Of("t", [new("a", mean, covariance)])).GetProperty("data")[5];
            Assert.Equal([4, 8, 12], upper.GetProperty("y").EnumerateArray().Select(e => e.GetDouble()));
        }
    }

    [Fact]
    public void Missing_frames_are_shaded_from_half_a_frame_before_to_half_a_frame_after()
    {
        var shapes = Live(LatentTraces.Of("t", [new("a", zeros(6, 1))], [false, true, true, false, false, true], 10)).GetProperty("layout").GetProperty("shapes");
        Assert.Equal([(.05, .25), (.45, .55)], shapes.EnumerateArray().Select(s => (s.GetProperty("x0").GetDouble(), s.GetProperty("x1").GetDouble())));
    }

    [Fact]
    public void More_than_eight_dimensions_are_said_to_be_left_out() =>
        Assert.Contains("first 8 of 12", LatentTraces.Of("t", [new("a", zeros(4, 12))]).Subtitle);

    [Fact]
    public void Observations_of_missing_frames_are_not_drawn()
    {
        var dots = Live(PlanePaths.Of("t", [new("a", zeros(4, 2))], arange(8).reshape(4, 2), [false, true, true, false])).GetProperty("data")[0];
        Assert.Equal([0, 6], dots.GetProperty("x").EnumerateArray().Select(e => e.GetDouble()));
    }
}
