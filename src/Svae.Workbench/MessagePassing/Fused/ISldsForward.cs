using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>Sweeps of an SLDS's mean field into memory, with as many sequences side by side as it was made for.</summary>
internal interface ISldsForward
{
    /// <summary>A sweep.</summary>
    /// <param name="gamma">γ, [B, T, K]; 0 past a sequence's end.</param>
    /// <param name="next">Set to γ', [B, T, K].</param>
    /// <param name="surrogate">Set to the surrogate, [B]; NaN where the chain is not that of a proper density.</param>
    /// <param name="complete">Pair marginals and −KL too, which a sweep on the way to the fixed point does not need.</param>
    void Sweep(Tensor gamma, Tensor next, Tensor surrogate, bool complete);

    /// <summary>γ' with frames of x that do not hang together.</summary>
    /// <param name="mean">E x_t, [B, T, n].</param>
    /// <param name="covariance">Cov x_t, [B, T, n, n].</param>
    /// <param name="next">Set to γ', [B, T, K].</param>
    void InferStates(Tensor mean, Tensor covariance, Tensor next);
}
