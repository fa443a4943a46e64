using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
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
}
