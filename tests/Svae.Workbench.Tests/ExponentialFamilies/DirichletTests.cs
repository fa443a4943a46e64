using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class DirichletTests
{
    private readonly Dirichlet family = new();

    public static TheoryData<string> Cases => [.. GoldenCase.Names("dirichlet_")];

    [Theory, MemberData(nameof(Cases))]
    public void Golden_cases_from_scipy(string name)
    {
        var c = GoldenCase.Load(name);
        var q = Dirichlet.FromStandard(new(c["alpha"]));
        var p = Dirichlet.FromStandard(new(c["prior_alpha"]));
        AssertClose.Equal(c["eta"], q.Eta, 1e-9, "η");
        AssertClose.Equal(c["logZ"], family.LogPartition(q), 1e-9, "log Z");
        AssertClose.Equal(c["prior_logZ"], family.LogPartition(p), 1e-9, "log Z of the prior");
        AssertClose.Equal(c["E_logpi"], family.ExpectedStatistics(q).Eta, 1e-9, "E log π");
        AssertClose.Equal(c["kl"], ExponentialFamily.Kl(family, q, p), 1e-9, "KL");
    }
}
