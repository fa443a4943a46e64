using Svae.Workbench.ExponentialFamilies;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Natural parameters of q(θ) of a linear dynamical system, or, in the same layout, E[t(θ)]: <c>q(θ) = NIW(μ, Σ) MNIW([A b], Q)</c>.
/// </summary>
/// <param name="InitialState">x_1 ~ N(μ, Σ), n dimensions.</param>
/// <param name="Dynamics">x_{t+1} = A x_t + b + noise, on [A b] with p = n + 1 columns.</param>
public sealed record LdsParameters(NormalInverseWishart.Natural InitialState, MatrixNormalInverseWishart.Natural Dynamics)
    : INaturalParameters<LdsParameters>
{
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Blocks => [.. InitialState.Blocks, .. Dynamics.Blocks];

    /// <inheritdoc/>
    public static LdsParameters FromBlocks(IReadOnlyList<Tensor> blocks) => new(
        NormalInverseWishart.Natural.FromBlocks([.. blocks.Take(4)]), MatrixNormalInverseWishart.Natural.FromBlocks([.. blocks.Skip(4)]));

    /// <inheritdoc/>
    public static IReadOnlyList<int> EventRanks { get; } =
        [.. NormalInverseWishart.Natural.EventRanks, .. MatrixNormalInverseWishart.Natural.EventRanks];

    /// <inheritdoc/>
    public static IReadOnlyList<bool> SymmetricBlocks { get; } =
        [.. NormalInverseWishart.Natural.SymmetricBlocks, .. MatrixNormalInverseWishart.Natural.SymmetricBlocks];

    /// <summary>The dynamics of one state of a switching system.</summary>
    public static LdsParameters OfState(SldsParameters switching, int state) =>
        FromBlocks([.. switching.InitialState.Blocks.Concat(switching.Dynamics.Blocks).Select(block => block[state])]);

    /// <summary>The product family of the two factors.</summary>
    internal static IExponentialFamily<LdsParameters> Family() => new ProductFamily<LdsParameters>(
        Factor.Of("initial state", new NormalInverseWishart()), Factor.Of("dynamics", new MatrixNormalInverseWishart()));
}
