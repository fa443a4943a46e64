using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

public class SldsGibbsTests
{
    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(4, 2, 3)]
    [InlineData(5, 1, 2)]
    public void Moments_and_marginals_are_those_of_all_paths_enumerated(int frames, int n, int states)
    {
        var (potentials, Jn, hn) = RandomSlds.Problem(1, frames, n, states, seed: frames);
        var exact = new EnumeratedSlds(potentials, Jn, hn);
        const int Count = 4000;
        var (x, z) = SldsGibbs.Sample(potentials, Jn, hn, Count, new Generator(1), sweeps: 30);
        Tensor deviation = (exact.Second.diagonal(0, 1, 2) - exact.Mean.square()).sqrt();
        Tensor error = (x.select(1, 0).mean([0L]) - exact.Mean).abs() / deviation;
        Assert.True(error.max().item<double>() < 6 / Math.Sqrt(Count), $"mean off by {error.max().item<double>() * Math.Sqrt(Count):f1} standard errors");
        Tensor share = nn.functional.one_hot(z.select(1, 0), states).to(ScalarType.Float64).mean([0L]);
        Assert.True((share - exact.Marginals).abs().max().item<double>() < 3 / Math.Sqrt(Count));
    }

    [Fact]
    public void A_long_gap_keeps_two_futures_apart()
    {
        // Two states that pull to +3 and −3 and hardly ever change; the sequence is seen at its beginning only, at 0.
        Tensor A = tensor(new[] { 0.8, 0.8 }).reshape(2, 1, 1), b = tensor(new[] { 0.6, -0.6 }).reshape(2, 1, 1), L = full([2, 1, 1], 100.0, ScalarType.Float64);
        Tensor stay = tensor(new[,] { { 0.999, 0.001 }, { 0.001, 0.999 } }).log();
        var potentials = new SldsPotentials(ones([2, 1, 1], ScalarType.Float64), zeros([2, 1], ScalarType.Float64), zeros([2], ScalarType.Float64),
            A * L * A, -A * L, L, -(A * L * b).squeeze(2), (L * b).squeeze(2), (-0.5 * b * L * b).reshape(2), zeros([2], ScalarType.Float64), stay);
        Tensor Jn = zeros([1, 40, 1], ScalarType.Float64);
        Jn[0, 0, 0] = 100.0;
        var (x, _) = SldsGibbs.Sample(potentials, Jn, zeros_like(Jn), 200, new Generator(2));
        double[] ends = x.select(1, 0).select(1, 39).flatten().data<double>().ToArray();
        Assert.InRange(ends.Count(e => e > 2), 50, 150);
        Assert.InRange(ends.Count(e => e < -2), 50, 150);
    }

    [Fact]
    public void Courses_of_a_gap_come_in_the_shares_of_all_paths_enumerated()
    {
        // x' = x or x' = −x, with little noise, seen at 1 in the first and in the last of eight frames: every path with an even number of
        // reflections fits, and no path that differs from it in one frame does, so that sweeps lead from none to another.
        const int Frames = 8, Count = 2000;
        Tensor A = tensor(new[] { 1.0, -1.0 }).reshape(2, 1, 1), L = full([2, 1, 1], 400.0, ScalarType.Float64), none = zeros([2, 1], ScalarType.Float64);
        Tensor stay = tensor(new[,] { { 0.8, 0.2 }, { 0.3, 0.7 } }).log();
        var potentials = new SldsPotentials(ones([2, 1, 1], ScalarType.Float64), none, zeros([2], ScalarType.Float64),
            A * L * A, -A * L, L, none, none, zeros([2], ScalarType.Float64), full([2], Math.Log(0.5), ScalarType.Float64), stay);
        Tensor Jn = zeros([1, Frames, 1], ScalarType.Float64);
        Jn[0, 0, 0] = Jn[0, Frames - 1, 0] = 400.0;
        var exact = new EnumeratedSlds(potentials, Jn, Jn);
        var (x, z) = SldsGibbs.Sample(potentials, Jn, Jn, Count, new Generator(4), sweeps: 5);
        Tensor share = nn.functional.one_hot(z.select(1, 0), 2).to(ScalarType.Float64).mean([0L]);
        Assert.True((share - exact.Marginals).abs().max().item<double>() < 4 * 0.5 / Math.Sqrt(Count), $"{share} where {exact.Marginals}");
        Assert.InRange((exact.Mean.flatten() - x.mean([0L]).flatten()).abs().max().item<double>(), 0, 4 / Math.Sqrt(Count));
    }

    [Fact]
    public void Known_states_are_kept_and_padding_is_empty()
    {
        var (potentials, Jn, hn) = RandomSlds.Problem(2, 5, 2, 3, seed: 8);
        Tensor labels = zeros([2, 5, 3], ScalarType.Float64);
        labels[0, 2] = tensor(new[] { double.NegativeInfinity, 0, double.NegativeInfinity });
        var (x, z) = SldsGibbs.Sample(potentials, Jn, hn, 7, new Generator(3), lengths: tensor(new long[] { 5, 3 }), labels: labels);
        Assert.True((z.select(1, 0).select(1, 2) == 1).all().item<bool>());
        Assert.True((z.select(1, 1).narrow(1, 3, 2) == -1).all().item<bool>());
        Assert.True((x.select(1, 1).narrow(1, 3, 2) == 0).all().item<bool>());
    }
}
