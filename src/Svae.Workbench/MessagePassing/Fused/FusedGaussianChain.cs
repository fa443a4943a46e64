using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// The Gaussian chain as one C# kernel on the CPU: batches are cut into groups of sequences that go through the recursions side by side in
/// vector registers, and groups are shared among torch's threads.
/// </summary>
internal static class FusedGaussianChain
{
    public static ChainPosterior Infer(ChainPotentials p, Tensor? lengths, Tensor? noise)
    {
        if (p.hn.device_type != DeviceType.CPU) throw new ArgumentException($"form: Fused runs on the CPU, but the potentials are on {p.hn.device}; choose Parallel");
        using var scope = NewDisposeScope();
        var call = new ChainCall(Lengths(lengths), noise, Save: is_grad_enabled() && p.Named.Any(named => named.Value.requires_grad));
        List<Tensor> outputs = ChainFunction.apply(p.J0, p.h0, p.J11, p.J12, p.J22, p.Jn, p.hn, call);
        call.Outputs.ForEach(unwrapped => unwrapped.Dispose());
        call.Outputs.Clear();
        // A bad potential shows in these; only then is it searched for.
        if (call.FailedSequence >= 0 || call.FoundAsymmetry || !Native.AllFinite(outputs[0]) || noise is not null && !Native.AllFinite(outputs[^1]))
        {
            ChainInput.Require(p, lengths, noise);
            if (call.FailedSequence >= 0) throw CholeskyChain.NotPositiveDefinite(call.FailedSequence, call.FailedStep);
            throw new ArgumentException("potentials: every entry is finite, but log Z or a sample is not: their scale is beyond double precision");
        }
        return ChainPosterior.From([.. outputs.Select(output => output.MoveToOuterDisposeScope())]);
    }

    /// <summary>Sequences side by side: as many as a register holds, unless that would leave threads idle or lanes empty.</summary>
    public static int Width(int batch) =>
        Vector512.IsHardwareAccelerated && batch > 4 * get_num_threads() ? 8 : Vector256.IsHardwareAccelerated && batch > 1 ? 4 : 1;

    /// <summary>Runs the work of each group, on as many threads as torch uses, each with scratch memory of its own.</summary>
    /// <param name="groups">Groups of sequences.</param>
    /// <param name="lanes">Sequences side by side.</param>
    /// <param name="entries">Matrix entries that the work on one group takes from the arena.</param>
    /// <param name="work">What is done to a group.</param>
    public static void ForEachGroup(int groups, int lanes, long entries, Action<int, LaneArena> work)
    {
        using var team = new LaneTeam(groups, groups, lanes, entries);
        team.ForEachGroup(work);
    }

    private static int[]? Lengths(Tensor? lengths) => lengths?.cpu().data<long>().Select(length => (int)length).ToArray();
}

/// <summary>What travels with a call besides the potentials.</summary>
/// <param name="Lengths">Frames per sequence, or null.</param>
/// <param name="Noise">Standard normal draws, or null.</param>
/// <param name="Save">Will there be a backward pass?</param>
internal sealed record ChainCall(int[]? Lengths, Tensor? Noise, bool Save)
{
    private readonly Lock reporting = new();

    /// <summary>The output tensors as the kernel made them, before autograd wrapped them.</summary>
    public List<Tensor> Outputs { get; } = [];

    public int OutputCount => Noise is null ? 4 : 5;

    /// <summary>Sequences side by side.</summary>
    public int Width { get; set; }

    public int Groups { get; set; }

    /// <summary>The first sequence whose precision was not positive definite, or −1.</summary>
    public int FailedSequence { get; private set; } = -1;

    public int FailedStep { get; private set; }

    /// <summary>Was a square block further from symmetric than rounding explains?</summary>
    public bool FoundAsymmetry { get; private set; }

    /// <summary>Called by each group's worker, in any order.</summary>
    public void Report(int failedSequence, int step, bool asymmetry)
    {
        lock (reporting)
        {
            FoundAsymmetry |= asymmetry;
            if (failedSequence >= 0 && (FailedSequence < 0 || failedSequence < FailedSequence)) (FailedSequence, FailedStep) = (failedSequence, step);
        }
    }
}
