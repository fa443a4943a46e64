using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class GaussianTests() : FamilyProperties<Gaussian.Natural, Tensor>(Family)
{
    private static readonly Gaussian Family = new();

    [Fact]
    public void Log_density_is_the_textbook_one()
    {
        var eta = Random(3, [2], 5);
        var q = Gaussian.ToStandard(eta);
        Tensor x = FamilyTruths.Normal(FamilyTruths.Seeded(1), 4, 2, 3);
        AssertClose.Equal(TextbookDensities.Gaussian(x, q.Mu, q.Sigma), Family.LogDensity(eta, x), 1e-10, "log density");
    }

    [Fact]
    public void Entropy_is_half_the_log_determinant_of_two_pi_e_sigma()
    {
        var eta = Random(3, [2], 5);
        Tensor expected = 0.5 * (2 * Math.PI * Math.E * Gaussian.ToStandard(eta).Sigma).logdet();
        AssertClose.Equal(expected, Family.Entropy(eta), 1e-12, "entropy");
    }

    [Fact]
    public void Violations_of_the_domain_are_refused_by_name()
    {
        var good = Random(2, [3], 1);
        Tensor spoiled = good.J.clone();
        spoiled[1, 1, 1] = -1;
        Assert.Equal("q(x) J[1] must be positive definite; its leading 2 × 2 block is not",
            FamilyTruths.Violation(Family, good with { J = spoiled }, "q(x)"));
        var thrown = Assert.Throws<DomainException>(() => Family.LogPartition(good with { J = spoiled }));
        Assert.Equal("Gaussian J[1] must be positive definite; its leading 2 × 2 block is not", thrown.Message);
        Tensor h = good.h.clone();
        h[0, 1] = double.NaN;
        Assert.Equal("q(x) h[0, 1] = NaN must be finite", FamilyTruths.Violation(Family, good with { h = h }, "q(x)"));
    }

    protected override Gaussian.Natural ThroughStandard(Gaussian.Natural eta) => Gaussian.FromStandard(Gaussian.ToStandard(eta));

    protected override Gaussian.Natural Random(int n, long[] batch, int seed)
    {
        var g = FamilyTruths.Seeded(seed);
        return Gaussian.FromStandard(new(FamilyTruths.Normal(g, [.. batch, n]), FamilyTruths.Spd(g, n, batch)));
    }
}
