using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// A point in a family's vector space of natural parameters, as named blocks of tensors: what adds up when conjugate
/// evidence arrives, and what a natural-gradient step moves. Expected statistics live in the same blocks.
/// </summary>
/// <typeparam name="TSelf">The record that implements this.</typeparam>
public interface INaturalParameters<TSelf> where TSelf : INaturalParameters<TSelf>
{
    /// <summary>The blocks, in the record's order; each of shape [..., event], float64, with the batch dimensions first.</summary>
    IReadOnlyList<Tensor> Blocks { get; }

    /// <summary>The record with these blocks, in the record's order.</summary>
    /// <param name="blocks">As many tensors as <see cref="EventRanks"/> has entries.</param>
    static abstract TSelf FromBlocks(IReadOnlyList<Tensor> blocks);

    /// <summary>How many trailing dimensions of each block belong to one distribution; those before them are the batch.</summary>
    static abstract IReadOnlyList<int> EventRanks { get; }

    /// <summary>Which blocks are symmetric matrices, so that a gradient with respect to them is to be symmetrised.</summary>
    static abstract IReadOnlyList<bool> SymmetricBlocks { get; }
}
