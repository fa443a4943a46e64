using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>The sizes of a checked hidden Markov model: B sequences of at most T time steps over K states, and their true lengths.</summary>
/// <param name="B">Number of sequences.</param>
/// <param name="T">Length of the longest.</param>
/// <param name="K">Number of states.</param>
/// <param name="Lengths">Time steps of each sequence, all in [1, T].</param>
internal sealed record HmmShape(int B, int T, int K, long[] Lengths)
{
    /// <summary>Index of each sequence in the caller's batch, where this is a part of it.</summary>
    public long[]? Origin { get; init; }

    /// <summary>Is any sequence shorter than T?</summary>
    public bool Ragged => Lengths.Any(length => length < T);

    /// <summary>Checks every tensor at the door.</summary>
    /// <exception cref="ArgumentException">A shape, a type, a length or an entry that cannot be used; the message names
    /// the symbol, the sequence and the time step.</exception>
    public static HmmShape Require(HmmPotentials potentials, Tensor? lengths)
    {
        var (initial, transition, likelihood) = potentials;
        Guard.Shape(likelihood, "potentials.LogLikelihood", ("batch", -1), ("time", -1), ("state", -1));
        long B = likelihood.shape[0], T = likelihood.shape[1], K = likelihood.shape[2];
        if (B == 0 || T == 0 || K == 0)
            throw new ArgumentException($"potentials.LogLikelihood: expected at least one sequence, time step and state, got [{B}, {T}, {K}]");
        RequireShape(initial, "potentials.LogInitial", B, ("state", K));
        RequireShape(transition, "potentials.LogTransition", B, ("from", K), ("to", K));
        RequireLogPotential(initial, "potentials.LogInitial", initial.dim() == 2 ? ["sequence", "state"] : ["state"]);
        RequireLogPotential(transition, "potentials.LogTransition", transition.dim() == 3 ? ["sequence", "from", "to"] : ["from", "to"]);
        RequireLogPotential(likelihood, "potentials.LogLikelihood", ["sequence", "time step", "state"]);
        return new HmmShape((int)B, (int)T, (int)K, RequireLengths(lengths, B, T));
    }

    /// <summary>[B, T] of booleans: does sequence b have a time step t?</summary>
    public Tensor Mask(Device device) => SequenceMask.Inside(tensor(Lengths), T, device);

    /// <summary>A parameter shared by the batch, or one per sequence.</summary>
    internal static void RequireShape(Tensor value, string symbol, long B, params (string Name, long Size)[] dimensions)
    {
        ArgumentNullException.ThrowIfNull(value, symbol);
        Guard.Shape(value, symbol, value.dim() == dimensions.Length ? dimensions : [("batch", B), .. dimensions]);
    }

    /// <summary>float64, and every entry a number or −∞.</summary>
    internal static void RequireLogPotential(Tensor value, string symbol, string[] dimensions)
    {
        if (value.dtype != ScalarType.Float64)
            throw new ArgumentException($"{symbol}: expected float64, got {value.dtype}; message passing needs double precision");
        using var scope = NewDisposeScope();
        Tensor plain = value.detach();
        double sum = plain.device_type == DeviceType.CPU ? Native.Sum(plain) : plain.sum().item<double>();
        if (sum < double.PositiveInfinity) return; // NaN and +∞ survive a sum; −∞ alone is allowed
        Tensor bad = plain.isnan().logical_or(plain.isposinf());
        if (!bad.any().item<bool>()) return;
        long[] index = bad.nonzero()[0].data<long>().ToArray();
        double at = plain.flatten()[bad.flatten().to(ScalarType.Int64).argmax()].item<double>();
        string where = string.Join(", ", dimensions.Zip(index, (name, i) => $"{name} {i}"));
        throw new ArgumentException(
            $"{symbol}[{string.Join(", ", index)}] is {(double.IsNaN(at) ? "NaN" : "+∞")} ({where}); a log-potential is a number or −∞");
    }

    internal static long[] RequireLengths(Tensor? lengths, long B, long T)
    {
        if (lengths is null) return [.. Enumerable.Repeat(T, (int)B)];
        Guard.Shape(lengths, "lengths", ("batch", B));
        if (lengths.dtype != ScalarType.Int64) throw new ArgumentException($"lengths: expected int64, got {lengths.dtype}");
        using Tensor local = lengths.cpu();
        long[] values = local.data<long>().ToArray();
        int wrong = Array.FindIndex(values, length => length < 1 || length > T);
        return wrong < 0 ? values
            : throw new ArgumentException($"lengths[{wrong}] = {values[wrong]}: sequence {wrong} must have between 1 and {T} time steps");
    }
}
