using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>Sizes of a batch of Gaussian chains, read off potentials whose shapes, types and devices agree.</summary>
/// <param name="Batch">B.</param>
/// <param name="Time">T, the longest length a sequence may have.</param>
/// <param name="Latent">n.</param>
/// <param name="Samples">S, zero without noise.</param>
/// <param name="SharedPairs">One [n, n] pair block for all sequences and steps, rather than [B, T−1, n, n].</param>
/// <param name="DenseNodes">Node precisions [B, T, n, n] rather than diagonal [B, T, n].</param>
internal sealed record ChainShape(long Batch, long Time, long Latent, long Samples, bool SharedPairs, bool DenseNodes)
{
    /// <summary>Checks shapes, dtypes, devices and lengths; what is inside the tensors is checked where it is used.</summary>
    /// <exception cref="ArgumentException">Names the symbol, what was expected and what came.</exception>
    public static ChainShape Of(ChainPotentials p, Tensor? lengths, Tensor? noise)
    {
        ArgumentNullException.ThrowIfNull(p, "potentials");
        Guard.Shape(p.hn, "potentials.hn", ("batch", -1), ("time", -1), ("latent", -1));
        var (B, T, n) = (p.hn.shape[0], p.hn.shape[1], p.hn.shape[2]);
        if (B * T * n == 0) throw new ArgumentException($"potentials.hn: expected at least one sequence, frame and latent dimension, got [{B}, {T}, {n}]");

        bool sharedPairs = p.J11.dim() == 2, denseNodes = p.Jn.dim() == 4;
        foreach (var (symbol, pair) in new[] { ("potentials.J11", p.J11), ("potentials.J12", p.J12), ("potentials.J22", p.J22) })
        {
            if (sharedPairs) Guard.Shape(pair, symbol, ("latent", n), ("latent", n));
            else Guard.Shape(pair, symbol, ("batch", B), ("time − 1", T - 1), ("latent", n), ("latent", n));
        }
        if (denseNodes) Guard.Shape(p.Jn, "potentials.Jn", ("batch", B), ("time", T), ("latent", n), ("latent", n));
        else Guard.Shape(p.Jn, "potentials.Jn", ("batch", B), ("time", T), ("latent", n));
        if (p.J0.dim() == 3) Guard.Shape(p.J0, "potentials.J0", ("batch", B), ("latent", n), ("latent", n));
        else Guard.Shape(p.J0, "potentials.J0", ("latent", n), ("latent", n));
        if (p.h0.dim() == 2) Guard.Shape(p.h0, "potentials.h0", ("batch", B), ("latent", n));
        else Guard.Shape(p.h0, "potentials.h0", ("latent", n));

        foreach (var (symbol, value) in p.Named) RequireKind(symbol, value, p.hn);
        if (noise is not null)
        {
            Guard.Shape(noise, "noise", ("samples", -1), ("batch", B), ("time", T), ("latent", n));
            RequireKind("noise", noise, p.hn);
        }
        RequireLengths(lengths, B, T);
        return new ChainShape(B, T, n, noise?.shape[0] ?? 0, sharedPairs, denseNodes);
    }

    private static void RequireKind(string symbol, Tensor value, Tensor like)
    {
        if (value.dtype != ScalarType.Float64)
            throw new ArgumentException($"{symbol}: expected float64, got {value.dtype}; message passing needs double precision, convert with .to(ScalarType.Float64)");
        if (value.device_type != like.device_type || value.device_index != like.device_index)
            throw new ArgumentException($"{symbol}: expected device {like.device} (that of potentials.hn), got {value.device}");
    }

    private static void RequireLengths(Tensor? lengths, long B, long T)
    {
        if (lengths is null) return;
        Guard.Shape(lengths, "lengths", ("batch", B));
        if (lengths.dtype != ScalarType.Int64) throw new ArgumentException($"lengths: expected int64, got {lengths.dtype}");
        using Tensor local = lengths.cpu();
        ReadOnlySpan<long> values = local.data<long>().ToArray();
        for (int b = 0; b < values.Length; b++)
            if (values[b] < 1 || values[b] > T)
                throw new ArgumentException($"lengths[{b}] = {values[b]}: sequence {b} must have between 1 and {T} frames");
    }
}
