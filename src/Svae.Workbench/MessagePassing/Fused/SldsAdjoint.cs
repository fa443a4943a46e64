using static Svae.Workbench.MessagePassing.PaddedRow;
using static Svae.Workbench.MessagePassing.RowArithmetic;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// The adjoint of <see cref="SldsForward{V, M}"/>, group by group. With a bar for gradients, s that of the surrogate and d that of −KL,
/// <code>
/// (γ̄', s β, pairs) → q(z) → ℓ̄,   r̄ += ℓ̄/β − s γ,   r̄ → path average → gradient of x's moments, from which −KL takes d ∂E[node potentials]
/// (moments, s) → q(x) → gradient of the chain's potentials → state average → γ̄, to which the surrogate adds s (c − r)
/// </code>
/// </summary>
internal sealed unsafe class SldsAdjoint<V, M> where V : struct where M : struct, ILanes<V>
{
    private readonly SldsSystem system;
    private readonly SldsMemory memory;
    private readonly StridedView[] noise;
    private readonly SldsSize size;
    private readonly int T, n, K, square, width, row;
    private readonly double* gammas;
    private readonly ChainOutputs withoutSamples;
    private readonly LaneTeam team;

    /// <param name="system">What stays the same from sweep to sweep.</param>
    /// <param name="memory">What the sweep left.</param>
    /// <param name="gamma">γ before the sweep, [B, T, K].</param>
    /// <param name="noise">ε of the joint samples, or null.</param>
    public SldsAdjoint(SldsSystem system, SldsMemory memory, Tensor gamma, Tensor? noise)
    {
        (this.system, this.memory, this.noise, size) = (system, memory, ChainBatch.Draws(noise), system.Size);
        (T, n, K, square, width, row) = (size.T, size.n, size.K, size.n * size.n, Padded(size.K), system.States.GradientStride);
        gammas = Native.Doubles(gamma);
        withoutSamples = new ChainOutputs([.. memory.Chain.All.Take(4)]);
        long entries = ChainKernel<V, M>.BackwardEntries(n, 1 + this.noise.Length, T) + 1 + size.Point + (long)T * (n + 2 * square + row)
            + LaneArena.EntriesFor(AverageScratch, size.Lanes) + LaneArena.EntriesFor((long)T * width, size.Lanes) + LaneArena.EntriesFor(StateScratch, size.Lanes);
        team = new LaneTeam(size.Groups, size.WorkParts, size.Lanes, entries);
    }

    /// <summary>Runs work on every group, with scratch memory for <see cref="Group"/>.</summary>
    public void ForEachGroup(Action<int, LaneArena> work) => team.ForEachGroup(work);

    /// <summary>The adjoint of a group's part of the sweep.</summary>
    /// <param name="group">The group.</param>
    /// <param name="arena">Scratch.</param>
    /// <param name="marginals">γ̄', [B, T, K], or null.</param>
    /// <param name="outer">Gradients of the other outputs; null when there are none.</param>
    /// <param name="point">Set to γ̄, [B, T, K].</param>
    /// <param name="gradients">Receives the gradients of the potentials; null when they are not wanted.</param>
    public void Group(int group, LaneArena arena, double* marginals, SldsOutputGradients? outer, double* point, SldsGradients? gradients)
    {
        arena.Reset();
        var (first, end) = size.Sequences(group);
        double* scratch = arena.Doubles(AverageScratch), frames = arena.Doubles((long)T * width), likelihood = arena.Take(size.Point), rows = arena.Take((long)T * row);
        var moments = new PathMoments(arena.Take((long)T * n), arena.Take((long)T * square), arena.Take((long)T * square), T, n);
        double* states = arena.Doubles(StateScratch);
        for (int b = first; b < end; b++)
        {
            int inSide = (b - first) % size.Side;
            if (inSide == 0) InferredStates(b, states, marginals, outer, likelihood, gradients);
            Evidence(b, likelihood + inSide * size.Point, frames, outer, moments[b - first], scratch, gradients);
        }
        Path(group, arena, outer, moments, rows);
        for (int b = first; b < end; b++) Point(b, rows + (b - first) * (long)T * row, frames, scratch, outer, point + b * size.Point, gradients);
    }

    private long AverageScratch => Math.Max(system.States.AdjointScratch, system.Paths.AdjointScratch);

    private long StateScratch => 3 * memory.Messages.GroupSize + 2 * memory.Messages.Square + size.Side * (T + 1L);

    /// <summary>ℓ̄ of a side's sequences, and the gradients of log A and log π.</summary>
    private void InferredStates(int first, double* scratch, double* marginals, SldsOutputGradients? outer, double* likelihood, SldsGradients? gradients)
    {
        HmmMessages messages = memory.Messages;
        double* onward = scratch, tangents = onward + messages.GroupSize, onwards = tangents + messages.GroupSize, squares = onwards + messages.GroupSize;
        double* logZ = squares + 2 * messages.Square, shift = logZ + size.Side, G = marginals is null ? null : marginals + first * size.Point;
        ScaledForwardBackward states = messages.Group(first / size.Side, 0, onward);
        int count = states.Lengths.Length;
        long pairs = (long)first * K * K;
        for (int i = 0; i < count; i++) logZ[i] = outer?.StateLogZ(first + i) ?? 0;
        bool hasPairs = outer is not null && outer.Pairs is not null;
        states.RestoreOnward();
        if (hasPairs) states.AdjointPairs(outer!.Pairs + pairs, memory.Pairs + pairs, squares, tangents, onwards, gradients is null ? null : gradients.DirectTransition(first));
        states.AdjointForward(hasPairs, G, tangents, shift);
        states.AdjointBackward(hasPairs, logZ, G, tangents, shift, onwards, likelihood);
        if (gradients is null) return;
        states.AddAdjointPairs(tangents, onwards, gradients.Transition(first));
        for (int i = 0; i < count; i++) AddScaled(gradients.Initial(first), 1, likelihood + i * size.Point, gradients.Initial(first), K);
    }

