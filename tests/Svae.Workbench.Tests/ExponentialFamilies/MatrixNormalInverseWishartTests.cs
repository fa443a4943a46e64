using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class MatrixNormalInverseWishartTests
{
    private readonly MatrixNormalInverseWishart family = new();

    public static TheoryData<string> Cases => [.. GoldenCase.Names("mniw_")];

    [Theory, MemberData(nameof(Cases))]
    public void Golden_cases_from_scipy(string name)
    {
        var c = GoldenCase.Load(name);
        var q = MatrixNormalInverseWishart.FromStandard(new(c["M"], c["K"], c["S"], c["nu"]));
        var p = MatrixNormalInverseWishart.FromStandard(new(c["prior_M"], c["prior_K"], c["prior_S"], c["prior_nu"]));
        AssertClose.Equal(c["eta_Kinv"], q.KInverse, 1e-9, "K⁻¹");
        AssertClose.Equal(c["eta_B"], q.B, 1e-9, "B");
        AssertClose.Equal(c["eta_C"], q.C, 1e-9, "C");
        AssertClose.Equal(c["logZ"], family.LogPartition(q), 1e-9, "log Z");
        AssertClose.Equal(c["prior_logZ"], family.LogPartition(p), 1e-9, "log Z of the prior");
        var t = family.ExpectedStatistics(q);
        AssertClose.Equal(c["E_neghalf_ALA"], t.KInverse, 1e-9, "E −½AᵀΛA");
        AssertClose.Equal(c["E_AL"], t.B, 1e-9, "E AᵀΛ");
        AssertClose.Equal(c["E_neghalfL"], t.C, 1e-9, "E −½Λ");
        AssertClose.Equal(c["E_half_logdetL"], t.Nu, 1e-9, "E ½log|Λ|");
        AssertClose.Equal(c["kl"], ExponentialFamily.Kl(family, q, p), 1e-9, "KL");
    }
}
