using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Node potentials <c>−½ xᵀJn x + hnᵀx</c> of points or frames, Jn diagonal [..., n] or dense [..., n, n]: checked, expected, and on their own.
/// </summary>
internal static class NodeMoments
{
    /// <summary>Precision of the broad normal distribution about the origin in which a point without potentials stands.</summary>
    public const double BroadPrecision = 0.1;

    public static bool AreDense(Tensor Jn, Tensor hn) => Jn.dim() > hn.dim();

    /// <summary>Both have these dimensions, Jn with one more latent one when it is dense, and are in double precision.</summary>
    /// <exception cref="ArgumentException">Names Jn or hn.</exception>
    public static void RequireShape(Tensor Jn, Tensor hn, params (string Name, long Size)[] dimensions)
    {
        Guard.Shape(hn, "hn", dimensions);
        (string, long)[] rows = [.. dimensions.Zip(hn.shape, (d, size) => (d.Name, size))];
        Guard.Shape(Jn, "Jn", AreDense(Jn, hn) ? [.. rows, rows[^1]] : rows);
        if (hn.numel() == 0) throw new ArgumentException($"hn: expected at least one {string.Join(", one ", dimensions.Select(d => d.Name))}, got [{string.Join(", ", hn.shape)}]");
        Guard.Float64(Jn, "Jn");
        Guard.Float64(hn, "hn");
    }

    /// <summary>Every entry is finite.</summary>
    /// <exception cref="ArgumentException">Names Jn or hn, and the first entry that is not finite.</exception>
    public static void RequireFinite(Tensor Jn, Tensor hn)
    {
        Guard.Finite(Jn, "Jn");
        Guard.Finite(hn, "hn");
    }

    /// <summary>E[−½ xᵀJn x + hnᵀx], shape [...].</summary>
    public static Tensor Expected(Tensor Jn, Tensor hn, Tensor mean, Tensor covariance) => AreDense(Jn, hn)
        ? (hn * mean).sum(-1) - 0.5 * (Jn * addcmul(covariance, mean.unsqueeze(-1), mean.unsqueeze(-2), value: 1)).sum([-1, -2])
        : (hn * mean - 0.5 * Jn * (covariance.diagonal(0, -2, -1) + mean.square())).sum(-1);

    /// <summary>Mean [..., n] and covariance [..., n, n] of the node potentials alone, under a broad normal distribution.</summary>
    public static (Tensor Mean, Tensor Covariance) Alone(Tensor Jn, Tensor hn)
    {
        if (!AreDense(Jn, hn))
        {
            Tensor variance = (Jn + BroadPrecision).reciprocal();
            return (hn * variance, diag_embed(variance));
        }
        Tensor covariance = linalg.inv(Jn + BroadPrecision * eye(hn.shape[^1], dtype: hn.dtype, device: hn.device));
        return (matmul(covariance, hn.unsqueeze(-1)).squeeze(-1), covariance);
    }
}
