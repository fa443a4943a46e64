using Svae.Workbench.ExponentialFamilies;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Merges a mixture's components two by two, each time the pair whose union raises the evidence most, for as long as one does: mean field
/// does not leave a local optimum in which two components share a cluster (Ueda et al. 2000; Hughes and Sudderth 2013, "merge moves").
/// </summary>
/// <remarks>
/// With <c>η_a = η₀ + s_a</c>, s_a the statistics of the points that component a answers for, their evidence given the assignment is
/// <c>log Z(η_a) − log Z(η₀)</c>, and the union's parameters are <c>η_a + η_b − η₀</c>. The weights' Dirichlet counts in the same way.
/// </remarks>
internal static class ComponentMerging
{
    private static readonly NormalInverseWishart Components = new();

    /// <summary>η after merging; a component that joined another one is back at the prior.</summary>
    /// <param name="eta">η of all components.</param>
    /// <param name="prior">η₀.</param>
    public static MixtureParameters Merge(MixtureParameters eta, MixtureParameters prior)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        int K = (int)eta.Weights.Eta.shape[0];
        MixtureParameters[] parts = Parts(eta), none = Parts(prior);
        var left = Enumerable.Range(0, K).ToList();
        double[] alone = [.. parts.Select(LogEvidence)], empty = [.. none.Select(LogEvidence)];
        while (true)
        {
            var best = (Gain: 0.0, A: -1, B: -1, Union: (MixtureParameters?)null);
            foreach (int a in left)
                foreach (int b in left.Where(other => other > a))
                {
                    MixtureParameters union = Union(parts[a], parts[b], none[b]);
                    if (!Components.Contains(union.Components)) continue; // no union of points: the statistics contradict each other
                    double gain = LogEvidence(union) + empty[b] - alone[a] - alone[b];
                    if (gain > best.Gain) best = (gain, a, b, union);
                }
            if (best.Union is null) break;
            (parts[best.A], parts[best.B]) = (best.Union, none[best.B]);
            alone[best.A] = LogEvidence(best.Union);
            left.Remove(best.B);
        }
        return MixtureParameters.FromBlocks([.. Enumerable.Range(0, eta.Blocks.Count).Select(i => cat([.. parts.Select(part => part.Blocks[i])]))]).Survive();
    }

    /// <summary>Each component alone, in blocks with one entry.</summary>
    private static MixtureParameters[] Parts(MixtureParameters eta) =>
        [.. Enumerable.Range(0, (int)eta.Weights.Eta.shape[0]).Select(k => MixtureParameters.FromBlocks([.. eta.Blocks.Select(block => block.narrow(0, k, 1))]))];

    private static MixtureParameters Union(MixtureParameters a, MixtureParameters b, MixtureParameters none) =>
        MixtureParameters.FromBlocks([.. a.Blocks.Zip(b.Blocks, none.Blocks).Select(block => block.First + block.Second - block.Third)]);

    /// <summary>log Z of the component, and its part log Γ(α) of that of the weights, whose sum of counts no merging changes.</summary>
    private static double LogEvidence(MixtureParameters part) =>
        (Components.LogPartition(part.Components) + lgamma(part.Weights.Eta + 1)).item<double>();
}
