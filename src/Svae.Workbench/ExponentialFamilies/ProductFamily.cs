using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// The family of a product of independent factors, <c>q(θ) = Π_i q_i(θ_i)</c>, as the prior of a graphical model is one: the natural
/// parameters are the factors' blocks one after the other, and log-partitions and divergences add up over factors and over each
/// factor's batch.
/// </summary>
/// <typeparam name="T">The record of all natural parameters; its event ranks count every dimension, since a batch of a factor is a further product.</typeparam>
internal sealed class ProductFamily<T>(params Factor[] factors) : IExponentialFamily<T> where T : INaturalParameters<T>
{
    /// <inheritdoc/>
    public Tensor LogPartition(T eta) => Sum(eta, (factor, blocks) => factor.LogPartition(blocks));

    /// <inheritdoc/>
    public T ExpectedStatistics(T eta) => T.FromBlocks([.. Parts(eta).SelectMany(part => part.Factor.ExpectedStatistics(part.Blocks))]);

    /// <inheritdoc/>
    public Tensor LogBaseMeasure(T statistics) => Sum(statistics, (factor, blocks) => factor.LogBaseMeasure(blocks));

    /// <inheritdoc/>
    public bool Contains(T eta) => Parts(eta).All(part => part.Factor.Contains(part.Blocks));

    /// <inheritdoc/>
    public void Require(T eta, string symbol)
    {
        foreach (var (factor, blocks) in Parts(eta)) factor.Require(blocks, $"{symbol} {factor.Name}");
    }

    private Tensor Sum(T eta, Func<Factor, IReadOnlyList<Tensor>, Tensor> term)
    {
        using var scope = NewDisposeScope();
        Tensor total = zeros([], ScalarType.Float64);
        foreach (var (factor, blocks) in Parts(eta)) total = total.to(blocks[0].device) + term(factor, blocks).sum();
        return total.MoveToOuterDisposeScope();
    }

    private IEnumerable<(Factor Factor, IReadOnlyList<Tensor> Blocks)> Parts(T eta)
    {
        IReadOnlyList<Tensor> blocks = eta.Blocks;
        int at = 0;
        foreach (Factor factor in factors)
        {
            yield return (factor, [.. blocks.Skip(at).Take(factor.BlockCount)]);
            at += factor.BlockCount;
        }
    }
}

/// <summary>One factor of a <see cref="ProductFamily{T}"/>, seen through its blocks.</summary>
/// <param name="name">What it is called in the model, for error messages: "transition".</param>
/// <param name="blockCount">How many blocks its natural parameters have.</param>
internal abstract class Factor(string name, int blockCount)
{
    public string Name => name;

    public int BlockCount => blockCount;

    public abstract Tensor LogPartition(IReadOnlyList<Tensor> eta);

    public abstract IReadOnlyList<Tensor> ExpectedStatistics(IReadOnlyList<Tensor> eta);

    public abstract Tensor LogBaseMeasure(IReadOnlyList<Tensor> statistics);

    public abstract bool Contains(IReadOnlyList<Tensor> eta);

    public abstract void Require(IReadOnlyList<Tensor> eta, string symbol);

    public static Factor Of<T>(string name, IExponentialFamily<T> family) where T : INaturalParameters<T> => new Typed<T>(name, family);

    private sealed class Typed<T>(string name, IExponentialFamily<T> family) : Factor(name, T.EventRanks.Count) where T : INaturalParameters<T>
    {
        public override Tensor LogPartition(IReadOnlyList<Tensor> eta) => family.LogPartition(T.FromBlocks(eta));

        public override IReadOnlyList<Tensor> ExpectedStatistics(IReadOnlyList<Tensor> eta) => family.ExpectedStatistics(T.FromBlocks(eta)).Blocks;

        public override Tensor LogBaseMeasure(IReadOnlyList<Tensor> statistics) => family.LogBaseMeasure(T.FromBlocks(statistics));

        public override bool Contains(IReadOnlyList<Tensor> eta) => family.Contains(T.FromBlocks(eta));

        public override void Require(IReadOnlyList<Tensor> eta, string symbol) => family.Require(T.FromBlocks(eta), symbol);
    }
}
