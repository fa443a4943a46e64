using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks;

/// <summary>
/// Dense precisions <c>J = diag(√p) U Uᵀ diag(√p)</c> of a network's outputs: U is unit lower triangular with entries kept in
/// (−4, 4), which allows correlations up to .97.
/// </summary>
internal static class DensePrecision
{
    /// <summary>Entries of U stay below this in size.</summary>
    public const double Bound = 4;

    /// <summary>Largest share of the bound that outputs can start at and still learn.</summary>
    private const double Most = 0.99;

    /// <summary>How many entries U has below its diagonal.</summary>
    public static long Entries(long latent) => latent * (latent - 1) / 2;

    /// <summary>The p and the network's outputs that give a precision J [n, n]; entries of U that it cannot have are cut to its bounds.</summary>
    public static (Tensor Precision, Tensor Outputs) Parts(Tensor J)
    {
        Tensor factor = linalg.cholesky(J), scale = factor.diagonal(), unit = factor / scale.unsqueeze(1);
        using var rows = tril_indices(J.shape[0], J.shape[0], -1, device: J.device);
        Tensor share = (unit[rows[0], rows[1]] / Bound).clamp(-Most, Most);
        return (scale.square(), Bound * share.atanh());
    }

    /// <summary>J, float64 [..., n, n].</summary>
    /// <param name="logPrecision">log p, float64 [..., n].</param>
    /// <param name="outputs">The network's outputs for the entries of U, row by row, float64 [..., n(n − 1)/2].</param>
    public static Tensor Of(Tensor logPrecision, Tensor outputs)
    {
        long n = logPrecision.shape[^1];
        using var rows = tril_indices(n, n, -1, device: outputs.device);
        Tensor place = rows[0] * n + rows[1], entries = Bound * (outputs / Bound).tanh();
        Tensor below = zeros([.. entries.shape[..^1], n * n], entries.dtype, entries.device).index_copy(-1, place, entries);
        Tensor unit = below.reshape([.. entries.shape[..^1], n, n]) + eye(n, dtype: entries.dtype, device: entries.device);
        Tensor factor = (0.5 * logPrecision).exp().unsqueeze(-1) * unit;
        return matmul(factor, factor.mT);
    }
}