    /// <summary>The gradient of a sequence's moments, and those of the weights and constants.</summary>
    private void Evidence(int b, double* likelihood, double* bar, SldsOutputGradients? outer, PathMoments gradient, double* scratch, SldsGradients? gradients)
    {
        double surrogate = outer?.Surrogate(b) ?? 0, divergence = outer?.NegativeKl(b) ?? 0;
        double* gamma = gammas + b * size.Point;
        double* direct = outer is null || outer.Evidence is null ? null : outer.Evidence + b * size.Point;
        Fill(bar, T * width, 0);
        for (int t = 0; t < T; t++, likelihood += K, gamma += K)
        {
            double* own = bar + t * width, sum = gradients is null ? null : gradients.Constants(b, t == 0);
            AddScaled(own, 1 / size.Beta, likelihood, own, K);
            if (direct is not null) AddScaled(own, 1, direct + t * K, own, K);
            if (sum is not null) AddScaled(sum, 1, own, sum, K); // + s γ − s γ
            if (surrogate != 0) AddScaled(own, -surrogate, gamma, own, K);
        }
        system.Paths.Adjoint(memory.Moments[b], bar, width, gradient, scratch);
        if (gradients is not null) system.Paths.AddOuterProducts(memory.Moments[b], bar, gradients.Weights(b), scratch);
        outer?.AddMoments(b, gradient, T, n);
        if (divergence != 0) system.Node(b).AddToMoments(-divergence, memory.Moments[b], gradient);
    }

    /// <summary>The gradient of the chain's potentials, in the rows that <see cref="StateAverage.Adjoint"/> reads.</summary>
    private void Path(int group, LaneArena arena, SldsOutputGradients? outer, PathMoments moments, double* rows)
    {
        var (first, end) = size.Sequences(group);
        long each = (long)T * row, frames = (long)T * square, pairs = (T - 1L) * square;
        double* logZ = arena.Take(1), at = rows - first * each;
        for (int b = first; b < end; b++)
        {
            logZ[b - first] = outer?.ChainLogZ(b) ?? 0;
            long last = size.Lengths[b] - 1; // its coupling, and what follows, is not written
            new Span<double>(at + b * each + last * row, (int)((T - last) * row)).Clear();
        }
        StridedView[] samples = outer?.Samples ?? [];
        var reaching = new ChainOutputGradients(n, outer is null ? default : arena.View(logZ - first, 1, 0), arena.View(moments.Mean - first * (long)T * n, (long)T * n, n),
            arena.View(moments.Covariance - first * frames, frames, square), arena.View(moments.Cross - first * pairs, pairs, square), samples);
        StridedView Jn = arena.View(at, each, row), hn = arena.View(at + square, each, row), J12 = arena.View(at + square + n, each, row);
        var batch = new ChainBatch(size, Jn, hn, J12, samples.Length == 0 ? [] : noise);
        var kernel = new ChainKernel<V, M>(batch, group, memory.Tape(group), arena);
        var lanes = new ChainGradientLanes<V, M>(batch, new ChainGradients(batch, Jn, hn, J12), kernel.Group, arena);
        kernel.Backward(samples.Length == 0 ? withoutSamples : memory.Chain, reaching, lanes);
    }

    /// <summary>γ̄ of a sequence, and the gradients of the blocks and the node potentials.</summary>
    private void Point(int b, double* rows, double* padded, double* scratch, SldsOutputGradients? outer, double* point, SldsGradients? gradients)
    {
        double surrogate = outer?.Surrogate(b) ?? 0, divergence = outer?.NegativeKl(b) ?? 0;
        double* evidence = memory.Evidence + b * size.Point;
        system.States.Adjoint(rows, point, scratch);
        for (int t = 0; surrogate != 0 && t < T; t++, point += K, evidence += K)
        {
            AddScaled(point, surrogate, system.Constants + (t == 0 ? 0 : K), point, K);
            AddScaled(point, -surrogate, evidence, point, K);
        }
        if (gradients is null) return;
        Fill(padded, T * width, 0);
        for (int t = 0; t < T; t++) Copy(gammas + b * size.Point + (long)t * K, padded + t * width, K);
        system.States.AddOuterProducts(rows, padded, gradients.Blocks(b));
        double* Jn = gradients.NodePrecisions(b), hn = gradients.NodeLinear(b);
        for (int t = 0; t < T; t++, rows += row)
        {
            Copy(rows + square, hn + (long)t * n, n);
            if (size.Dense) Copy(rows, Jn + (long)t * square, square);
            else
                for (int i = 0; i < n; i++) Jn[(long)t * n + i] = rows[i * (n + 1)];
        }
        if (divergence != 0) system.Node(b).AddToPotentials(-divergence, memory.Moments[b], Jn, hn);
    }
}
