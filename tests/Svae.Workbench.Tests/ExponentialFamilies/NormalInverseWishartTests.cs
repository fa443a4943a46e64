using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class NormalInverseWishartTests
{
    private readonly NormalInverseWishart family = new();

    public static TheoryData<string> Cases => [.. GoldenCase.Names("niw_n").Where(name => !name.Contains("quadrature"))];

    [Theory, MemberData(nameof(Cases))]
    public void Golden_cases_from_scipy(string name)
    {
        var c = GoldenCase.Load(name);
        var q = NormalInverseWishart.FromStandard(new(c["m"], c["kappa"], c["S"], c["nu"]));
        var p = NormalInverseWishart.FromStandard(new(c["prior_m"], c["prior_kappa"], c["prior_S"], c["prior_nu"]));
        AssertClose.Equal(c["eta_A"], q.A, 1e-9, "A");
        AssertClose.Equal(c["eta_b"], q.b, 1e-9, "b");
        AssertClose.Equal(c["logZ"], family.LogPartition(q), 1e-9, "log Z");
        AssertClose.Equal(c["prior_logZ"], family.LogPartition(p), 1e-9, "log Z of the prior");
        var t = family.ExpectedStatistics(q);
        AssertClose.Equal(c["E_neghalfL"], t.A, 1e-9, "E −½Λ");
        AssertClose.Equal(c["E_Lmu"], t.b, 1e-9, "E Λμ");
        AssertClose.Equal(c["E_neghalf_muLmu"], t.Kappa, 1e-9, "E −½μᵀΛμ");
        AssertClose.Equal(c["E_half_logdetL"], t.Nu, 1e-9, "E ½log|Λ|");
        AssertClose.Equal(c["kl"], ExponentialFamily.Kl(family, q, p), 1e-9, "KL");
    }

    [Fact]
    public void Golden_log_partition_by_quadrature()
    {
        var c = GoldenCase.Load("niw_n1_quadrature");
        var q = NormalInverseWishart.FromStandard(new(c["m"], c["kappa"], c["S"], c["nu"]));
        AssertClose.Equal(c["logZ"], family.LogPartition(q), 1e-9, "log Z");
        AssertClose.Equal(c["logZ_true"], family.LogPartition(q) + 0.5 * Math.Log(2 * Math.PI), 1e-6, "log Z with its power of 2π");
    }
}
