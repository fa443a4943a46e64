using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Golden;

/// <summary>One quantity of a golden case, held against what the library computes.</summary>
/// <param name="Case">Name of the golden case.</param>
/// <param name="Quantity">What was compared.</param>
/// <param name="Error">Largest absolute error over the largest entry, or over one where that is smaller.</param>
/// <param name="Tolerance">The error allowed.</param>
public sealed record GoldenComparison(string Case, string Quantity, double Error, double Tolerance)
{
    /// <summary>Fails, with every quantity that is off, unless all are within their tolerances.</summary>
    public static void AssertAll(IEnumerable<GoldenComparison> comparisons) =>
        Assert.DoesNotContain(comparisons, c => !(c.Error <= c.Tolerance)); // NaN fails too
}

/// <summary>Comparisons by the name of an entry of the case.</summary>
internal static class GoldenComparisons
{
    public static GoldenComparison Compare(this GoldenCase golden, string key, Tensor actual, double tolerance = 1e-9) =>
        golden.Compare(key, golden[key], actual, tolerance);

    /// <summary>The expected value is derived from entries of the case.</summary>
    public static GoldenComparison Compare(this GoldenCase golden, string quantity, Tensor expected, Tensor actual, double tolerance = 1e-9) =>
        new(golden.Name, quantity, AssertClose.RelativeError(expected, actual.detach()), tolerance);
}
