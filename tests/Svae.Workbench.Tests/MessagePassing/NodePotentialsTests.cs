using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

public class NodePotentialsTests
{
    [Fact]
    public void The_mode_of_a_normal_density_is_its_mean() => (from T in Gen.Int[1, 4] from n in Gen.Int[1, 4] from dense in Gen.Bool from seed in Gen.Int[0, 9999]
        select (T, n, dense, seed)).Sample(c =>
    {
        using var scope = NewDisposeScope();
        var (_, Jn, mean) = RandomSlds.Problem(2, c.T, c.n, 1, c.seed);
        Tensor J = c.dense ? diag_embed(Jn) + 0.3 : Jn;
        NodePotentials potentials = NodePotentials.Of(J, mean);
        Assert.Equal(c.dense, potentials.Dense);
        Tensor h = c.dense ? einsum("btij,btj->bti", J, mean) : einsum("bti,bti->bti", J, mean);
        AssertClose.Equal(h, potentials.h, 1e-12, "h");
        AssertClose.Equal(mean, potentials.Modes(), 1e-9, "mode");
    }, iter: 20, threads: 1);
}
