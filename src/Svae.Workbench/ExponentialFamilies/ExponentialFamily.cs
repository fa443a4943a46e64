using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>What every exponential family can be asked, written once for all of them.</summary>
public static class ExponentialFamily
{
    /// <summary>KL(q‖p) = ⟨η_q − η_p, E_q t⟩ − log Z(η_q) + log Z(η_p), shape [...].</summary>
    public static Tensor Kl<T>(this IExponentialFamily<T> family, T q, T p) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        return family.Kl(q, family.ExpectedStatistics(q), p, family.LogPartition(p)).MoveToOuterDisposeScope();
    }

    /// <summary>KL(q‖p) from E_q t and log Z(η_p), which the caller has already.</summary>
    internal static Tensor Kl<T>(this IExponentialFamily<T> family, T q, T expected, T p, Tensor logPartition) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        var difference = T.FromBlocks([.. q.Blocks.Zip(p.Blocks, (a, b) => a - b)]);
        return (Inner(difference, expected) - family.LogPartition(q) + logPartition).MoveToOuterDisposeScope();
    }

    /// <summary>Entropy H = log Z(η) − ⟨η, E t⟩ − E log h(x), in nats, shape [...].</summary>
    public static Tensor Entropy<T>(this IExponentialFamily<T> family, T eta) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        T expected = family.ExpectedStatistics(eta);
        return (family.LogPartition(eta) - Inner(eta, expected) - family.LogBaseMeasure(expected)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// log p(x; η) = ⟨η, t(x)⟩ − log Z(η) + log h(x), shape [...]: a true density, with its powers of 2π.
    /// The batch dimensions of the value and of η broadcast.
    /// </summary>
    public static Tensor LogDensity<T, TValue>(this IExponentialFamily<T, TValue> family, T eta, TValue value)
        where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        T statistics = family.Statistics(value);
        return (Inner(eta, statistics) - family.LogPartition(eta) + family.LogBaseMeasure(statistics)).MoveToOuterDisposeScope();
    }

    /// <summary>⟨a, b⟩: the sum over all blocks of entry-wise products, shape [...]; batch dimensions broadcast.</summary>
    public static Tensor Inner<T>(T a, T b) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        Tensor? total = null;
        foreach (var ((x, y), rank) in a.Blocks.Zip(b.Blocks).Zip(T.EventRanks))
        {
            Tensor product = x * y;
            if (rank > 0) product = product.sum([.. Enumerable.Range(1, rank).Select(i => -(long)i)]);
            total = total is null ? product : total + product;
        }
        return (total ?? zeros([], ScalarType.Float64)).MoveToOuterDisposeScope(); // no blocks: nothing to sum
    }

    /// <summary>a + b, block by block: what conjugate evidence does to a prior.</summary>
    public static T Plus<T>(this T a, T b) where T : INaturalParameters<T> => T.FromBlocks([.. a.Blocks.Zip(b.Blocks, (x, y) => x + y)]);

    /// <summary>Some entries of the first dimension of every block, in this order.</summary>
    internal static T Select<T>(this T parameters, Tensor index) where T : INaturalParameters<T> =>
        T.FromBlocks([.. parameters.Blocks.Select(block => block.index_select(0, index.to(block.device)))]);

    /// <summary>The same numbers in the shapes of other parameters.</summary>
    internal static T InShapesOf<T>(this T parameters, T other) where T : INaturalParameters<T> =>
        T.FromBlocks([.. parameters.Blocks.Zip(other.Blocks, (block, like) => block.reshape(like.shape))]);

    /// <summary>Moves every block out of the innermost dispose scope.</summary>
    internal static T Survive<T>(this T parameters) where T : INaturalParameters<T>
    {
        foreach (Tensor block in parameters.Blocks) block.MoveToOuterDisposeScope();
        return parameters;
    }
}
