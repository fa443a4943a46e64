using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using Svae.Workbench.Networks.Fused;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Networks.Fused;

/// <summary>The kernel against the tensor operations, which <see cref="RecognitionTests"/> checks against finite differences.</summary>
public class PotentialFunctionTests
{
    [Fact]
    public void Potentials_and_every_gradient_are_those_of_the_tensor_operations() => (
        from points in Gen.Int[1, 20] from n in Gen.Int[1, 5] from dense in Gen.Bool from onlyOne in Gen.Int[0, 4] from seed in Gen.Int[0, 9999]
        select (points, n, dense: dense && n > 1, onlyOne, seed)).Sample(c =>
    {
        using var scope = NewDisposeScope();
        var g = new Generator((ulong)c.seed);
        PrecisionRange range = PrecisionRange.Of(1e-2, 1, 1e3);
        long[] sizes = c.dense ? [c.n, c.n, c.n * (c.n - 1) / 2] : [c.n, c.n];
        Tensor[] Leaves(ScalarType type) => [.. sizes.Select((size, i) => (4 * randn([c.points, 1, size], generator: new Generator((ulong)(c.seed + i))))
            .to(type).requires_grad_())];
        Tensor[] own = Leaves(ScalarType.Float32), theirs = Leaves(ScalarType.Float64);
        Assert.True(PotentialFunction.Suits(own[0], own[1], own.ElementAtOrDefault(2)));
        Assert.False(PotentialFunction.Suits(theirs[0], theirs[1], theirs.ElementAtOrDefault(2)));
        NodePotentials fused = GaussianPotentials.Of(range, own[0], own[1], own.ElementAtOrDefault(2));
        NodePotentials exact = GaussianPotentials.ByTensors(range, theirs[0], theirs[1], theirs.ElementAtOrDefault(2));
        AssertClose.Equal(exact.J, fused.J, 1e-13, "J");
        AssertClose.Equal(exact.h, fused.h, 1e-13, "h");
        Tensor a = randn(exact.J.shape, ScalarType.Float64, generator: g), b = randn(exact.h.shape, ScalarType.Float64, generator: g);
        foreach (NodePotentials potentials in new[] { fused, exact }) // at times of one output alone
            (c.onlyOne == 1 ? (b * potentials.h).sum() : c.onlyOne == 2 ? (a * potentials.J).sum() : (a * potentials.J).sum() + (b * potentials.h).sum()).backward();
        for (int i = 0; i < own.Length; i++) AssertClose.Equal(theirs[i].grad ?? zeros_like(theirs[i]), own[i].grad!, 1e-6, $"gradient {i}");
    }, iter: 60, threads: 1);
}
