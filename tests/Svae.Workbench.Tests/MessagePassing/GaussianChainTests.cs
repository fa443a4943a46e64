using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Every form against the dense joint Gaussian, values and gradients, over random shapes.</summary>
public class GaussianChainTests
{
    public static TheoryData<MessagePassingForm> Forms() => [.. ChainForms.All];

    [Theory, MemberData(nameof(Forms))]
    public void Every_output_matches_the_dense_joint_gaussian(MessagePassingForm form) =>
        ChainKind.Any.Sample(kind =>
        {
            using var scope = NewDisposeScope();
            RandomChain chain = RandomChain.Of(kind);
            AssertSame(
                DenseGaussianChain.Infer(chain.Potentials, chain.Lengths, chain.Noise),
                GaussianChain.Infer(chain.Potentials, chain.LengthTensor, chain.Noise, form), kind.ToString());
        }, iter: 25, threads: 1);

    [Theory, MemberData(nameof(Forms))]
    public void The_gradient_of_every_output_matches_autograd_through_the_dense_joint_gaussian(MessagePassingForm form) =>
        Gen.Select(ChainKind.Any, Gen.Int[1, 31]).Sample((kind, outputs) =>
        {
            using var scope = NewDisposeScope();
            RandomChain chain = RandomChain.Of(kind);
            Tensor[] expected = Gradients(chain, outputs, p => DenseGaussianChain.Infer(p, chain.Lengths, chain.Noise));
            Tensor[] actual = Gradients(chain, outputs, p => GaussianChain.Infer(p, chain.LengthTensor, chain.Noise, form));
            foreach (var (e, a, named) in expected.Zip(actual, chain.Potentials.Named))
                AssertClose.Equal(e, a, 1e-8, $"gradient of outputs {outputs:b5} by {named.Symbol} for {kind}");
        }, iter: 25, threads: 1);

    /// <summary>The fused kernel cuts matrices into blocks that fit registers, differently for each latent dimension, and sequences into groups.</summary>
    [Theory, InlineData(5), InlineData(8), InlineData(9), InlineData(10), InlineData(11), InlineData(15), InlineData(16), InlineData(20), InlineData(24)]
    public void The_fused_form_matches_the_dense_joint_gaussian_for_every_blocking(int latent)
    {
        using var scope = NewDisposeScope();
        foreach (int batch in new[] { 2, 9 })
        {
            RandomChain chain = RandomChain.Of(new ChainKind(batch, 3, latent, 2, batch == 2, batch == 9, true, batch == 9, 0, latent));
            AssertSame(
                DenseGaussianChain.Infer(chain.Potentials, chain.Lengths, chain.Noise),
                GaussianChain.Infer(chain.Potentials, chain.LengthTensor, chain.Noise, MessagePassingForm.Fused), $"n = {latent}, B = {batch}");
            Tensor[] expected = Gradients(chain, 31, p => DenseGaussianChain.Infer(p, chain.Lengths, chain.Noise));
            Tensor[] actual = Gradients(chain, 31, p => GaussianChain.Infer(p, chain.LengthTensor, chain.Noise, MessagePassingForm.Fused));
            foreach (var (e, a, named) in expected.Zip(actual, chain.Potentials.Named))
                AssertClose.Equal(e, a, 1e-8, $"gradient by {named.Symbol} for n = {latent}, B = {batch}");
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Pair_blocks_that_are_one_expanded_zero_count_as_zeros(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        RandomChain chain = RandomChain.Of(new ChainKind(9, 4, 3, 1, false, true, true, true, 0, 8));
        // Zero pair blocks take away from the diagonal, so the couplings shrink for the chain to stay positive definite.
        ChainPotentials zero = chain.Potentials with
        {
            J11 = zeros_like(chain.Potentials.J11), J22 = zeros_like(chain.Potentials.J22), J12 = 0.01 * chain.Potentials.J12,
            Jn = chain.Potentials.Jn + eye(3, dtype: ScalarType.Float64),
        };
        Tensor one = zeros([1, 1, 3, 3], ScalarType.Float64).expand(zero.J11.shape);
        AssertSame(
            DenseGaussianChain.Infer(zero, chain.Lengths, chain.Noise),
            GaussianChain.Infer(zero with { J11 = one, J22 = one }, chain.LengthTensor, chain.Noise, form), $"zero pair blocks, {form}");
    }

    [Theory, MemberData(nameof(Forms))]
    public void The_gradient_of_every_output_matches_finite_differences(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        for (int output = 0; output < 5; output++)
            foreach (bool shared in new[] { true, false })
            {
                RandomChain chain = RandomChain.Of(new ChainKind(2, 3, 2, 1, shared, !shared, shared, !shared, 0, 5 + output));
                FiniteDifferences.AssertAgree(
                    blocks => Objective(GaussianChain.Infer(FromBlocks(Symmetrised(blocks, !shared)), chain.LengthTensor, chain.Noise, form), 1 << output),
                    Blocks(chain.Potentials), tolerance: 1e-6);
            }
    }

    /// <summary>A random linear function of the chosen outputs (bits: log Z, mean, covariance, cross-covariance, samples).</summary>
    internal static Tensor Objective(ChainPosterior q, int outputs)
    {
        using var generator = new Generator(17);
        Tensor sum = zeros([], dtype: ScalarType.Float64);
        Tensor?[] all = [q.LogZ, q.Mean, q.Covariance, q.CrossCovariance, q.Samples];
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i] is not { } value) continue;
            Tensor weight = randn(value.shape, dtype: ScalarType.Float64, generator: generator);
            if ((outputs >> i & 1) == 1) sum = sum + (value * weight).sum();
        }
        return sum;
    }

    internal static Tensor[] Gradients(RandomChain chain, int outputs, Func<ChainPotentials, ChainPosterior> infer)
    {
        Tensor[] leaves = [.. Blocks(chain.Potentials).Select(block => block.detach().clone().requires_grad_())];
        Tensor objective = Objective(infer(FromBlocks(leaves)), outputs);
        if (objective.requires_grad) objective.backward();
        return [.. leaves.Select(leaf => leaf.grad is { } gradient ? gradient.clone() : zeros_like(leaf).detach())];
    }

    internal static void AssertSame(ChainPosterior expected, ChainPosterior actual, string what, double tolerance = 1e-9)
    {
        AssertClose.Equal(expected.LogZ, actual.LogZ, tolerance, "logZ of " + what);
        AssertClose.Equal(expected.Mean, actual.Mean, tolerance, "mean of " + what);
        AssertClose.Equal(expected.Covariance, actual.Covariance, tolerance, "covariance of " + what);
        AssertClose.Equal(expected.CrossCovariance, actual.CrossCovariance, tolerance, "cross-covariance of " + what);
        if (expected.Samples is not null) AssertClose.Equal(expected.Samples, actual.Samples!, tolerance, "samples of " + what);
    }

    private static Tensor[] Blocks(ChainPotentials p) => [.. p.Named.Select(named => named.Value)];

    private static ChainPotentials FromBlocks(Tensor[] b) => new(b[0], b[1], b[2], b[3], b[4], b[5], b[6]);

    /// <summary>A difference quotient moves one entry; its block must stay symmetric.</summary>
    private static Tensor[] Symmetrised(Tensor[] b, bool dense) =>
        [(b[0] + b[0].mT) / 2, b[1], (b[2] + b[2].mT) / 2, b[3], (b[4] + b[4].mT) / 2, dense ? (b[5] + b[5].mT) / 2 : b[5], b[6]];
}
