using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.ExponentialFamilies;
using Svae.Workbench.Tests.MessagePassing;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Golden;

/// <summary>Prints how far each family and each primitive is from its golden cases, and sees to it that no case is left out.</summary>
public class GoldenDeviationTests(ITestOutputHelper output)
{
    [Fact]
    public void Largest_deviation_of_every_family_and_primitive()
    {
        using var scope = NewDisposeScope();
        (string Name, IEnumerable<GoldenComparison> Comparisons)[] all =
        [
            ("Dirichlet", GoldenCase.Names("dirichlet_").SelectMany(DirichletTests.Golden)),
            ("normal-Wishart", GoldenCase.Names("niw_").SelectMany(NormalInverseWishartTests.Golden)),
            ("matrix-normal-Wishart", GoldenCase.Names("mniw_").SelectMany(MatrixNormalInverseWishartTests.Golden)),
            .. ChainForms.All.Select(form => ($"Gaussian chain, {form}", GoldenCase.Names("lds_").Where(name => !name.Contains("stiff")).SelectMany(name => GaussianChainGoldenTests.Golden(name, form)))),
            .. ChainForms.All.Select(form => ($"Gaussian chain, stiff, {form}", GoldenCase.Names("lds_stiff").SelectMany(name => GaussianChainGoldenTests.Golden(name, form)))),
            .. ChainForms.All.Select(form => ($"linear-Gaussian evidence, {form}", GoldenCase.Names("evidence_").SelectMany(name => GaussianChainGoldenTests.Evidence(name, form)))),
            .. ForwardBackwardTests.Forms.Select(form => ($"HMM forward–backward, {form}", GoldenCase.Names("hmm_").SelectMany(name => ForwardBackwardGoldenTests.Golden(name, form)))),
            ("SLDS mean field, six sweeps", SldsMeanFieldTests.GoldenSweeps()),
            ("SLDS mean field, fixed point", SldsMeanFieldTests.GoldenFixedPoint()),
        ];
        var compared = all.Select(family => (family.Name, Comparisons: family.Comparisons.ToArray())).ToArray();
        foreach (var (name, comparisons) in compared)
        {
            GoldenComparison worst = comparisons.MaxBy(c => c.Error)!;
            output.WriteLine($"{name,-42} {worst.Error:0.0e0} ({worst.Quantity} of {worst.Case}), allowed {worst.Tolerance:0e0}, {comparisons.Length} comparisons");
        }
        Assert.Equal(GoldenCase.Names(""), compared.SelectMany(family => family.Comparisons).Select(c => c.Case).Distinct().Order());
        GoldenComparison.AssertAll(compared.SelectMany(family => family.Comparisons));
    }
}
