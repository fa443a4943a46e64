using Svae.Workbench.ExponentialFamilies;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Natural parameters of q(θ) of a switching linear dynamical system, or, in the same layout, E[t(θ)]:
/// <c>q(θ) = Dir(π) Π_k Dir(A_k) NIW(μ_k, Σ_k) MNIW([A b]_k, Q_k)</c>.
/// </summary>
/// <param name="Initial">Initial state probabilities, K categories.</param>
/// <param name="Transition">Transition rows, batch [K], K categories.</param>
/// <param name="InitialState">x_1 given z_1 = k, batch [K], n dimensions.</param>
/// <param name="Dynamics">x_{t+1} = A_k x_t + b_k + noise, batch [K], on [A b] with p = n + 1 columns.</param>
public sealed record SldsParameters(
    Dirichlet.Natural Initial, Dirichlet.Natural Transition,
    NormalInverseWishart.Natural InitialState, MatrixNormalInverseWishart.Natural Dynamics) : INaturalParameters<SldsParameters>
{
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Blocks => [.. Initial.Blocks, .. Transition.Blocks, .. InitialState.Blocks, .. Dynamics.Blocks];

    /// <inheritdoc/>
    public static SldsParameters FromBlocks(IReadOnlyList<Tensor> blocks) => new(
        Dirichlet.Natural.FromBlocks([blocks[0]]), Dirichlet.Natural.FromBlocks([blocks[1]]),
        NormalInverseWishart.Natural.FromBlocks([.. blocks.Skip(2).Take(4)]),
        MatrixNormalInverseWishart.Natural.FromBlocks([.. blocks.Skip(6).Take(4)]));

    /// <summary>Every dimension counts as the event's: the K states are factors of one distribution, not a batch.</summary>
    public static IReadOnlyList<int> EventRanks { get; } =
        [1, 2, .. NormalInverseWishart.Natural.EventRanks.Select(r => r + 1), .. MatrixNormalInverseWishart.Natural.EventRanks.Select(r => r + 1)];

    /// <inheritdoc/>
    public static IReadOnlyList<bool> SymmetricBlocks { get; } =
        [false, false, .. NormalInverseWishart.Natural.SymmetricBlocks, .. MatrixNormalInverseWishart.Natural.SymmetricBlocks];

    /// <summary>The product family of the four factors.</summary>
    internal static IExponentialFamily<SldsParameters> Family() => new ProductFamily<SldsParameters>(
        Factor.Of("initial", new Dirichlet()), Factor.Of("transition", new Dirichlet()),
        Factor.Of("initial state", new NormalInverseWishart()), Factor.Of("dynamics", new MatrixNormalInverseWishart()));
}
