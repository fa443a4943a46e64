using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class NormalInverseWishartTests() : FamilyProperties<NormalInverseWishart.Natural, NormalInverseWishart.Value>(Family)
{
    private static readonly NormalInverseWishart Family = new();

    public static TheoryData<string> Cases => [.. GoldenCase.Names("niw_")];

    [Theory, MemberData(nameof(Cases))]
    public void Golden_cases_from_scipy_and_quadrature(string name) => GoldenComparison.AssertAll(Golden(name));

    internal static GoldenComparison[] Golden(string name)
    {
        var c = GoldenCase.Load(name);
        var q = NormalInverseWishart.FromStandard(new(c["m"], c["kappa"], c["S"], c["nu"]));
        GoldenComparison logZ = c.Compare("logZ", Family.LogPartition(q));
        if (c.Has("logZ_true")) return [logZ, c.Compare("logZ_true", Family.LogPartition(q) + 0.5 * Math.Log(2 * Math.PI), 1e-6)]; // as exact as its quadrature
        var p = NormalInverseWishart.FromStandard(new(c["prior_m"], c["prior_kappa"], c["prior_S"], c["prior_nu"]));
        var t = Family.ExpectedStatistics(q);
        return
        [
            logZ, c.Compare("eta_A", q.A), c.Compare("eta_b", q.b), c.Compare("eta_kappa", q.Kappa), c.Compare("eta_nu", q.Nu), c.Compare("prior_logZ", Family.LogPartition(p)),
            c.Compare("E_neghalfL", t.A), c.Compare("E_Lmu", t.b), c.Compare("E_neghalf_muLmu", t.Kappa), c.Compare("E_half_logdetL", t.Nu), c.Compare("kl", Family.Kl(q, p)),
        ];
    }

    [Fact]
    public void Log_density_is_that_of_its_two_factors_written_out()
    {
        var q = NormalInverseWishart.ToStandard(Random(3, [2], 5));
        var eta = NormalInverseWishart.FromStandard(q);
        var value = Family.Sample(eta, FamilyTruths.Seeded(6), 4);
        Tensor expected = TextbookDensities.InverseWishart(value.Sigma, q.S, q.Nu)
            + TextbookDensities.Gaussian(value.Mu, q.m, value.Sigma / q.Kappa.reshape(-1, 1, 1));
        AssertClose.Equal(expected, Family.LogDensity(eta, value), 1e-10, "log density");
    }

    [Fact]
    public void The_density_integrates_to_one()
    {
        var eta = Random(1, [], 5);
        var (m, kappa, _, _) = NormalInverseWishart.ToStandard(eta);
        Tensor logVariance = linspace(-9, 12, 1500, dtype: ScalarType.Float64), u = linspace(-12, 12, 400, dtype: ScalarType.Float64);
        Tensor width = (logVariance / 2).exp().unsqueeze(-1) / kappa.sqrt(); // grid over μ in units of its conditional deviation
        Tensor mu = m + width * u, sigma = logVariance.exp().unsqueeze(-1).expand_as(mu);
        Tensor density = Family.LogDensity(eta, new(mu.unsqueeze(-1), sigma.unsqueeze(-1).unsqueeze(-1))).exp();
        double mass = (density * width * sigma).sum().item<double>() * (21.0 / 1499) * (24.0 / 399);
        Assert.Equal(1, mass, 1e-4);
    }

    [Fact]
    public void Standard_parameters_broadcast_their_batch()
    {
        Tensor means = FamilyTruths.Normal(FamilyTruths.Seeded(1), 4, 2), scale = eye(2, dtype: ScalarType.Float64);
        var all = NormalInverseWishart.FromStandard(new(means, tensor(0.5), scale, tensor(5.0)));
        var third = NormalInverseWishart.FromStandard(new(means[2], tensor(0.5), scale, tensor(5.0)));
        Assert.Equal([4], all.Nu.shape);
        FamilyTruths.AssertEqual(third, NormalInverseWishart.Natural.FromBlocks([.. all.Blocks.Select(block => block[2])]), 0, "third");
        AssertClose.Equal(Family.LogPartition(all)[2], Family.LogPartition(third), 1e-14, "log Z");
    }

    [Fact]
    public void Violations_of_the_domain_are_refused_by_name()
    {
        var good = Random(2, [3], 1);
        string Message(Action<Tensor[]> spoil)
        {
            Tensor[] blocks = [.. good.Blocks.Select(block => block.clone())];
            spoil(blocks);
            return FamilyTruths.Violation(Family, NormalInverseWishart.Natural.FromBlocks(blocks), "q(θ)");
        }
        Assert.True(Family.Contains(good));
        Assert.Equal("q(θ) A[1, 0, 1] = NaN must be finite", Message(x => x[0][1, 0, 1] = double.NaN));
        Assert.Equal("q(θ) b[2, 0] = Infinity must be finite", Message(x => x[1][2, 0] = double.PositiveInfinity));
        Assert.Equal("q(θ) κ[1] = 0 must be positive", Message(x => x[2][1] = 0));
        Assert.Equal("q(θ) ν[2] = 1 must exceed n − 1 = 1", Message(x => x[3][2] = 1));
        Assert.StartsWith("q(θ) A[1, 0, 1] = 9 but q(θ) A[1, 1, 0] = ", Message(x => x[0][1, 0, 1] = 9));
        Assert.Equal("q(θ) S = A − bbᵀ/κ[2] must be positive definite; its leading 2 × 2 block is not", Message(x => x[0][2, 1, 1] = -5));
        var shape = Assert.Throws<ArgumentException>(() => Family.LogPartition(good with { b = good.A }));
        Assert.Equal("NormalInverseWishart b: expected [3, 2] (batch, n), got [3, 2, 2]", shape.Message);
        var standard = Assert.Throws<DomainException>(() =>
            NormalInverseWishart.FromStandard(NormalInverseWishart.ToStandard(good) with { S = -good.A }));
        Assert.Equal("NormalInverseWishart S[0] must be positive definite; its leading 1 × 1 block is not", standard.Message);
    }

    protected override NormalInverseWishart.Natural ThroughStandard(NormalInverseWishart.Natural eta) => NormalInverseWishart.FromStandard(NormalInverseWishart.ToStandard(eta));

    protected override NormalInverseWishart.Natural Random(int n, long[] batch, int seed)
    {
        var g = FamilyTruths.Seeded(seed);
        return NormalInverseWishart.FromStandard(new(
            FamilyTruths.Normal(g, [.. batch, n]), FamilyTruths.Uniform(g, 0.3, 4, batch),
            FamilyTruths.Spd(g, n, batch) * 3, n - 1 + FamilyTruths.Uniform(g, 1.5, 9, batch)));
    }
}
