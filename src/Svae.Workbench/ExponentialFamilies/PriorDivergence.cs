using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>KL(q‖p) to one and the same p, whose log Z(p) is computed once.</summary>
/// <param name="family">The family of both.</param>
/// <param name="prior">Natural parameters of p.</param>
internal sealed class PriorDivergence<T>(IExponentialFamily<T> family, T prior) where T : INaturalParameters<T>
{
    private double? priorLogZ;

    /// <summary>⟨η_q − η_p, E_q t⟩ − log Z(η_q) + log Z(η_p), summed over the batch.</summary>
    /// <param name="q">η_q.</param>
    /// <param name="expected">E_q t.</param>
    public double Of(T q, T expected)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        T difference = T.FromBlocks([.. q.Blocks.Zip(prior.Blocks, (a, b) => a - b)]);
        priorLogZ ??= family.LogPartition(prior).sum().item<double>();
        return (ExponentialFamily.Inner(difference, expected) - family.LogPartition(q)).sum().item<double>() + priorLogZ.Value;
    }
}
