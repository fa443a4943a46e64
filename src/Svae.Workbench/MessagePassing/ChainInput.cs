using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>What may be wrong inside potentials of the right shape, searched for in the order in which a reader would look.</summary>
internal static class ChainInput
{
    /// <summary>How far J_ij and J_ji may differ, relative to them and the diagonal: more than single-precision rounding is a mistake.</summary>
    public const double SymmetryTolerance = 1e-6;

    /// <summary>Throws if a potential has a non-finite entry or a square block is not symmetric; padding is not looked at.</summary>
    /// <exception cref="ArgumentException">Names the symbol and the index, and with it the sequence and the time step.</exception>
    public static void Require(ChainPotentials potentials, Tensor? lengths, Tensor? noise)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor? frames = SequenceMask.Within(lengths, potentials.hn.shape[1], potentials.hn.device), pairs = SequenceMask.Pairs(frames);
        foreach (var (symbol, value) in potentials.Named)
        {
            bool pair = symbol is "potentials.J11" or "potentials.J12" or "potentials.J22", node = symbol is "potentials.Jn" or "potentials.hn";
            Tensor inside = node ? SequenceMask.Masked(value, frames) : pair && value.dim() == 4 ? SequenceMask.Masked(value, pairs) : value;
            Guard.Finite(inside, symbol);
            bool square = symbol is "potentials.J0" or "potentials.J11" or "potentials.J22" || symbol is "potentials.Jn" && value.dim() == 4;
            if (square) RequireSymmetric(inside, symbol);
        }
        if (noise is not null) Guard.Finite(SequenceMask.Masked(noise, frames?.unsqueeze(0)), "noise");
    }

    /// <summary>Throws if J_ij and J_ji differ, [..., n, n].</summary>
    /// <exception cref="ArgumentException">Names both entries.</exception>
    public static void RequireSymmetric(Tensor J, string symbol)
    {
        Tensor diagonal = J.diagonal(0, -2, -1).abs();
        Tensor scale = J.abs() + J.mT.abs() + diagonal.unsqueeze(-1) + diagonal.unsqueeze(-2);
        Tensor asymmetric = (J - J.mT).abs() > SymmetryTolerance * scale + double.Epsilon;
        if (!asymmetric.any().item<bool>()) return;
        long[] at = asymmetric.nonzero()[0].data<long>().ToArray();
        string index = string.Join(", ", at), mirrored = string.Join(", ", [.. at[..^2], at[^1], at[^2]]);
        double here = J[[.. at.Select(i => TensorIndex.Single(i))]].item<double>(), there = J.mT[[.. at.Select(i => TensorIndex.Single(i))]].item<double>();
        throw new ArgumentException($"{symbol}[{index}] = {here:g6} but {symbol}[{mirrored}] = {there:g6}: the block must be symmetric; symmetrise it with ½(J + Jᵀ)");
    }
}
