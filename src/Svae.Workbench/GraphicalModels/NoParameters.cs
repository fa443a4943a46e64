using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>The natural parameters of a model that has none.</summary>
public sealed record NoParameters : INaturalParameters<NoParameters>
{
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Blocks => [];

    /// <inheritdoc/>
    public static NoParameters FromBlocks(IReadOnlyList<Tensor> blocks) => new();

    /// <inheritdoc/>
    public static IReadOnlyList<int> EventRanks => [];

    /// <inheritdoc/>
    public static IReadOnlyList<bool> SymmetricBlocks => [];

    internal sealed class Family : IExponentialFamily<NoParameters>
    {
        public Tensor LogPartition(NoParameters eta) => zeros([], ScalarType.Float64);

        public NoParameters ExpectedStatistics(NoParameters eta) => eta;

        public Tensor LogBaseMeasure(NoParameters statistics) => zeros([], ScalarType.Float64);

        public bool Contains(NoParameters eta) => true;

        public void Require(NoParameters eta, string symbol) { }
    }
}
