using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Linear-Gaussian emission <c>y_t = C x_t + d + N(0, R)</c> with a matrix-normal-inverse-Wishart prior on <c>([C d], R)</c>: sizes and prior.
/// </summary>
public sealed record LinearGaussianEmission
{
    /// <summary>Observation size D.</summary>
    public int Observed { get; init; } = 10;

    /// <summary>Prior expectation of the noise's standard deviation, observation units.</summary>
    public double NoiseScale { get; init; } = 0.3;

    /// <summary>Pseudo-frames behind the prior on R, above the D + 1 that it needs to have a mean.</summary>
    public double NoiseStrength { get; init; } = 5;

    /// <summary>Prior precision of [C d] about 0, in pseudo-frames.</summary>
    public double Strength { get; init; } = 0.1;

    /// <summary>η₀ of ([C d], R) for n latents.</summary>
    /// <exception cref="ArgumentException">A size is below one or a scale is not positive.</exception>
    public MatrixNormalInverseWishart.Natural Prior(int latent)
    {
        if (Observed < 1) throw new ArgumentException($"emission {nameof(Observed)}: must be at least 1, got {Observed}");
        foreach (var (value, name) in new[] { (NoiseScale, nameof(NoiseScale)), (NoiseStrength, nameof(NoiseStrength)), (Strength, nameof(Strength)) })
            if (!(value > 0)) throw new ArgumentException($"emission {name}: must be positive, got {value}");
        return MatrixNormalInverseWishart.FromStandard(new MatrixNormalInverseWishart.Standard(
            zeros(Observed, latent + 1, ScalarType.Float64), eye(latent + 1, dtype: ScalarType.Float64) / Strength,
            eye(Observed, dtype: ScalarType.Float64) * (NoiseStrength * NoiseScale * NoiseScale),
            tensor(Observed + 1 + NoiseStrength)));
    }

    /// <summary>
    /// <c>E_q(θ) log N(y_t; C x_t + d, R) = −½ x_tᵀJ_t x_t + h_tᵀx_t + c_t</c>, linear in E[t(θ)]: J = E CᵀΛC, h = E CᵀΛ(y − d) with Λ = R⁻¹.
    /// </summary>
    /// <param name="expectedStatistics">E[t([C d], R)].</param>
    /// <param name="y">Observations, float64 [B, T, D].</param>
    /// <param name="observed">1 where a frame was observed, else 0, float64 [B, T]: a missing frame has no potential.</param>
    /// <returns>Dense potentials J [B, T, n, n] and h [B, T, n], and Σ_t c_t of each sequence, [B].</returns>
    public static (NodePotentials Potentials, Tensor Constant) Potentials(
        MatrixNormalInverseWishart.Natural expectedStatistics, Tensor y, Tensor observed)
    {
        var (square, product, precision, half) = expectedStatistics; // −½ÃᵀΛÃ, ÃᵀΛ, −½Λ, ½log|Λ| of Ã = [C d]
        long n = square.shape[0] - 1;
        Tensor mask = observed.unsqueeze(2);
        Tensor J = -2 * square.narrow(0, 0, n).narrow(1, 0, n) * mask.unsqueeze(3);
        Tensor h = (matmul(y, product.narrow(0, 0, n).t()) + 2 * square.narrow(0, 0, n).select(1, n)) * mask;
        Tensor c = (matmul(y, precision) * y).sum(2) + matmul(y, product.select(0, n)) + square.select(0, n).select(0, n) + half
            - 0.5 * y.shape[2] * Math.Log(2 * Math.PI);
        return (new NodePotentials(J, h), (c * observed).sum(1));
    }

    /// <summary>Σ t of known latents and observations, in the layout of η.</summary>
    /// <param name="latents">x, float64 [T_i, n], one for each recording.</param>
    /// <param name="observations">y, [T_i, D].</param>
    /// <exception cref="ArgumentException">The recordings differ in number or length.</exception>
    public static MatrixNormalInverseWishart.Natural Statistics(IReadOnlyList<Tensor> latents, IReadOnlyList<Tensor> observations)
    {
        if (latents.Count != observations.Count)
            throw new ArgumentException($"latents and observations: expected one each for every recording, got {latents.Count} and {observations.Count}");
        Tensor x = cat([.. latents]).to(ScalarType.Float64), y = cat([.. observations]).to(ScalarType.Float64);
        Guard.Shape(y, "observations", ("time", x.shape[0]), ("observed", -1));
        Tensor affine = cat([x, ones(x.shape[0], 1, ScalarType.Float64, x.device)], 1);
        return new MatrixNormalInverseWishart.Natural(
            matmul(affine.t(), affine), matmul(affine.t(), y), matmul(y.t(), y), tensor((double)x.shape[0]).to(x.device));
    }
}

/// <summary>Natural parameters of q(θ) of a system with a linear-Gaussian emission, or, in the same layout, E[t(θ)].</summary>
/// <typeparam name="TSystem">Natural parameters of the system.</typeparam>
/// <param name="System">Of the latent system.</param>
/// <param name="Emission">Of y = C x + d + noise, on [C d], unbatched.</param>
public sealed record WithEmission<TSystem>(TSystem System, MatrixNormalInverseWishart.Natural Emission)
    : INaturalParameters<WithEmission<TSystem>> where TSystem : INaturalParameters<TSystem>
{
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Blocks => [.. System.Blocks, .. Emission.Blocks];

    /// <inheritdoc/>
    public static WithEmission<TSystem> FromBlocks(IReadOnlyList<Tensor> blocks)
    {
        int system = TSystem.EventRanks.Count;
        return new(TSystem.FromBlocks([.. blocks.Take(system)]), MatrixNormalInverseWishart.Natural.FromBlocks([.. blocks.Skip(system)]));
    }

    /// <inheritdoc/>
    public static IReadOnlyList<int> EventRanks { get; } = [.. TSystem.EventRanks, .. MatrixNormalInverseWishart.Natural.EventRanks];

    /// <inheritdoc/>
    public static IReadOnlyList<bool> SymmetricBlocks { get; } = [.. TSystem.SymmetricBlocks, .. MatrixNormalInverseWishart.Natural.SymmetricBlocks];

    /// <summary>The product of the system's family and the emission's.</summary>
    internal static IExponentialFamily<WithEmission<TSystem>> Family(IExponentialFamily<TSystem> system) =>
        new ProductFamily<WithEmission<TSystem>>(Factor.Of("system", system), Factor.Of("emission", new MatrixNormalInverseWishart()));
}
