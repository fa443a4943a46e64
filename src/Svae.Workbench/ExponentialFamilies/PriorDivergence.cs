using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>KL(q‖p) to one and the same p, whose log Z(p) is computed once.</summary>
/// <param name="family">The family of both.</param>
/// <param name="prior">Natural parameters of p.</param>
internal sealed class PriorDivergence<T>(IExponentialFamily<T> family, T prior) where T : INaturalParameters<T>
{
    private Tensor? priorLogZ;

    /// <summary>⟨η_q − η_p, E_q t⟩ − log Z(η_q) + log Z(η_p), summed over the batch.</summary>
    /// <param name="q">η_q.</param>
    /// <param name="expected">E_q t.</param>
    public double Of(T q, T expected)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        priorLogZ ??= family.LogPartition(prior).DetachFromDisposeScope();
        return family.Kl(q, expected, prior, priorLogZ).sum().item<double>();
    }
}
