using CsCheck;
using Svae.Workbench.Networks;
using Svae.Workbench.Networks.Fused;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Networks.Fused;

/// <summary>The kernel against the density written out in double precision.</summary>
public class LogNormalFunctionTests
{
    [Fact]
    public void Densities_and_gradients_are_those_of_the_formula() => (
        from samples in Gen.Int[0, 3] from batch in Gen.Int[1, 4] from frames in Gen.Int[1, 5] from size in Gen.Int[1, 7] from shared in Gen.Bool from seed in Gen.Int[0, 9999]
        select (samples, batch, frames, size, shared, seed)).Sample(c =>
    {
        using var scope = NewDisposeScope();
        Tensor Leaf(int i, ScalarType type, params long[] shape) => randn(shape, generator: new Generator((ulong)(c.seed + i))).to(type);
        (Tensor Y, Tensor Mean, Tensor LogVariance) Inputs(ScalarType type) => (Leaf(0, type, c.batch, c.frames, c.size),
            Leaf(1, type, c.samples > 0 ? [c.samples, c.batch, c.frames, c.size] : [c.batch, c.frames, c.size]).requires_grad_(), Leaf(2, type, c.shared ? 1 : c.size).requires_grad_());
        var (own, exact) = (Inputs(ScalarType.Float32), Inputs(ScalarType.Float64));
        Assert.True(LogNormalFunction.Suits(own.Y, own.Mean, own.LogVariance));
        Tensor variance = exact.LogVariance.exp();
        Tensor formula = (-0.5 * (exact.Y - exact.Mean).square() / variance - 0.5 * (2 * Math.PI * variance).log()).sum(-1);
        Tensor fused = Likelihood.LogNormalSum(own.Y, own.Mean, own.LogVariance);
        AssertClose.Equal(formula, fused, 1e-6, "log density");
        AssertClose.Equal(formula, Likelihood.LogNormalSumByTensors(exact.Y, exact.Mean, exact.LogVariance), 1e-12, "in tensor operations");
        Tensor direction = Leaf(3, ScalarType.Float64, formula.shape);
        (direction * formula).sum().backward();
        (direction.to(ScalarType.Float32) * fused).sum().backward();
        AssertClose.Equal(exact.Mean.grad!, own.Mean.grad!, 1e-6, "gradient of the mean");
        AssertClose.Equal(exact.LogVariance.grad!, own.LogVariance.grad!, 1e-5, "gradient of the log variance");
    }, iter: 40, threads: 1);

    [Fact]
    public void What_it_does_not_know_is_left_to_tensor_operations()
    {
        using var scope = NewDisposeScope();
        Tensor y = randn(4, 3), mean = randn(2, 4, 3), variance = zeros(3);
        Assert.True(LogNormalFunction.Suits(y, mean, variance));
        Assert.False(LogNormalFunction.Suits(y.clone().requires_grad_(), mean, variance));
        Assert.False(LogNormalFunction.Suits(randn(1, 3), mean, variance));
        Assert.False(LogNormalFunction.Suits(y, randn(200, 100, 4, 3), variance));
        Assert.False(LogNormalFunction.Suits(y.to(ScalarType.Float64), mean, variance));
        Assert.Equal([2L, 4], Likelihood.LogNormalSum(randn(1, 3), mean, variance).shape);
    }
}
