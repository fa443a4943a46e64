using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>The points of a call in groups of lanes (<see cref="PointLanes{V, M}"/>), and what is done to all of them.</summary>
internal sealed unsafe class MixtureBatch<V, M> : IDisposable where V : struct where M : struct, ILanes<V>
{
    /// <summary>Multiplications of a sweep below which a second thread costs more than it saves.</summary>
    private const long LeastShared = 1 << 20;

    private readonly LaneArena[] arenas;
    private readonly (MixtureKernel<V, M> Kernel, ConjugateResiduals<V, M> Solver)[] workers;
    private readonly MixtureSize size;
    private readonly double* nodes, priors;
    private readonly int nodeLanes, stateLanes;
    private readonly Lock reporting = new();

    /// <param name="size">Sizes.</param>
    /// <param name="table">The components, by <see cref="MixtureTable.Of"/>; as the other tensors, it outlives this.</param>
    /// <param name="nodes">Node potentials, by <see cref="PointLanes{V, M}.Nodes"/>.</param>
    /// <param name="priors">What γ' sees besides the evidence, by <see cref="PointLanes{V, M}.Priors"/>.</param>
    public MixtureBatch(MixtureSize size, Tensor table, Tensor nodes, Tensor priors)
    {
        (this.size, nodeLanes, stateLanes) = (size, size.Features * M.Width, size.K * M.Width);
        this.nodes = Native.Doubles(nodes);
        this.priors = Native.Doubles(priors);
        double* rows = Native.Doubles(table);
        int count = 2L * size.N * size.K * size.Features < LeastShared ? 1 : Native.Workers(Groups);
        arenas = [.. Enumerable.Range(0, count).Select(_ => new LaneArena(M.Width, MixtureKernel<V, M>.Entries(size) + ConjugateResiduals<V, M>.Entries(size.K)))];
        workers = [.. arenas.Select(arena => (new MixtureKernel<V, M>(size, rows, arena), new ConjugateResiduals<V, M>(size.K, arena)))];
    }

    public int Groups => PointLanes<V, M>.Groups(size.N);

    /// <summary>In how many parts gradients of the components are summed.</summary>
    public int Parts => workers.Length;

    /// <summary>The first point whose precision was found not to be positive definite, or −1.</summary>
    public int FailedPoint { get; private set; } = -1;

    public void Dispose()
    {
        foreach (LaneArena arena in arenas) arena.Dispose();
    }

    /// <summary>Room for γ of all groups, [groups, K, W].</summary>
    public Tensor Room() => empty([Groups, size.K, M.Width], ScalarType.Float64);

    /// <summary>γ to begin with: what is given, [N, K], or that of the node potentials alone.</summary>
    public Tensor Start(Tensor? given)
    {
        Tensor start = Room();
        using Tensor? contiguous = given?.contiguous();
        double* to = Native.Doubles(start), from = contiguous is null ? null : Native.Doubles(contiguous);
        Run((kernel, group) =>
        {
            if (from is null)
            {
                Check(kernel.Start(nodes + group * nodeLanes, priors + group * stateLanes), kernel, group);
                Copy(kernel.Responsibilities, to + group * stateLanes);
            }
            else PointLanes<V, M>.Load(group, size.N, from, size.K, to + group * stateLanes, M.Width);
        });
        return start;
    }

    /// <summary>One sweep of all points.</summary>
    /// <param name="gamma">γ.</param>
    /// <param name="next">Receives γ'; may be γ itself.</param>
    /// <param name="surrogates">Receives each point's surrogate, [N], where there is one.</param>
    public void Sweep(Tensor gamma, Tensor next, double* surrogates)
    {
        double* from = Native.Doubles(gamma), to = Native.Doubles(next);
        Run((kernel, group) =>
        {
            double* own = from + group * stateLanes;
            Check(kernel.Sweep(own, nodes + group * nodeLanes, priors + group * stateLanes), kernel, group);
            if (surrogates is not null) PointLanes<V, M>.Save(group, size.N, kernel.Surrogate(own), surrogates);
            Copy(kernel.Responsibilities, to + group * stateLanes);
        });
    }

