using Svae.Workbench.MessagePassing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Amortised posterior of a sequence by a bidirectional gated recurrent network, in the place of message passing: the network reads all of
/// y and writes <c>q(x) = Π_t N(x_t; m_t, diag s_t)</c>, or with couplings
/// <c>q(x) = N(x_1; m_1, diag s_1) Π_t N(x_{t+1}; m_{t+1} + G_t (x_t − m_t), diag s_{t+1})</c>, whose precision is block-tridiagonal and whose G_t contract
/// (the posteriors that Zhao and Linderman 2023 compare with).
/// </summary>
public sealed class RecurrentPosterior : Module<Tensor, GaussianPathPosterior>
{
    /// <summary>No variance is below this, latent units squared.</summary>
    private const double LeastVariance = 1e-6;

    private readonly GRU network;
    private readonly Linear readout;
    private readonly long latent;
    private readonly bool coupled;

    /// <param name="observed">Observation size D.</param>
    /// <param name="latent">Latent dimension n.</param>
    /// <param name="hidden">Units of each direction.</param>
    /// <param name="coupled">Whether frames are coupled.</param>
    /// <param name="generator">Source of the initial weights.</param>
    public RecurrentPosterior(long observed, long latent, long hidden, bool coupled, Generator generator) : base(nameof(RecurrentPosterior))
    {
        (this.latent, this.coupled) = (latent, coupled);
        network = GRU(observed, hidden, batchFirst: true, bidirectional: true);
        readout = Linear(2 * hidden, 2 * latent + (coupled ? latent * latent : 0));
        RegisterComponents();
        using var mode = no_grad();
        double bound = 1 / Math.Sqrt(hidden);
        foreach (Parameter weight in parameters()) weight.uniform_(-bound, bound, generator);
    }

    /// <summary>
    /// Begins as a linear regression: the means are the least squares of x on the features that the untrained network makes of y, the
    /// variances what they leave over, and frames are uncoupled.
    /// </summary>
    /// <param name="latents">x, known or simulated, shape [N, T, n].</param>
    /// <param name="y">What is observed of them, float32 [N, T, D].</param>
    public void StartFrom(Tensor latents, Tensor y)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor features = network.call(y, null).Item1.to(ScalarType.Float64).flatten(0, 1), x = latents.to(ScalarType.Float64).flatten(0, 1);
        Tensor inputs = cat([features, ones(features.shape[0], 1, ScalarType.Float64)], 1), map = LeastSquares.Map(inputs, x).t();
        Tensor variance = (x - matmul(inputs, map.t())).square().mean([0L]).clamp_min(2 * LeastVariance);
        readout.weight!.zero_().narrow(0, 0, latent).copy_(map.narrow(1, 0, features.shape[1]));
        readout.bias!.zero_().narrow(0, 0, latent).copy_(map.select(1, features.shape[1]));
        readout.bias!.narrow(0, latent, latent).copy_((variance - LeastVariance).expm1().log()); // the inverse of softplus
    }

    /// <summary>q(x) given y, float32 [B, T, D], all of one length.</summary>
    public override GaussianPathPosterior forward(Tensor y)
    {
        Tensor features = network.call(y, null).Item1;
        Tensor output = readout.call(features).to(ScalarType.Float64);
        Tensor mean = output.narrow(2, 0, latent), variance = functional.softplus(output.narrow(2, latent, latent)) + LeastVariance;
        Tensor entropy = 0.5 * ((2 * Math.PI * Math.E) * variance).log().sum([1L, 2L]);
        if (!coupled) return new GaussianPathPosterior(mean, diag_embed(variance), null, entropy);
        Tensor gain = output.narrow(2, 2 * latent, latent * latent).narrow(1, 0, y.shape[1] - 1).reshape(y.shape[0], y.shape[1] - 1, latent, latent);
        ChainPosterior centred = Centred(Contraction(gain), variance);
        return new GaussianPathPosterior(mean, centred.Covariance, centred.CrossCovariance, entropy);
    }

    /// <summary>
    /// G within the unit ball of √(‖G‖₁‖G‖_∞), which bounds its spectral norm: a gain above 1 would let covariances grow without limit over
    /// a long sequence.
    /// </summary>
    private static Tensor Contraction(Tensor gain)
    {
        Tensor size = gain.abs(), bound = (size.sum(3).amax(2) * size.sum(2).amax(2)).clamp_min(1).sqrt(); // clamped first: √0 has no gradient
        return gain / bound.unsqueeze(2).unsqueeze(3);
    }

    /// <summary>The chain of x_t − m_t: its covariances.</summary>
    private static ChainPosterior Centred(Tensor gain, Tensor variance)
    {
        Tensor precision = variance.reciprocal(), later = precision.narrow(1, 1, gain.shape[1]);
        Tensor weighted = later.unsqueeze(3) * gain, nothing = zeros_like(variance); // Λ G
        return GaussianChain.Infer(new ChainPotentials(
            diag_embed(precision.select(1, 0)), nothing.select(1, 0),
            matmul(gain.mT, weighted), -weighted.mT, diag_embed(later), nothing, nothing));
    }
}
