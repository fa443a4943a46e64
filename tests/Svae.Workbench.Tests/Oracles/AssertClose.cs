using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>Equality of tensors up to a relative error of the largest entry.</summary>
public static class AssertClose
{
    public static double RelativeError(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        if (expected.numel() == 0) return 0;
        (expected, actual) = (expected.detach().to(ScalarType.Float64), actual.detach().to(ScalarType.Float64));
        double scale = Math.Max(1e-300, expected.abs().max().item<double>());
        return (expected - actual).abs().max().item<double>() / Math.Max(1, scale);
    }

    public static void Equal(Tensor expected, Tensor actual, double tolerance = 1e-9, string what = "tensor")
    {
        double error = RelativeError(expected, actual);
        Assert.True(error <= tolerance, $"{what}: relative error {error:g3}, tolerance {tolerance:g3}"); // NaN fails too
    }
}
