using System.Text.Json;
using Svae.Workbench.Display;
using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class PhasePortraitTests
{
    private static JsonElement Data(Figure figure) => JsonDocument.Parse(LiveFigure.Json(new FigurePlan(figure))).RootElement.GetProperty("data");

    [Fact]
    public void Arrows_point_along_one_step_of_the_dynamics()
    {
        var (a, b) = LatentGallery.Rotations(1);
        double[] A = a.data<double>().ToArray(), B = b.data<double>().ToArray();
        var trace = Data(PhasePortrait.Of(a, b))[0];
        int arrows = trace.GetProperty("x").GetArrayLength() / 7;
        Assert.Equal(225, arrows);
        for (int i = 0; i < arrows; i++)
        {
            double At(string axis, int k) => trace.GetProperty(axis)[7 * i + k].GetDouble();
            double x = At("x", 0), y = At("y", 0), u = At("x", 1) - x, v = At("y", 1) - y;
            double stepX = A[0] * x + A[1] * y + B[0] - x, stepY = A[2] * x + A[3] * y + B[1] - y;
            Assert.True(u * stepX + v * stepY > .999 * Math.Sqrt((u * u + v * v) * (stepX * stepX + stepY * stepY)), $"at {x}, {y}");
        }
    }

    [Fact]
    public void A_plane_that_holds_the_paths_shows_them_whole()
    {
        var generator = new Generator(1);
        Tensor plane = randn([2, 6], ScalarType.Float64, generator: generator), path = randn([50, 2], ScalarType.Float64, generator: generator).matmul(plane) + 3;
        Tensor centred = path - path.mean([0L]), projected = LatentPlane.Of(6, [path]).Project(path);
        Assert.True((centred.matmul(centred.mT) - projected.matmul(projected.mT)).abs().max().item<double>() < 1e-9);
    }

    [Fact]
    public void A_state_s_panel_shows_its_own_frames_and_the_step_out_of_it()
    {
        var (a, b) = LatentGallery.Rotations(2);
        Tensor path = tensor(new[,] { { 0.0, 0 }, { 1, 1 }, { 2, 2 }, { 3, 3 }, { 4, 4 } });
        var data = Data(PhasePortrait.Of(a, b, [path], [[0, 0, 1, 1, 0]]));
        JsonValueKind[] Kinds(int trace) => [.. data[trace].GetProperty("y").EnumerateArray().Select(e => e.ValueKind)];
        const JsonValueKind n = JsonValueKind.Number, gap = JsonValueKind.Null;
        Assert.Equal([n, n, n, gap, n], Kinds(1));
        Assert.Equal([gap, gap, n, n, n], Kinds(3));
    }

    [Fact]
    public void The_mean_of_a_distribution_over_dynamics_gives_the_same_portrait()
    {
        var (a, b) = LatentGallery.Rotations(3);
        var q = MatrixNormalInverseWishart.FromStandard(new(cat([a, b.unsqueeze(2)], 2), .1 * eye(3, dtype: ScalarType.Float64).expand(3, 3, 3),
            eye(2, dtype: ScalarType.Float64).expand(3, 2, 2), full(3, 9, ScalarType.Float64)));
        Assert.Equal(Data(PhasePortrait.Of(a, b)).GetRawText(), Data(PhasePortrait.Of(q)).GetRawText());
    }

    [Fact]
    public void One_dimension_is_refused_with_advice() =>
        Assert.Contains("against time", Assert.Throws<ArgumentException>(() => PhasePortrait.Of(ones(1, 1))).Message);
}
