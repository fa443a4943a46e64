using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Potentials of a Gaussian chain over x_1..x_T ∈ Rⁿ, an unnormalised density
/// <code>
/// exp{ −½ x_1ᵀJ0 x_1 + h0ᵀx_1 + Σ_t [ −½ x_tᵀJ11_t x_t − x_tᵀJ12_t x_{t+1} − ½ x_{t+1}ᵀJ22_t x_{t+1} ] + Σ_t [ −½ x_tᵀJn_t x_t + hn_tᵀx_t ] }
/// </code>
/// The <c>J</c> are positive precision blocks. For dynamics <c>x_{t+1} ~ N(A x_t, Q)</c> with <c>Λ = Q⁻¹</c>:
/// <c>J11 = AᵀΛA</c>, <c>J12 = −AᵀΛ</c>, <c>J22 = Λ</c>. Everything is float64 and on one device.
/// </summary>
/// <remarks>
/// A missing frame is a node with <c>Jn = 0, hn = 0</c>. Single blocks need not be positive definite as long as the whole chain's
/// precision is. Square blocks other than <c>J12</c> are symmetric; gradients with respect to them are symmetric too.
/// </remarks>
/// <param name="J0">Initial precision, shape [n, n], or [B, n, n] when it differs by sequence.</param>
/// <param name="h0">Initial linear term, shape [n] or [B, n].</param>
/// <param name="J11">Pair block of x_t, shape [n, n] shared by all steps, or [B, T−1, n, n].</param>
/// <param name="J12">Pair block between x_t (row) and x_{t+1} (column), shaped as <paramref name="J11"/>.</param>
/// <param name="J22">Pair block of x_{t+1}, shaped as <paramref name="J11"/>.</param>
/// <param name="Jn">Node precisions, diagonal [B, T, n] or dense [B, T, n, n].</param>
/// <param name="hn">Node linear terms, shape [B, T, n].</param>
public sealed record ChainPotentials(Tensor J0, Tensor h0, Tensor J11, Tensor J12, Tensor J22, Tensor Jn, Tensor hn)
{
    /// <summary>The seven tensors with their names, in the record's order.</summary>
    internal IEnumerable<(string Symbol, Tensor Value)> Named =>
    [
        ("potentials.J0", J0), ("potentials.h0", h0), ("potentials.J11", J11), ("potentials.J12", J12),
        ("potentials.J22", J22), ("potentials.Jn", Jn), ("potentials.hn", hn),
    ];
}
