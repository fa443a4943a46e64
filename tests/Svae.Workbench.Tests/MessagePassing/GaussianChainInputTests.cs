using Svae.Workbench.MessagePassing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Bad input is refused by name, in every form; padding is not input.</summary>
public class GaussianChainInputTests
{
    private static readonly ChainKind Kind = new(9, 5, 3, 1, SharedPairs: false, DenseNodes: true, SharedStart: false, Ragged: false, Missing: 0, Seed: 8);

    public static TheoryData<MessagePassingForm> Forms() => [.. ChainForms.All];

    [Theory, MemberData(nameof(Forms))]
    public void A_non_finite_potential_is_named_with_sequence_and_step(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        string[] symbols = ["J0", "h0", "J11", "J12", "J22", "Jn", "hn"];
        long[][] indices = [[7, 1, 1], [7, 2], [7, 3, 1, 1], [7, 3, 0, 2], [7, 3, 2, 2], [7, 4, 0, 0], [7, 4, 2]];
        for (int i = 0; i < symbols.Length; i++)
            foreach (double bad in new[] { double.NaN, double.PositiveInfinity })
            {
                RandomChain chain = RandomChain.Of(Kind);
                Tensor[] blocks = [.. chain.Potentials.Named.Select(named => named.Value)];
                blocks[i][[.. indices[i].Select(at => TensorIndex.Single(at))]] = bad;
                var p = new ChainPotentials(blocks[0], blocks[1], blocks[2], blocks[3], blocks[4], blocks[5], blocks[6]);
                AssertRefused($"potentials.{symbols[i]}[{string.Join(", ", indices[i])}] is", () => GaussianChain.Infer(p, null, chain.Noise, form));
            }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Non_finite_noise_is_named(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        RandomChain chain = RandomChain.Of(Kind);
        chain.Noise![0, 4, 2, 1] = double.NaN;
        AssertRefused("noise[0, 4, 2, 1] is NaN", () => GaussianChain.Infer(chain.Potentials, null, chain.Noise, form));
    }

    [Theory, MemberData(nameof(Forms))]
    public void A_block_that_is_not_symmetric_is_named(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        RandomChain chain = RandomChain.Of(Kind);
        chain.Potentials.J11[6, 2, 0, 1] += 0.1;
        AssertRefused("potentials.J11[6, 2, 0, 1]", () => GaussianChain.Infer(chain.Potentials, form: form));
    }

    [Theory, MemberData(nameof(Forms))]
    public void An_indefinite_precision_is_named_by_sequence_and_step(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        RandomChain chain = RandomChain.Of(Kind);
        chain.Potentials.Jn[5, 3, 1, 1] -= 50;
        AssertRefused("sequence 5 is not positive definite at time step 3", () => GaussianChain.Infer(chain.Potentials, form: form));
    }

    [Fact]
    public void Wrong_shapes_types_and_lengths_are_named()
    {
        using var scope = NewDisposeScope();
        ChainPotentials p = RandomChain.Of(Kind).Potentials;
        AssertRefused("potentials.J12: expected [9, 4, 3, 3] (batch, time − 1, latent, latent), got [9, 5, 3, 3]",
            () => GaussianChain.Infer(p with { J12 = zeros([9, 5, 3, 3], dtype: ScalarType.Float64) }));
        AssertRefused("potentials.h0: expected float64", () => GaussianChain.Infer(p with { h0 = p.h0.to(ScalarType.Float32) }));
        AssertRefused("noise: expected", () => GaussianChain.Infer(p, noise: zeros([2, 9, 4, 3], dtype: ScalarType.Float64)));
        AssertRefused("lengths[3] = 0: sequence 3 must have between 1 and 5 frames", () => GaussianChain.Infer(p, tensor(new long[] { 5, 5, 5, 0, 5, 5, 5, 5, 5 })));
        AssertRefused("lengths[8] = 6", () => GaussianChain.Infer(p, tensor(new long[] { 5, 5, 5, 1, 5, 5, 5, 5, 6 })));
    }

    [Theory, MemberData(nameof(Forms))]
    public void Padding_is_never_read_and_gets_no_gradient(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        RandomChain chain = RandomChain.Of(Kind);
        Tensor lengths = tensor(new long[] { 5, 2, 5, 1, 4, 5, 5, 3, 5 });
        ChainPotentials p = chain.Potentials;
        p.hn[1, 2] = double.NaN;
        p.Jn[3, 1] = double.NaN;
        p.J12[7, 2] = double.NaN;
        p.J11[3] = double.NaN;
        Tensor[] leaves = [.. p.Named.Select(named => named.Value.requires_grad_())];
        ChainPosterior q = GaussianChain.Infer(p, lengths, chain.Noise, form);
        GaussianChainTests.Objective(q, 31).backward();
        Assert.All(leaves, leaf => Assert.True(leaf.grad!.isfinite().all().item<bool>()));
        Assert.Equal(0, leaves[6].grad![1].narrow(0, 2, 3).abs().sum().item<double>());
        Assert.Equal(0, q.Covariance[3].narrow(0, 1, 4).abs().sum().item<double>());
        Assert.Equal(0, q.Samples![0, 7].narrow(0, 3, 2).abs().sum().item<double>());
    }

    private static void AssertRefused(string message, Action action)
    {
        using var scope = NewDisposeScope();
        Assert.Contains(message, Assert.Throws<ArgumentException>(action).Message);
    }
}
