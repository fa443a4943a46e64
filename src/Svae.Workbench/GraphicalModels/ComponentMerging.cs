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
        double Gain(int a, int b)
        {
            MixtureParameters union = Union(parts[a], parts[b], none[b]);
            if (!Components.Contains(union.Components)) return double.NegativeInfinity; // no union of points: the statistics contradict each other
            return LogEvidence(union) + empty[b] - alone[a] - alone[b];
        }

        var gains = Pairs(left).ToDictionary(pair => pair, pair => Gain(pair.A, pair.B));
        while (left.Count > 1)
        {
            var (a, b) = Pairs(left).MaxBy(pair => gains[pair]);
            if (!(gains[(a, b)] > 0)) break;
            (parts[a], parts[b]) = (Union(parts[a], parts[b], none[b]), none[b]);
            alone[a] = LogEvidence(parts[a]);
            left.Remove(b);
            foreach (var pair in Pairs(left).Where(pair => pair.A == a || pair.B == a)) gains[pair] = Gain(pair.A, pair.B); // the others stand as they were
        }
        return MixtureParameters.FromBlocks([.. Enumerable.Range(0, eta.Blocks.Count).Select(i => cat([.. parts.Select(part => part.Blocks[i])]))]).Survive();
    }

    private static IEnumerable<(int A, int B)> Pairs(IReadOnlyList<int> left) => left.SelectMany(a => left.Where(b => b > a).Select(b => (a, b)));

    /// <summary>Each component alone, in blocks with one entry.</summary>
    private static MixtureParameters[] Parts(MixtureParameters eta) =>
        [.. Enumerable.Range(0, (int)eta.Weights.Eta.shape[0]).Select(k => MixtureParameters.FromBlocks([.. eta.Blocks.Select(block => block.narrow(0, k, 1))]))];

    private static MixtureParameters Union(MixtureParameters a, MixtureParameters b, MixtureParameters none) =>
        MixtureParameters.FromBlocks([.. a.Blocks.Zip(b.Blocks, none.Blocks).Select(block => block.First + block.Second - block.Third)]);

    /// <summary>log Z of the component, and its part log Γ(α) of that of the weights, whose sum of counts no merging changes.</summary>
    private static double LogEvidence(MixtureParameters part) =>
        (Components.LogPartition(part.Components) + lgamma(part.Weights.Eta + 1)).item<double>();
}
