using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>The tensors a call fills, made here; zero past each sequence's length.</summary>
internal sealed unsafe class ChainOutputs
{
    private readonly StridedView mean, covariance, cross;
    private readonly StridedView[] samples;
    private readonly int n;

    public ChainOutputs(ChainBatch batch)
    {
        var (B, T) = ((long)batch.B, (long)batch.T);
        (n, bool ragged) = (batch.n, batch.Lengths is not null);
        Tensor Make(params long[] shape) => ragged ? zeros(shape, ScalarType.Float64) : empty(shape, ScalarType.Float64);
        LogZ = empty([B], ScalarType.Float64);
        Mean = Make(B, T, n);
        Covariance = Make(B, T, n, n);
        CrossCovariance = Make(B, T - 1, n, n);
        if (batch.S > 0) Samples = Make(batch.S, B, T, n);
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

    public List<Tensor> All => Samples is null ? [LogZ, Mean, Covariance, CrossCovariance] : [LogZ, Mean, Covariance, CrossCovariance, Samples];

    /// <summary>log Z = ½ Σ|y|² − log det L, to which the 2π of each frame is added here.</summary>
    public void SaveLogZ<V, M>(ChainGroup<V, M> group, V value) where V : struct where M : struct, ILanes<V>
    {
        double* lanes = stackalloc double[M.Width];
        M.Store(lanes, value);
        for (int l = 0; l < M.Width; l++)
            if (group.Owns(l)) logZ[group.Sequence(l)] = lanes[l] + 0.5 * n * group.Length(l) * Math.Log(2 * Math.PI);
    }

    public void SaveStep<V, M>(ChainGroup<V, M> group, int t, in ChainStep step) where V : struct where M : struct, ILanes<V>
    {
        LaneMatrix states = step.States;
        group.Save(states.At(0, 0), states.RowStride, mean, t, t, n);
        for (int s = 0; s < samples.Length; s++) group.Save(states.At(0, s + 1), states.RowStride, samples[s], t, t, n);
        group.Save(step.Covariance.Data, M.Width, covariance, t, t, n * n);
    }

    public void SaveCross<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix value) where V : struct where M : struct, ILanes<V> =>
        group.Save(value.Data, M.Width, cross, t, t + 1, n * n);
}

/// <summary>The gradients that reach a call's outputs; those that do not are absent, and what depends on them alone is skipped.</summary>
internal sealed unsafe class ChainOutputGradients
{
    private readonly StridedView logZ, mean, covariance, cross;
    private readonly StridedView[] samples;
    private readonly int n;

    public ChainOutputGradients(int n, Tensor? logZ, Tensor? mean, Tensor? covariance, Tensor? cross, Tensor? samples)
    {
        this.n = n;
        (this.logZ, this.mean) = (StridedView.Gradient(logZ, 0), StridedView.Gradient(mean, 1));
        (this.covariance, this.cross) = (StridedView.Gradient(covariance, 2), StridedView.Gradient(cross, 2));
        this.samples = samples is null || samples.IsInvalid ? [] : [.. samples.unbind(0).Select(draw => StridedView.Gradient(draw, 1))];
    }

    public bool HasStates => !mean.IsAbsent || samples.Length > 0;

    public bool HasMoments => !covariance.IsAbsent || HasCross;

    public bool HasCross => !cross.IsAbsent;

    public void LoadLogZ<V, M>(ChainGroup<V, M> group, int t, double* g) where V : struct where M : struct, ILanes<V>
    {
        if (logZ.IsAbsent) M.Store(g, default);
        else group.LoadGradient(g, M.Width, logZ, 0, t, 1);
    }

    /// <summary>x̄ += the gradients of the mean (first column) and the samples.</summary>
    public void AddStates<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix x, in LaneMatrix scratch) where V : struct where M : struct, ILanes<V>
    {
        for (int s = 0; s <= samples.Length; s++)
        {
            StridedView source = s == 0 ? mean : samples[s - 1];
            if (source.IsAbsent) continue;
            group.LoadGradient(scratch.Data, M.Width, source, t, t, n);
            for (int i = 0; i < n; i++) M.Store(x.At(i, s), M.Add(M.Load(x.At(i, s)), M.Load(scratch.At(i, 0))));
        }
    }

    /// <summary>T += Ḡ + Ḡᵀ, twice the symmetric part of the covariance's gradient.</summary>
    public void AddCovariance<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix T, in LaneMatrix scratch) where V : struct where M : struct, ILanes<V>
    {
        if (covariance.IsAbsent) return;
        group.LoadGradient(scratch.Data, M.Width, covariance, t, t, n * n);
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
            {
                V sum = M.Add(M.Load(T.At(i, j)), M.Add(M.Load(scratch.At(i, j)), M.Load(scratch.At(j, i))));
                M.Store(T.At(i, j), sum);
                M.Store(T.At(j, i), sum);
            }
    }

    public void LoadCross<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix value) where V : struct where M : struct, ILanes<V> =>
        group.LoadGradient(value.Data, M.Width, cross, t, t + 1, n * n);
}
