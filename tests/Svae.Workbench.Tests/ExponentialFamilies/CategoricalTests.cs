using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class CategoricalTests() : FamilyProperties<Categorical.Natural, Tensor>(Family)
{
    private static readonly Categorical Family = new();

    [Fact]
    public void Probabilities_of_all_states_are_the_normalised_weights()
    {
        var eta = new Categorical.Natural(tensor(new[] { 1.0, 2.0, 5.0 }).log() + 700); // unnormalised, and far from zero
        Tensor p = Family.LogDensity(eta, Categorical.OneHot(arange(3), 3)).exp();
        AssertClose.Equal(tensor(new[] { 0.125, 0.25, 0.625 }), p, 1e-12, "p(z)");
        double entropy = -(0.125 * Math.Log(0.125) + 0.25 * Math.Log(0.25) + 0.625 * Math.Log(0.625));
        Assert.Equal(entropy, Family.Entropy(eta).item<double>(), 1e-10);
    }

    [Fact]
    public void Violations_of_the_domain_are_refused_by_name()
    {
        Tensor weights = tensor(new[,] { { 1.0, 2.0 }, { double.NegativeInfinity, 0 } });
        Assert.Equal("q(z) η[1, 0] = -Infinity must be finite", FamilyTruths.Violation(Family, new(weights), "q(z)"));
        string From(double[] p) => Assert.Throws<DomainException>(() => Categorical.FromStandard(new(tensor(p)))).Message;
        Assert.Equal("Categorical π[1] = 0 must be positive", From([1, 0]));
        Assert.Equal("Categorical Σπ = 1.5 must be one", From([1, 0.5]));
    }

    protected override Categorical.Natural ThroughStandard(Categorical.Natural eta) => Categorical.FromStandard(Categorical.ToStandard(eta));

    protected override Categorical.Natural Random(int n, long[] batch, int seed) =>
        new(FamilyTruths.Normal(FamilyTruths.Seeded(seed), [.. batch, n + 1]).log_softmax(-1));
}
