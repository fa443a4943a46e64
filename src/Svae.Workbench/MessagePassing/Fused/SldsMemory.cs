using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>What one sweep leaves, as memory: its outputs, and what their adjoint needs besides.</summary>
internal sealed unsafe class SldsMemory
{
    private const int StateOutputs = 6;

    private readonly SldsSize size;
    private readonly nint[] tapes;

    /// <summary>γ', log Z of q(z), pair marginals, r, surrogate, −KL, then log Z, mean, covariance, cross-covariance and perhaps samples of q(x).</summary>
    public IReadOnlyList<Tensor> Outputs { get; }

    /// <summary>What is not handed out: messages of q(z), and the tape of each group's chain.</summary>
    public IReadOnlyList<Tensor> Hidden { get; }

    public ChainOutputs Chain { get; }

    public PathMoments Moments { get; }

    public HmmMessages Messages { get; }

    public double* LogZ { get; }

    public double* Pairs { get; }

    public double* Evidence { get; }

    public double* NegativeKl { get; }

    public double* ChainLogZ { get; }

    /// <param name="system">What the sweep is of.</param>
    /// <param name="outputs">As <see cref="Outputs"/>.</param>
    /// <param name="hidden">As <see cref="Hidden"/>.</param>
    public SldsMemory(SldsSystem system, IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> hidden)
    {
        (Outputs, Hidden) = (outputs, hidden);
        Chain = new ChainOutputs([.. outputs.Skip(StateOutputs)]);
        Moments = PathMoments.Of(Chain.Mean, Chain.Covariance, Chain.CrossCovariance);
        Messages = HmmMessages.Kept(system.Size.States, system.Size.Side, [system.Transitions.P, system.Transitions.Transposed, hidden[0]]);
        LogZ = Native.Doubles(outputs[1]);
        Pairs = Native.Doubles(outputs[2]);
        Evidence = Native.Doubles(outputs[3]);
        NegativeKl = Native.Doubles(outputs[5]);
        ChainLogZ = Native.Doubles(Chain.LogZ);
        (size, tapes) = (system.Size, [.. hidden.Skip(1).Select(StridedView.Address)]);
    }

    /// <summary>Room for a sweep.</summary>
    /// <param name="system">What it is of.</param>
    /// <param name="samples">Joint samples of q(x).</param>
    public static SldsMemory Room(SldsSystem system, int samples)
    {
        var (B, T, n, K, _, _, _) = system.Size;
        static Tensor Empty(params long[] shape) => empty(shape, ScalarType.Float64);
        return new SldsMemory(system,
            [Empty(B, T, K), Empty(B), Empty(B, K, K), Empty(B, T, K), Empty(B), Empty(B), .. ChainOutputs.Room(B, T, n, samples, system.Size.Ragged)],
            [
                Empty(3, (long)B * T * PaddedRow.Padded(K)),
                .. Enumerable.Range(0, system.Size.Groups).Select(_ => Empty(T * ChainTape.StepEntries(n) * system.Size.Lanes)),
            ]);
    }

    /// <summary>The tape of a group's chain.</summary>
    public ChainTape Tape(int group) => new((double*)tapes[group], size.n, size.Lanes);
}
