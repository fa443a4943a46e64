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

    [Theory, InlineData(false), InlineData(true)]
    public void Only_what_is_missing_or_past_the_end_is_silenced(bool dense)
    {
        using var scope = NewDisposeScope();
        Tensor mean = randn([2, 3, 2], ScalarType.Float64), J = dense ? eye(2, dtype: ScalarType.Float64).expand(2, 3, 2, 2) : ones_like(mean);
        NodePotentials potentials = NodePotentials.Of(J, mean);
        Tensor h = potentials.h, some = tensor(new float[,] { { 1, 0, 1 }, { 1, 1, 1 } });
        AssertClose.Equal(h, potentials.Observed(ones(2, 3)).h, 0, "all observed");
        AssertClose.Equal(h * some.unsqueeze(2), potentials.Observed(some).h, 0, "one missing");
        AssertClose.Equal(h, potentials.WithoutPadding(tensor(new long[] { 3, 3 })).h, 0, "no padding");
        AssertClose.Equal(h * tensor(new double[,] { { 1, 0, 0 }, { 1, 1, 1 } }).unsqueeze(2), potentials.WithoutPadding(tensor(new long[] { 1, 3 })).h, 0, "padding");
    }
}
