using Svae.Workbench.MessagePassing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Covariances of stiff chains, and samples against their moments.</summary>
public class GaussianChainStabilityTests
{
    public static TheoryData<MessagePassingForm> Forms() => [.. ChainForms.All];

    [Theory, MemberData(nameof(Forms))]
    public void Covariances_of_a_thousand_stiff_chains_are_symmetric_positive_definite(MessagePassingForm form)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            using var scope = NewDisposeScope();
            Tensor covariance = GaussianChain.Infer(Stiff(batch: 100, time: 12, latent: 4, seed), form: form).Covariance;
            Assert.Equal(0, (covariance - covariance.mT).abs().max().item<double>());
            Assert.Equal(0, linalg.cholesky_ex(covariance).info.abs().sum().item<long>());
        }
    }

    /// <summary>Precisions of dynamics and nodes over eight orders of magnitude, by sequence and by step, in random directions.</summary>
    private static ChainPotentials Stiff(long batch, long time, long latent, int seed)
    {
        using var generator = new Generator((ulong)seed);
        Tensor Normal(params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: generator);
        Tensor Rotated(params long[] outer)
        {
            Tensor rotation = linalg.qr(Normal([.. outer, latent, latent])).Q;
            Tensor scale = pow(10, 8 * rand([.. outer, latent], dtype: ScalarType.Float64, generator: generator) - 4);
            Tensor product = (rotation * scale.unsqueeze(-2)).matmul(rotation.mT);
            return (product + product.mT) / 2;
        }

        Tensor A = 0.95 * linalg.qr(Normal(batch, time - 1, latent, latent)).Q, precision = Rotated(batch, time - 1);
        Tensor J11 = A.mT.matmul(precision).matmul(A);
        return new ChainPotentials(Rotated(batch), Normal(batch, latent), (J11 + J11.mT) / 2, -A.mT.matmul(precision), precision, Rotated(batch, time), Normal(batch, time, latent));
    }

    [Theory, MemberData(nameof(Forms))]
    public void Moments_of_samples_match_the_posterior_within_monte_carlo_error(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        const int draws = 20_000;
        RandomChain chain = RandomChain.Of(new ChainKind(1, 4, 2, draws, true, true, true, false, 0.3, 4));
        ChainPosterior q = GaussianChain.Infer(chain.Potentials, null, chain.Noise, form);
        Tensor samples = q.Samples!.squeeze(1), deviation = samples - q.Mean[0];
        Tensor variance = q.Covariance[0].diagonal(0, -2, -1);
        AssertWithin(samples.mean([0L]) - q.Mean[0], (variance / draws).sqrt());
        Tensor covariance = deviation.unsqueeze(-1).matmul(deviation.unsqueeze(-2)).mean([0L]);
        AssertWithin(covariance - q.Covariance[0], ((variance.unsqueeze(-1) * variance.unsqueeze(-2) + q.Covariance[0].square()) / draws).sqrt());
        Tensor cross = deviation.narrow(1, 0, 3).unsqueeze(-1).matmul(deviation.narrow(1, 1, 3).unsqueeze(-2)).mean([0L]);
        AssertWithin(cross - q.CrossCovariance[0],
            ((variance.narrow(0, 0, 3).unsqueeze(-1) * variance.narrow(0, 1, 3).unsqueeze(-2) + q.CrossCovariance[0].square()) / draws).sqrt());

        static void AssertWithin(Tensor error, Tensor standardError) => Assert.True((error.abs() / standardError).max().item<double>() < 5);
    }
}
