using System.Runtime.CompilerServices;
using static TorchSharp.torch;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>The tensors a call fills, made here; zero past each sequence's length.</summary>
internal sealed unsafe class ChainOutputs
{
    private readonly StridedView mean, covariance, cross;
    private readonly StridedView[] samples;
    private readonly int n;

    /// <summary>Outputs for the kernel to fill.</summary>
    public static ChainOutputs For(ChainBatch batch) => new(Room(batch.B, batch.T, batch.n, batch.S, batch.Lengths is not null));

    /// <summary>Room for log Z, mean, covariance, cross-covariance and, when there are any, samples; zero where sequences are ragged.</summary>
    public static IReadOnlyList<Tensor> Room(long B, long T, long n, long S, bool ragged)
    {
        Tensor Make(params long[] shape) => ragged ? zeros(shape, ScalarType.Float64) : empty(shape, ScalarType.Float64);
        return [empty([B], ScalarType.Float64), Make(B, T, n), Make(B, T, n, n), Make(B, T - 1, n, n), .. S > 0 ? [Make(S, B, T, n)] : Array.Empty<Tensor>()];
    }

    /// <summary>Outputs in memory that is there.</summary>
    public ChainOutputs(IReadOnlyList<Tensor> all)
    {
        All = [.. all];
        (LogZ, Mean, Covariance, CrossCovariance, Samples) = (all[0], all[1], all[2], all[3], all.Count > 4 ? all[4] : null);
        n = (int)Mean.shape[2];
        (mean, covariance, cross) = (StridedView.BatchTime(Mean, 1), StridedView.BatchTime(Covariance, 2), StridedView.BatchTime(CrossCovariance, 2));
        samples = Samples is null ? [] : [.. Samples.unbind(0).Select(draw => StridedView.BatchTime(draw, 1))];
        logZ = (double*)StridedView.Address(LogZ);
    }

    private readonly double* logZ;

    public Tensor LogZ { get; }

    public Tensor Mean { get; }

    public Tensor Covariance { get; }

    public Tensor CrossCovariance { get; }

    public Tensor? Samples { get; }

    public List<Tensor> All { get; }

    /// <summary>log Z = ½ Σ|y|² − log det L, to which the 2π of each frame is added here.</summary>
    public void SaveLogZ<V, M>(ChainGroup<V, M> group, V value) where V : struct where M : struct, ILanes<V>
    {
        double* lanes = stackalloc double[M.Width];
        M.Store(lanes, value);
        for (int l = 0; l < M.Width; l++)
            if (group.Owns(l)) logZ[group.Sequence(l)] = lanes[l] + 0.5 * n * group.Length(l) * Math.Log(2 * Math.PI);
    }

    [MethodImpl(AggressiveOptimization)]
    public void SaveStep<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix value, in LaneMatrix states) where V : struct where M : struct, ILanes<V>
    {
        group.Save(states.At(0, 0), states.RowStride, mean, t, t, n);
        for (int s = 0; s < samples.Length; s++) group.Save(states.At(0, s + 1), states.RowStride, samples[s], t, t, n);
        group.Save(value.Data, M.Width, covariance, t, t, n * n);
    }

    public void SaveCross<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix value) where V : struct where M : struct, ILanes<V> =>
        group.Save(value.Data, M.Width, cross, t, t + 1, n * n);

    /// <summary>Reads a step's covariance back, for the adjoint.</summary>
    public void LoadCovariance<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix value) where V : struct where M : struct, ILanes<V> =>
        group.Load(value.Data, M.Width, covariance, t, t, n * n);

    /// <summary>Reads a step's mean and samples back, as columns.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void LoadStates<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix x) where V : struct where M : struct, ILanes<V>
    {
        group.Load(x.At(0, 0), x.RowStride, mean, t, t, n);
        for (int s = 0; s < samples.Length; s++) group.Load(x.At(0, s + 1), x.RowStride, samples[s], t, t, n);
    }
}

/// <summary>The gradients that reach a call's outputs; those that do not are absent, and what depends on them alone is skipped.</summary>
internal sealed unsafe class ChainOutputGradients
{
    private readonly StridedView logZ, mean, covariance, cross;
    private readonly StridedView[] samples;
    private readonly int n;

    /// <param name="n">Latent dimension.</param>
    /// <param name="outer">Gradients of log Z, mean, covariance, cross-covariance and perhaps samples; undefined ones are absent.</param>
    public ChainOutputGradients(int n, IReadOnlyList<Tensor> outer)
    {
        this.n = n;
        (logZ, mean) = (StridedView.Gradient(outer[0], 0), StridedView.Gradient(outer[1], 1));
        (covariance, cross) = (StridedView.Gradient(outer[2], 2), StridedView.Gradient(outer[3], 2));
        samples = Draws(outer.Count < 5 ? null : outer[4]);
    }

    /// <summary>Gradients in memory that is there, absent ones included.</summary>
    public ChainOutputGradients(int n, StridedView logZ, StridedView mean, StridedView covariance, StridedView cross, StridedView[] samples) =>
        (this.n, this.logZ, this.mean, this.covariance, this.cross, this.samples) = (n, logZ, mean, covariance, cross, samples);

    /// <summary>The samples' gradients draw by draw; none where there is none.</summary>
    public static StridedView[] Draws(Tensor? samples) => samples is null || samples.IsInvalid ? [] : [.. samples.unbind(0).Select(draw => StridedView.Gradient(draw, 1))];

    public bool HasStates => !mean.IsAbsent || samples.Length > 0;

    public bool HasMoments => !covariance.IsAbsent || HasCross;

    public bool HasCross => !cross.IsAbsent;

    public void LoadLogZ<V, M>(ChainGroup<V, M> group, int t, double* g) where V : struct where M : struct, ILanes<V>
    {
        if (logZ.IsAbsent) M.Store(g, default);
        else group.LoadGradient(g, M.Width, logZ, 0, t, 1);
    }

    /// <summary>x̄ += the gradients of the mean (first column) and the samples.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void AddStates<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix x, in LaneMatrix scratch) where V : struct where M : struct, ILanes<V>
    {
        for (int s = 0; s <= samples.Length; s++)
        {
            StridedView source = s == 0 ? mean : samples[s - 1];
            if (source.IsAbsent) continue;
            group.LoadGradient(scratch.Data, M.Width, source, t, t, n);
            LaneElementwise<V, M>.Add(x.Block(0, n, s, 1), scratch);
        }
    }

    /// <summary>T += Ḡ + Ḡᵀ, twice the symmetric part of the covariance's gradient.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void AddCovariance<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix T, in LaneMatrix scratch) where V : struct where M : struct, ILanes<V>
    {
        if (covariance.IsAbsent) return;
        group.LoadGradient(scratch.Data, M.Width, covariance, t, t, n * n);
        LaneElementwise<V, M>.AddWithTranspose(T, scratch);
    }

    public void LoadCross<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix value) where V : struct where M : struct, ILanes<V> =>
        group.LoadGradient(value.Data, M.Width, cross, t, t + 1, n * n);
}
