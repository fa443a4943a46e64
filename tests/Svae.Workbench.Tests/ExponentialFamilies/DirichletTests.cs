using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class DirichletTests() : FamilyProperties<Dirichlet.Natural, Tensor>(Family)
{
    private static readonly Dirichlet Family = new();

    public static TheoryData<string> Cases => [.. GoldenCase.Names("dirichlet_")];

    [Theory, MemberData(nameof(Cases))]
    public void Golden_cases_from_scipy(string name) => GoldenComparison.AssertAll(Golden(name));

    internal static GoldenComparison[] Golden(string name)
    {
        var c = GoldenCase.Load(name);
        var q = Dirichlet.FromStandard(new(c["alpha"]));
        var p = Dirichlet.FromStandard(new(c["prior_alpha"]));
        return
        [
            c.Compare("eta", q.Eta), c.Compare("logZ", Family.LogPartition(q)), c.Compare("prior_logZ", Family.LogPartition(p)),
            c.Compare("E_logpi", Family.ExpectedStatistics(q).Eta), c.Compare("kl", Family.Kl(q, p)),
        ];
    }

    [Fact]
    public void The_density_integrates_to_one()
    {
        var eta = Dirichlet.FromStandard(new(tensor(new[] { 2.5, 1.7 })));
        Tensor p = (arange(200_000, dtype: ScalarType.Float64) + 0.5) / 200_000;
        double mass = Family.LogDensity(eta, stack([p, 1 - p], -1)).exp().mean().item<double>();
        Assert.Equal(1, mass, 1e-6);
    }

    [Fact]
    public void Entropy_of_the_flat_one_is_the_log_volume_of_the_simplex()
    {
        var flat = Dirichlet.FromStandard(new(ones(4, dtype: ScalarType.Float64)));
        Assert.Equal(-Math.Log(6), Family.Entropy(flat).item<double>(), 1e-12); // volume 1/(K − 1)!
    }

    [Fact]
    public void Samples_stay_inside_the_simplex_for_tiny_concentrations()
    {
        var eta = Dirichlet.FromStandard(new(full([4], 1e-3, dtype: ScalarType.Float64)));
        Tensor draws = Family.Sample(eta, FamilyTruths.Seeded(1), 10_000);
        Assert.True((draws > 0).all().item<bool>());
        AssertClose.Equal(ones(10_000, dtype: ScalarType.Float64), draws.sum(-1), 1e-12);
        FamilyTruths.AssertMean(full([4], 0.25, dtype: ScalarType.Float64), draws, "π");
    }

    [Fact]
    public void A_concentration_outside_the_domain_is_refused_by_name()
    {
        Tensor alpha = ones([3, 2], dtype: ScalarType.Float64);
        alpha[2, 0] = 0;
        Assert.Equal("Dirichlet α[2, 0] = 0 must be positive",
            Assert.Throws<DomainException>(() => Dirichlet.FromStandard(new(alpha))).Message);
        alpha[2, 0] = double.NaN;
        Assert.Equal("q(π) α[2, 0] = NaN must be finite", FamilyTruths.Violation(Family, new(alpha - 1), "q(π)"));
        var wrongType = Assert.Throws<ArgumentException>(() => Family.LogPartition(new(ones(3))));
        Assert.Equal("Dirichlet η: expected float64, got Float32", wrongType.Message);
    }

    protected override Dirichlet.Natural ThroughStandard(Dirichlet.Natural eta) => Dirichlet.FromStandard(Dirichlet.ToStandard(eta));

    protected override Dirichlet.Natural Random(int n, long[] batch, int seed) =>
        Dirichlet.FromStandard(new(FamilyTruths.Uniform(FamilyTruths.Seeded(seed), 0.3, 6, [.. batch, n + 1])));
}
