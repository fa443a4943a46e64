using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Networks;

public class LikelihoodTests
{
    private static Tensor Draw(Generator g, params long[] shape) => randn(shape, ScalarType.Float64, generator: g);

    private static IEnumerable<(string Name, Likelihood Likelihood, Tensor Y)> All(Generator g)
    {
        yield return ("per output", new GaussianLikelihood(3, GaussianVariance.PerOutput, 0.5), Draw(g, 4, 3));
        yield return ("shared", new GaussianLikelihood(3, GaussianVariance.Shared, 2), Draw(g, 4, 3));
        yield return ("fixed", new GaussianLikelihood(3, GaussianVariance.Fixed, 0.1), Draw(g, 4, 3));
        yield return ("network", new GaussianNetworkLikelihood(), Draw(g, 4, 3));
        yield return ("Bernoulli", new BernoulliLikelihood(), (Draw(g, 4, 3) > 0).to(ScalarType.Float64));
        yield return ("Poisson", new PoissonLikelihood(), tensor(new[,] { { 0.0, 1, 7 }, { 3, 0, 2 }, { 1, 1, 1 }, { 20, 5, 0 } }));
    }

    [Fact]
    public void Gaussian_densities_are_those_of_the_distributions_library()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(1);
        Tensor y = randn(5, 4, 3, generator: g), features = randn(2, 5, 4, 3, generator: g), variance = tensor(new[] { 0.5f, 1, 2 });
        using var each = new GaussianLikelihood(3);
        each.SetVariance(variance);
        AssertClose.Equal(distributions.Normal(features, variance.sqrt()).log_prob(y), each.LogDensity(y, features), 1e-5);
        using var known = new GaussianLikelihood(3, GaussianVariance.Fixed, 0.25);
        AssertClose.Equal(distributions.Normal(features, full(1, 0.5f)).log_prob(y), known.LogDensity(y, features), 1e-5);
        using var network = new GaussianNetworkLikelihood(floor: 0.01);
        Tensor both = randn(2, 5, 4, 6, generator: g), spread = (0.01 + (1 + both.narrow(-1, 3, 3).exp()).log()).sqrt();
        AssertClose.Equal(distributions.Normal(both.narrow(-1, 0, 3), spread).log_prob(y), network.LogDensity(y, both), 1e-5);
    }

    [Fact]
    public void Bernoulli_probabilities_of_both_values_sum_to_one_and_are_the_textbooks()
    {
        using var scope = NewDisposeScope();
        using var likelihood = new BernoulliLikelihood();
        Tensor u = tensor(new[] { -30.0, -2, 0, 0.7, 30 }), p = 1 / (1 + (-u).exp());
        Tensor one = likelihood.LogDensity(ones_like(u), u).exp(), zero = likelihood.LogDensity(zeros_like(u), u).exp();
        AssertClose.Equal(ones_like(u), one + zero, 1e-12);
        AssertClose.Equal(p, one, 1e-12);
        AssertClose.Equal(p, likelihood.Mean(u), 1e-12);
    }

    [Fact]
    public void Poisson_probabilities_sum_to_one_and_their_mean_is_the_rate()
    {
        using var scope = NewDisposeScope();
        using var likelihood = new PoissonLikelihood();
        Tensor y = arange(0, 80, dtype: ScalarType.Float64).unsqueeze(1), u = tensor(new[] { -1.0, 0.5, 2.5 });
        Tensor p = likelihood.LogDensity(y, u).exp();
        AssertClose.Equal(ones_like(u), p.sum([0L]), 1e-12);
        AssertClose.Equal(likelihood.Mean(u), (y * p).sum([0L]), 1e-10);
        Assert.Equal(Math.Exp(-Math.Exp(0.5)) * Math.Exp(0.5 * 3) / 6, p[3, 1].item<double>(), 12); // λ³e^{−λ}/3!
    }

    [Fact]
    public void Gaussian_densities_integrate_to_one()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(3);
        Tensor y = linspace(-60, 60, 20_001, dtype: ScalarType.Float64).unsqueeze(1);
        foreach (var (name, likelihood, _) in All(g).Take(4))
        {
            Tensor mass = likelihood.LogDensity(y, Draw(g, 1, 3 * likelihood.FeaturesPerOutput)).exp().sum([0L]) * 0.006;
            AssertClose.Equal(ones(3, ScalarType.Float64), mass, 1e-6, name);
        }
    }

    [Fact]
    public void Gradients_with_respect_to_features_are_those_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(5);
        foreach (var (_, likelihood, y) in All(g))
        {
            Tensor weights = Draw(g, 4, 3);
            FiniteDifferences.AssertAgree(f => (weights * likelihood.LogDensity(y, f[0])).sum(), [Draw(g, 4, 3 * likelihood.FeaturesPerOutput)]);
        }
    }

    [Fact]
    public void Samples_have_the_mean_that_is_promised_and_score_as_their_entropy_says()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(7);
        foreach (var (name, likelihood, _) in All(g))
        {
            Tensor features = 0.5 * Draw(g, 1, 3 * likelihood.FeaturesPerOutput), many = features.expand(40_000, features.shape[1]);
            Tensor y = likelihood.Sample(many, g), error = y.std(0, true) / 200;
            Assert.True(((y.mean([0L]) - likelihood.Mean(features)).abs() < 5 * error).all().item<bool>(), name);
            Assert.True(likelihood.Sample(many, new Generator(1)).Equals(likelihood.Sample(many, new Generator(1))), name);
            if (likelihood is GaussianLikelihood gaussian) AssertClose.Equal(gaussian.Variance.sqrt().expand(3).to(ScalarType.Float64), y.std(0, true), 0.02, name);
            if (likelihood is GaussianNetworkLikelihood network) AssertClose.Equal(network.Variance(features)[0].sqrt(), y.std(0, true), 0.02, name);
        }
    }

    [Fact]
    public void Only_what_is_to_be_learned_has_a_gradient()
    {
        using var shared = new GaussianLikelihood(3, GaussianVariance.Shared);
        using var known = new GaussianLikelihood(3, GaussianVariance.Fixed);
        Assert.Equal([1L], shared.parameters().Single(p => p.requires_grad).shape);
        Assert.Empty(known.parameters()); // not a weight, and yet saved and moved with the module
        Assert.Equal("logVariance", Assert.Single(known.state_dict()).Key);
        known.to(ScalarType.Float64);
        Assert.Equal(ScalarType.Float64, known.Variance.dtype);
        Assert.Equal("logVariance", Assert.Single(shared.named_parameters()).name);
        using var each = new GaussianLikelihood(3);
        Assert.Equal([3L], each.Variance.shape);
    }

    [Fact]
    public void Values_that_cannot_be_are_refused_with_advice()
    {
        using Tensor y = tensor(new[] { 0.0, 2 }), u = zeros(2, ScalarType.Float64);
        Assert.Contains("from 0 to 1", Assert.Throws<ArgumentException>(() => new BernoulliLikelihood().LogDensity(y, u)).Message);
        Assert.Contains("negative", Assert.Throws<ArgumentException>(() => new PoissonLikelihood().LogDensity(-y, u)).Message);
        Assert.Contains("floor", Assert.Throws<ArgumentException>(() => new GaussianLikelihood(2, variance: 1e-9)).Message);
        using var each = new GaussianLikelihood(3);
        Assert.Contains("variance: expected [3]", Assert.Throws<ArgumentException>(() => each.SetVariance(y)).Message);
    }
}
