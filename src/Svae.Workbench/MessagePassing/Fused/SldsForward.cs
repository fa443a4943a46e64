using System.Runtime.CompilerServices;
using TorchSharp;
using static Svae.Workbench.MessagePassing.RowArithmetic;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// One sweep γ → q(x) → r → γ' of a batch. Sequences do not touch each other, so a group goes through all of it on one thread, in memory that
/// stays in its core's cache.
/// </summary>
internal sealed unsafe class SldsForward<V, M> : ISldsForward where V : struct where M : struct, ILanes<V>
{
    private readonly SldsSystem system;
    private readonly SldsMemory memory;
    private readonly StridedView[] noise;
    private readonly SldsSize size;
    private readonly int frame, coupling;
    private readonly LaneTeam team;

    /// <param name="system">What stays the same from sweep to sweep.</param>
    /// <param name="memory">Receives what a sweep leaves.</param>
    /// <param name="noise">ε of the joint samples, [S, B, T, n], or null.</param>
    public SldsForward(SldsSystem system, SldsMemory memory, Tensor? noise)
    {
        (this.system, this.memory, this.noise, size) = (system, memory, ChainBatch.Draws(noise), system.Size);
        (frame, coupling) = (StateAverage.FrameStride(size.n), StateAverage.CouplingStride(size.n));
        long entries = ChainKernel<V, M>.ForwardEntries(size.n, 1 + this.noise.Length) + (long)size.T * (frame + coupling)
            + LaneArena.EntriesFor(AverageScratch, size.Lanes) + LaneArena.EntriesFor(memory.Messages.GroupSize, size.Lanes)
            + LaneArena.EntriesFor(memory.Messages.Square, size.Lanes) + (HasOwnLikelihood ? size.Point : 0);
        team = new LaneTeam(size.Groups, size.Groups, size.Lanes, entries);
    }

    public void Sweep(Tensor gamma, Tensor next, Tensor surrogate, bool complete)
    {
        double* from = Native.Doubles(gamma), to = Native.Doubles(next), value = Native.Doubles(surrogate);
        team.ForEachGroup((group, arena) =>
        {
            var (first, end) = size.Sequences(group);
            double* scratch = arena.Doubles(AverageScratch);
            bool proper = InferPath(group, from, arena, scratch);
            if (proper) InferStates(group, memory.Moments, to, complete, arena, scratch);
            for (int b = first; b < end; b++)
            {
                value[b] = proper ? memory.ChainLogZ[b] + size.Beta * memory.LogZ[b] + ConstantsLessEvidence(from, b) : double.NaN;
                if (complete) memory.NegativeKl[b] = value[b] - system.Node(b).Of(memory.Moments[b]);
            }
        });
    }

    public void InferStates(Tensor mean, Tensor covariance, Tensor next)
    {
        PathMoments moments = PathMoments.Of(mean, covariance, memory.Chain.CrossCovariance.zero_());
        double* to = Native.Doubles(next);
        team.ForEachGroup((group, arena) =>
            InferStates(group, moments, to, complete: false, arena, arena.Doubles(AverageScratch)));
    }

    private long AverageScratch => Math.Max(system.States.ForwardScratch, system.Paths.ForwardScratch);

    /// <summary>Do the states see anything but r?</summary>
    private bool HasOwnLikelihood => size.Beta != 1 || system.Labels is not null;

    /// <summary>q(x); false when the chain is not that of a proper density, or its blocks are not symmetric.</summary>
    private bool InferPath(int group, double* gamma, LaneArena arena, double* scratch)
    {
        var (first, end) = size.Sequences(group);
        long frames = (long)size.T * frame, couplings = (long)(size.T - 1) * coupling;
        double* at = arena.Take((long)size.T * frame) - first * frames, between = arena.Take((long)size.T * coupling) - first * couplings;
        for (int b = first; b < end; b++)
            system.States.Forward(gamma + b * size.Point, system.NodePrecisions(b), system.NodeLinear(b), size.Dense, at + b * frames, between + b * couplings, scratch);
        var batch = new ChainBatch(size, arena.View(at, frames, frame), arena.View(at + size.n * size.n, frames, frame), arena.View(between, couplings, coupling), noise);
        var kernel = new ChainKernel<V, M>(batch, group, memory.Tape(group), arena);
        return kernel.Forward(memory.Chain) < 0 && !kernel.FoundAsymmetry;
    }

    /// <summary>r and q(z).</summary>
    private void InferStates(int group, PathMoments moments, double* next, bool complete, LaneArena arena, double* scratch)
    {
        var (first, end) = size.Sequences(group);
        HmmMessages messages = memory.Messages;
        double* onward = arena.Doubles(messages.GroupSize), square = arena.Doubles(messages.Square), likelihood = HasOwnLikelihood ? arena.Take(size.Point) : null;
        for (int b = first; b < end; b++) system.Paths.Forward(moments[b], memory.Evidence + b * size.Point, scratch);
        for (int b = first; b < end; b += size.Side)
        {
            ScaledForwardBackward states = messages.Group(b / size.Side, 0, onward);
            int count = states.Lengths.Length;
            if (likelihood is not null) LoadLikelihood(b, count, likelihood);
            states.Forward(system.LogInitial, 0, likelihood is null ? memory.Evidence + b * size.Point : likelihood, memory.LogZ + b);
            states.Backward(next + b * size.Point, memory.LogZ + b);
            for (int i = 0; i < count; i++)
            {
                memory.LogZ[b + i] += system.LargestTransition * (size.Lengths[b + i] - 1);
                if (complete) states.PairSum(i, square, memory.Pairs + (long)(b + i) * size.K * size.K);
            }
        }
    }

    /// <summary>ℓ = r / β + labels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LoadLikelihood(int b, int count, double* likelihood)
    {
        double* evidence = memory.Evidence + b * size.Point, labels = system.Labels is null ? null : system.Labels + b * size.Point;
        for (long i = 0; i < count * size.Point; i++) likelihood[i] = evidence[i] / size.Beta + (labels is null ? 0 : labels[i]);
    }

    /// <summary>Σ_t Σ_k γ (c − r).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double ConstantsLessEvidence(double* gamma, int b)
    {
        double sum = 0;
        double* own = gamma + b * size.Point, evidence = memory.Evidence + b * size.Point, constants = system.Constants;
        for (int t = 0; t < size.Lengths[b]; t++, own += size.K, evidence += size.K)
        {
            sum += Dot(own, constants, size.K) - Dot(own, evidence, size.K);
            if (t == 0) constants += size.K;
        }
        return sum;
    }
}