    /// <summary>One more sweep with everything that is wanted of it.</summary>
    public void Evaluate(Tensor gamma, double* noise, MixtureOutputs outputs)
    {
        int N = size.N, n = size.n, w = M.Width;
        double* from = Native.Doubles(gamma);
        Run((kernel, group) =>
        {
            double* own = from + group * stateLanes, node = nodes + group * nodeLanes;
            Check(kernel.Sweep(own, node, priors + group * stateLanes), kernel, group);
            V surrogate = kernel.Surrogate(own);
            PointLanes<V, M>.Save(group, N, surrogate, outputs.Surrogate);
            PointLanes<V, M>.Save(group, N, M.Subtract(surrogate, kernel.ExpectedNode(node)), outputs.NegativeKl);
            PointLanes<V, M>.Save(group, N, kernel.Responsibilities, w, outputs.Responsibilities, size.K);
            PointLanes<V, M>.Save(group, N, kernel.Evidence, w, outputs.Evidence, size.K);
            PointLanes<V, M>.Save(group, N, kernel.Mean.Data, w, outputs.Mean, n);
            PointLanes<V, M>.Save(group, N, kernel.Covariance.Data, w, outputs.Covariance, n * n);
            if (size.S == 0) return;
            LoadNoise(kernel, group, noise);
            kernel.Sample();
            for (int s = 0; s < size.S; s++)
                PointLanes<V, M>.Save(group, N, kernel.Samples.At(0, s), kernel.Samples.RowStride, outputs.Samples + (long)s * N * n, n);
        });
    }

    /// <summary>The adjoint of everything.</summary>
    /// <param name="trail">γ before each sweep that the gradient goes through, the evaluation last.</param>
    /// <param name="noise">ε, [S, N, n].</param>
    /// <param name="outer">Gradients of the outputs; a null pointer where there is none.</param>
    /// <param name="sums">Receives the gradients of the potentials.</param>
    /// <param name="implicitly">How the fixed point itself is differentiated by the implicit function theorem; null when it is not.</param>
    /// <param name="report">What that took.</param>
    public void Backward(IReadOnlyList<Tensor> trail, double* noise, MixtureOutputs outer, MixtureSums<V, M> sums, FixedPointOptions? implicitly, AdjointReport report)
    {
        nint[] points = [.. trail.Select(gamma => (nint)Native.Doubles(gamma))];
        report.Converged = true;
        WorkerTeam.Shared.RunInParts(Groups, workers.Length, workers.Length, (_, part, group) =>
        {
            var (kernel, solver) = workers[part];
            double* node = nodes + group * nodeLanes, prior = priors + group * stateLanes, own = (double*)points[^1] + group * stateLanes;
            kernel.Sweep(own, node, prior);
            LoadNoise(kernel, group, noise);
            outer.Load<V, M>(kernel.Outer, group, size);
            if (implicitly is not null)
            {
                kernel.Adjoint(own, node, kernel.PointBar);
                solver.Solve(kernel, kernel.PointBar, implicitly);
                LaneTable<V, M>.AddScaled(kernel.Outer.Responsibilities, M.Broadcast(1), kernel.PointBar, kernel.Outer.Responsibilities, size.K);
                lock (reporting) solver.Report(report, implicitly);
            }
            for (int i = points.Length - 1; ; i--)
            {
                kernel.Adjoint(own, node, kernel.PointBar);
                sums.Add(kernel, own, group, part);
                if (i == 0) break;
                own = (double*)points[i - 1] + group * stateLanes;
                kernel.Outer.Clear();
                Copy(kernel.PointBar, kernel.Outer.Responsibilities);
                kernel.Sweep(own, node, prior);
            }
        });
    }

    private void Run(Action<MixtureKernel<V, M>, int> work) =>
        WorkerTeam.Shared.Run(Groups, workers.Length, (worker, group) => work(workers[worker].Kernel, group));

    private void Copy(double* from, double* to) => Buffer.MemoryCopy(from, to, stateLanes * sizeof(double), stateLanes * sizeof(double));

    private void LoadNoise(MixtureKernel<V, M> kernel, int group, double* noise)
    {
        for (int s = 0; s < size.S; s++)
            PointLanes<V, M>.Load(group, size.N, noise + (long)s * size.N * size.n, size.n, kernel.Noise.At(0, s), kernel.Noise.RowStride);
    }

    private void Check(bool positive, MixtureKernel<V, M> kernel, int group)
    {
        int lane = positive ? -1 : kernel.FailedLane(), point = Math.Min(group * M.Width + lane, size.N - 1);
        if (lane < 0) return;
        lock (reporting)
            if (FailedPoint < 0 || point < FailedPoint) FailedPoint = point;
    }
}
