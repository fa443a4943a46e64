using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.Diagnostics;

/// <summary>
/// What everything but its own potential says of a latent state: <c>q(x_t) ∝ cavity(x_t) ψ_t(x_t)</c>, so that with
/// <c>q(x_t) = N(m, Σ)</c> the cavity has precision <c>Σ⁻¹ − J</c> and linear term <c>Σ⁻¹m − h</c>.
/// </summary>
internal static class Cavity
{
    /// <summary>Mean <c>(I − ΣJ)⁻¹(m − Σh)</c>, shape [..., n], and covariance <c>(I − ΣJ)⁻¹Σ</c>, shape [..., n, n].</summary>
    /// <param name="mean">m, shape [..., n].</param>
    /// <param name="covariance">Σ, shape [..., n, n].</param>
    /// <param name="potentials">J, diagonal [..., n] or dense [..., n, n], and h [..., n].</param>
    public static (Tensor Mean, Tensor Covariance) Of(Tensor mean, Tensor covariance, NodePotentials potentials)
    {
        Tensor remaining = eye(mean.shape[^1], dtype: mean.dtype, device: mean.device) - matmul(covariance, DensePrecision(potentials));
        Tensor without = mean.unsqueeze(-1) - matmul(covariance, potentials.h.unsqueeze(-1));
        Tensor solved = linalg.solve(remaining, cat([covariance, without], -1)), square = solved.narrow(-1, 0, mean.shape[^1]);
        return (solved.select(-1, mean.shape[^1]), 0.5 * (square + square.mT));
    }

    /// <summary>J as matrices, [..., n, n].</summary>
    public static Tensor DensePrecision(NodePotentials potentials) =>
        potentials.Dense ? potentials.J : diag_embed(potentials.J);
}
