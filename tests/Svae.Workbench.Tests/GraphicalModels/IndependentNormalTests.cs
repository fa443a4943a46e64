using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.ExponentialFamilies;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

public class IndependentNormalTests
{
    [Fact]
    public void The_divergence_and_mean_match_quadrature()
    {
        const double J = 3, h = 1.5;
        var model = new IndependentNormal(1);
        Tensor One(double v) => full([1, 1, 1], v, ScalarType.Float64);
        var posterior = model.Infer(model.Prior, new NodePotentials(One(J), One(h)));

        Tensor x = linspace(-10, 10, 200_001, ScalarType.Float64);
        double step = 20.0 / 200_000;
        Tensor q = (-0.5 * (J + 1) * x.square() + h * x).exp();
        q /= q.sum() * step;
        Tensor logPrior = -0.5 * x.square() - 0.5 * Math.Log(2 * Math.PI);
        AssertClose.Equal((q * x).sum() * step, posterior.Mean.sum(), 1e-8);
        AssertClose.Equal((q * ((q + 1e-300).log() - logPrior)).sum() * step, -posterior.NegativeKl[0], 1e-8);
    }

    [Fact]
    public void Padding_counts_for_nothing()
    {
        var model = new IndependentNormal(2);
        Tensor J = ones([1, 5, 2], ScalarType.Float64), h = ones([1, 5, 2], ScalarType.Float64);
        var padded = model.Infer(model.Prior, new NodePotentials(J, h), tensor(new long[] { 3 }));
        var plain = model.Infer(model.Prior, new NodePotentials(J.narrow(1, 0, 3), h.narrow(1, 0, 3)));
        AssertClose.Equal(plain.NegativeKl, padded.NegativeKl);
    }

    [Fact]
    public void Dense_precisions_are_refused()
    {
        using var scope = NewDisposeScope();
        var model = new IndependentNormal(2);
        var dense = new NodePotentials(eye(2, dtype: ScalarType.Float64).expand(1, 3, 2, 2), zeros([1, 3, 2], ScalarType.Float64));
        Assert.Contains("diagonal", Assert.Throws<ArgumentException>(() => model.Infer(model.Prior, dense)).Message);
    }

    [Fact]
    public void Whatever_stands_in_the_padding_is_never_read()
    {
        var model = new IndependentNormal(2);
        var (J, h) = ModelCases.Potentials(4, 2, 1);
        Tensor lengths = tensor(new long[] { 4, 2 }), padding = (arange(4) >= lengths.unsqueeze(1)).unsqueeze(2);
        Tensor noise = randn([2, 2, 4, 2], ScalarType.Float64, generator: new Generator(1));
        var clean = model.Infer(model.Prior, new NodePotentials(J, h), lengths, noise);
        var dirty = model.Infer(model.Prior, new NodePotentials(J.masked_fill(padding, double.NaN), h.masked_fill(padding, double.NaN)), lengths, noise);
        AssertClose.Equal(clean.NegativeKl, dirty.NegativeKl);
        AssertClose.Equal(clean.Samples, dirty.Samples);
    }

    [Fact]
    public void Densities_of_paths_are_those_of_normal_distributions()
    {
        var model = new IndependentNormal(2);
        Tensor lengths = tensor(new long[] { 3, 2 }), x = randn([2, 3, 2], ScalarType.Float64, generator: new Generator(1));
        var posterior = model.Infer(model.Prior, ModelCases.Potentials(3, 2, 1), lengths);
        Tensor prior = model.LogDensity(model.Prior, x, lengths), own = posterior.LogDensity(x.unsqueeze(0));
        for (int b = 0; b < 2; b++)
        {
            long frames = lengths[b].item<long>();
            Tensor path = x[b].narrow(0, 0, frames).reshape(1, -1), I = eye(2 * frames, dtype: ScalarType.Float64);
            AssertClose.Equal(TextbookDensities.Gaussian(path, zeros([2 * frames], ScalarType.Float64), I)[0], prior[b], 1e-10, "log p(x)");
            Tensor mean = posterior.Mean[b].narrow(0, 0, frames).flatten(), covariance = block_diag([.. posterior.Covariance[b].narrow(0, 0, frames).unbind(0)]);
            AssertClose.Equal(TextbookDensities.Gaussian(path, mean, covariance)[0], own[0, b], 1e-10, "log q(x)");
        }
    }

    [Fact]
    public void Discrete_states_are_refused_by_name()
    {
        var model = new IndependentNormal(2);
        Tensor states = zeros([2, 3], ScalarType.Int64);
        Assert.Contains("labels", Assert.Throws<ArgumentException>(() => model.Infer(model.Prior, ModelCases.Potentials(3, 2, 1), labels: states)).Message);
        Assert.Contains("states", Assert.Throws<ArgumentException>(() => model.Simulate(model.Prior, 2, 3, new Generator(1), states)).Message);
    }
}
