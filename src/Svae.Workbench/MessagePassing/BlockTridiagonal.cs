using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The chain's joint precision and linear term, assembled: diagonal blocks <c>D_t = [t=1] J0 + Jn_t + J11_t + J22_{t−1}</c>,
/// blocks above them <c>U_t = J12_t</c>, and <c>h_t = [t=1] h0 + hn_t</c>. Past a sequence's length <c>D = I, U = 0, h = 0</c>,
/// so padding is independent of the rest and adds nothing to log-determinant or quadratic form.
/// </summary>
/// <param name="Diagonal">D, shape [B, T, n, n], symmetric.</param>
/// <param name="Upper">U, shape [B, T−1, n, n].</param>
/// <param name="Linear">h, shape [B, T, n].</param>
/// <param name="Observed">True inside each sequence, shape [B, T]; null when all have full length.</param>
internal sealed record BlockTridiagonal(Tensor Diagonal, Tensor Upper, Tensor Linear, Tensor? Observed)
{
    /// <summary>True where both frames of a pair lie inside the sequence, shape [B, T−1]; null when all have full length.</summary>
    public Tensor? ObservedPairs => SequenceMask.Pairs(Observed);

    /// <summary>Frames per sequence, shape [B], float64.</summary>
    public Tensor Counts => Observed is null
        ? full(Linear.shape[0], (double)Linear.shape[1], dtype: ScalarType.Float64, device: Linear.device)
        : Observed.sum(1).to(ScalarType.Float64);

    public static BlockTridiagonal Assemble(ChainPotentials p, Tensor? lengths)
    {
        var (B, T, n) = (p.hn.shape[0], p.hn.shape[1], p.hn.shape[2]);
        Tensor? observed = SequenceMask.Within(lengths, T, p.hn.device), pairs = SequenceMask.Pairs(observed);

        Tensor node = p.Jn.dim() == 3 ? diag_embed(p.Jn) : Symmetric(p.Jn);
        Tensor identity = eye(n, dtype: p.hn.dtype, device: p.hn.device);
        if (observed is not null) node = where(observed.unsqueeze(-1).unsqueeze(-1), node, identity);

        Tensor first = Symmetric(p.J0).expand(B, n, n).unsqueeze(1);
        Tensor earlier = SequenceMask.Masked(Symmetric(p.J11).expand(B, T - 1, n, n), pairs);
        Tensor later = SequenceMask.Masked(Symmetric(p.J22).expand(B, T - 1, n, n), pairs);
        Tensor none = zeros_like(first);
        return new BlockTridiagonal(
            Diagonal: node + cat([earlier, none], 1) + cat([first, later], 1),
            Upper: SequenceMask.Masked(p.J12.expand(B, T - 1, n, n), pairs),
            Linear: SequenceMask.Masked(p.hn, observed) + cat([p.h0.expand(B, n).unsqueeze(1), zeros([B, T - 1, n], dtype: p.hn.dtype, device: p.hn.device)], 1),
            Observed: observed);
    }

    private static Tensor Symmetric(Tensor J) => (J + J.mT) / 2;
}
