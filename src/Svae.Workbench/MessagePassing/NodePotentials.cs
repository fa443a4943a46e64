using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// What a recognition network says of the latent states: one Gaussian potential for each frame,
/// <c>ψ(x_t; y_t) = −½ x_tᵀ J_t x_t + h_tᵀ x_t</c> (Johnson et al. 2016, equation 4).
/// </summary>
/// <param name="J">
/// Precisions, not negative, diagonal [B, T, n], or dense positive semidefinite [B, T, n, n] (then in place of diag(J_t)); float64; 0
/// where a frame is missing.
/// </param>
/// <param name="h">Linear terms, shape [B, T, n], float64.</param>
public sealed record NodePotentials(Tensor J, Tensor h)
{
    /// <summary>The potentials of normal densities, h = J m.</summary>
    /// <param name="precision">J, shape [B, T, n] or [B, T, n, n].</param>
    /// <param name="mean">m, shape [B, T, n].</param>
    public static NodePotentials Of(Tensor precision, Tensor mean) => new(precision,
        NodeMoments.AreDense(precision, mean) ? matmul(precision, mean.unsqueeze(-1)).squeeze(-1) : precision * mean);

    /// <summary>Where each potential is largest, J⁻¹h, shape [B, T, n]: what the recognition network alone says of x. Missing frames have none.</summary>
    public Tensor Modes() => Dense ? linalg.solve(J, h.unsqueeze(-1)).squeeze(-1) : h / J;

    /// <summary>Precisions are whole matrices.</summary>
    public bool Dense => NodeMoments.AreDense(J, h);

    /// <summary>The same potentials with missing frames silenced: J = 0 and h = 0 where the mask is 0.</summary>
    /// <param name="observed">1 where a frame was observed and 0 where it is missing, shape [B, T].</param>
    public NodePotentials Observed(Tensor observed)
    {
        if (SequenceMask.AllOnes(observed)) return this;
        Tensor mask = observed.to(J.dtype).unsqueeze(2);
        return new NodePotentials(J * (Dense ? mask.unsqueeze(3) : mask), h * mask);
    }

    /// <summary>The same potentials with J = 0 and h = 0 past each sequence's end, whatever stood there.</summary>
    internal NodePotentials WithoutPadding(Tensor? lengths) =>
        new(SequenceMask.WithoutPadding(J, lengths), SequenceMask.WithoutPadding(h, lengths));
}
