using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// One sweep γ → q(x) → r → γ' of a group of points side by side, and its adjoint. With B the table of the components' potentials
/// (<see cref="MixtureTable"/>), ν the node potentials' row and φ that of the moments,
/// <code>
/// A = ν + Bᵀγ,   q(x) = N(m, Σ) of A,   r = B φ,   γ' = softmax(r + prior),   surrogate = log Z(A) − γᵀr + log Σ exp(r + prior)
/// </code>
/// where log Z(A) counts A's constant. Both ways between A and φ are the exponential family's, <c>φ = ∂ log Z/∂A</c>.
/// <para>
/// Adjoint: a bar is the gradient with respect to what it stands on, a that of the surrogate and of −KL together, q that of −KL alone.
/// With <c>K = L⁻¹</c> of the precision, <c>y = K h</c>, <c>s = γ' ∘ (γ̄' − γ'ᵀγ̄' + a)</c>, the gradient of the prior,
/// <code>
/// r̄ += s − a γ,   φ̄ = Bᵀr̄ − q ν,   T = 2Σ̄ − (φ̄'s symmetric matrix),   m̄ += φ̄'s vector − (φ̄'s symmetric matrix) m
/// u = K m̄ + Σ_s u_s,  u_s = K x̄_s,   w = u + a y,   Q = K T Kᵀ + low(y uᵀ + w yᵀ + Σ_s ε_s u_sᵀ) + a I     (low: the lower triangle, mirrored)
/// Ā = [−½ KᵀQK, Kᵀw, a],   B̄ = γ Āᵀ + r̄ φᵀ,   ν̄ = Ā − q φ,   γ̄ = B Ā − a r
/// </code>
/// as in <see cref="ChainKernel{V, M}"/> for a chain of one step.
/// </para>
/// </summary>
internal sealed unsafe class MixtureKernel<V, M> where V : struct where M : struct, ILanes<V>
{
    private readonly MixtureSize size;
    private readonly double* table, average, averageBar, momentsBar, evidenceBar;
    private readonly LaneMatrix precision, root, y, doubledBar, product, Q, meanBar, u, weighted, noiseTerm, sampleRoots;
    private V logZ, logSum;

    /// <param name="size">Sizes.</param>
    /// <param name="table">B, row by row; it outlives this.</param>
    /// <param name="arena">Memory for <see cref="Entries"/> entries.</param>
    public MixtureKernel(MixtureSize size, double* table, LaneArena arena)
    {
        this.size = size;
        this.table = table;
        double* Features() => arena.Take(size.Features);
        double* States() => arena.Take(size.K);
        LaneMatrix Matrix(int columns) => arena.Matrix(size.n, columns);
        average = Features();
        Moments = Features();
        averageBar = Features();
        momentsBar = Features();
        Evidence = States();
        Responsibilities = States();
        evidenceBar = States();
        PriorBar = States();
        PointBar = States();
        int n = size.n, S = size.S;
        (precision, root, Covariance, doubledBar, product, Q, noiseTerm) = (Matrix(n), Matrix(n), Matrix(n), Matrix(n), Matrix(n), Matrix(n), Matrix(n));
        (y, Mean, meanBar, u, weighted) = (Matrix(1), Matrix(1), Matrix(1), Matrix(1), Matrix(1));
        (Noise, Samples, sampleRoots) = (Matrix(S), Matrix(S), Matrix(S));
        Outer = new MixtureGradient(size, arena);
    }

    /// <summary>What it takes from its arena.</summary>
    public static long Entries(MixtureSize size) =>
        4L * size.Features + 5L * size.K + 7L * size.n * size.n + 5L * size.n + 3L * size.n * size.S + MixtureGradient.Entries(size);

    /// <summary>r, [K].</summary>
    public double* Evidence { get; }

    /// <summary>γ', [K].</summary>
    public double* Responsibilities { get; }

    /// <summary>φ, [features].</summary>
    public double* Moments { get; }

    /// <summary>m, [n].</summary>
    public LaneMatrix Mean { get; }

    /// <summary>Σ, [n, n].</summary>
    public LaneMatrix Covariance { get; }

    /// <summary>ε, one sample a column.</summary>
    public LaneMatrix Noise { get; }

    /// <summary>Samples, one a column.</summary>
    public LaneMatrix Samples { get; }

    /// <summary>Gradients of the outputs, which <see cref="Adjoint"/> reads.</summary>
    public MixtureGradient Outer { get; }

    /// <summary>s of the last adjoint, [K].</summary>
    public double* PriorBar { get; }

    /// <summary>Room for γ̄, [K].</summary>
    public double* PointBar { get; }

    /// <summary>γ → q(x) → r → γ'.</summary>
    /// <returns>Was every point's precision positive definite?</returns>
    public bool Sweep(double* gamma, double* node, double* prior)
    {
        LaneTable<V, M>.Multiply(table, 1, size.Features, size.Features, size.K, gamma, node, average);
        return Respond(prior);
    }

    /// <summary>γ' with q(x) that of the node potentials under a broad normal distribution.</summary>
    public bool Start(double* node, double* prior)
    {
        Buffer.MemoryCopy(node, average, size.Features * M.Width * sizeof(double), size.Features * M.Width * sizeof(double));
        V broad = M.Broadcast(NodeMoments.BroadPrecision);
        for (int i = 0; i < size.n; i++)
        {
            double* entry = average + MixtureSize.Entry(i, i) * M.Width;
            M.Store(entry, M.Add(M.Load(entry), broad));
        }
        return Respond(prior);
    }

    /// <summary>The first lane whose precision was finite but not positive definite in the last sweep, or −1.</summary>
    public int FailedLane()
    {
        for (int l = 0; l < M.Width; l++)
        {
            bool positive = true, finite = true;
            for (int i = 0; i < size.n; i++) positive &= root.At(i, i)[l] is > 0 and < double.PositiveInfinity;
            for (int e = 0; e < size.Triangle; e++) finite &= double.IsFinite(average[e * M.Width + l]);
            if (finite && !positive) return l;
        }
        return -1;
    }

    /// <summary>The surrogate of the last sweep.</summary>
    public V Surrogate(double* gamma) =>
        M.Subtract(M.Add(M.Add(logZ, logSum), M.Load(average + size.Node * M.Width)), LaneTable<V, M>.Dot(gamma, Evidence, size.K));

    /// <summary>E[node potential].</summary>
    public V ExpectedNode(double* node) => LaneTable<V, M>.Dot(node, Moments, size.Node);

    /// <summary>x = m + Kᵀε, from <see cref="Noise"/> to <see cref="Samples"/>.</summary>
    public void Sample()
    {
        LaneProduct<V, M>.Set(Samples, root.T, Noise, Support.LeftUpper);
        LaneElementwise<V, M>.AddToColumns(Samples, Mean);
    }

    [MethodImpl(AggressiveOptimization)]
    private bool Respond(double* prior)
    {
        int w = M.Width, n = size.n;
        double* entry = average;
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++, entry += w) M.Store(precision.At(j, i), M.Load(entry));
        for (int i = 0; i < n; i++, entry += w) M.Store(y.At(i, 0), M.Load(entry));
        bool positive = LaneElimination<V, M>.Run(precision, root, y);
        LaneProduct<V, M>.SetSymmetric(Covariance, root.T, root, Support.LeftUpper);
        LaneProduct<V, M>.Set(Mean, root.T, y, Support.LeftUpper);

        V half = M.Broadcast(-0.5), whole = M.Broadcast(-1);
        entry = Moments;
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++, entry += w)
                M.Store(entry, M.Multiply(i == j ? half : whole, M.MultiplyAdd(M.Load(Mean.At(i, 0)), M.Load(Mean.At(j, 0)), M.Load(Covariance.At(i, j)))));
        for (int i = 0; i < n; i++, entry += w) M.Store(entry, M.Load(Mean.At(i, 0)));
        M.Store(entry, M.Broadcast(1));

        V quadratic = LaneElementwise<V, M>.SumOfSquares(y, M.Broadcast(n * Math.Log(2 * Math.PI)));
        logZ = M.Subtract(LaneElementwise<V, M>.LogDeterminant(root), M.Multiply(half, quadratic));
        LaneTable<V, M>.Multiply(table, size.Features, 1, size.K, size.Features, Moments, null, Evidence);
        logSum = LaneTable<V, M>.Softmax(Evidence, prior, size.K, Responsibilities);
        return positive;
    }

    /// <summary>γ̄ of the last sweep, for the gradients of the outputs in <see cref="Outer"/>.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Adjoint(double* gamma, double* node, double* gammaBar)
    {
        int w = M.Width, n = size.n;
        V a = M.Load(Outer.Total), q = M.Load(Outer.NegativeKl), shift = M.Subtract(a, LaneTable<V, M>.Dot(Responsibilities, Outer.Responsibilities, size.K));
        for (int at = 0; at < size.K * w; at += w)
        {
            V s = M.Multiply(M.Load(Responsibilities + at), M.Add(M.Load(Outer.Responsibilities + at), shift));
            M.Store(PriorBar + at, s);
            M.Store(evidenceBar + at, M.MultiplySubtract(a, M.Load(gamma + at), M.Add(M.Load(Outer.Evidence + at), s)));
        }
        MomentsBar(evidenceBar);
        LaneTable<V, M>.AddScaled(momentsBar, M.Subtract(default, q), node, momentsBar, size.Node);
        Unpack();
        LaneElementwise<V, M>.AddWithTranspose(doubledBar, Outer.Covariance);
        LaneElementwise<V, M>.Add(meanBar, Outer.Mean);
        LaneProduct<V, M>.Set(u, root, meanBar, Support.LeftLower);
        if (size.S > 0)
        {
            LaneProduct<V, M>.Set(sampleRoots, root, Outer.Samples, Support.LeftLower);
            for (int s = 0; s < size.S; s++) LaneElementwise<V, M>.Add(u, sampleRoots.Block(0, n, s, 1));
            LaneProduct<V, M>.Set(noiseTerm, Noise, sampleRoots.T);
        }
        else LaneElementwise<V, M>.Clear(noiseTerm);
        LaneTable<V, M>.AddScaled(u.Data, a, y.Data, weighted.Data, n);
        AverageBar(noiseTerm, weighted, a);
        LaneTable<V, M>.Multiply(table, size.Features, 1, size.K, size.Features, averageBar, null, gammaBar);
        LaneTable<V, M>.AddScaled(gammaBar, M.Subtract(default, a), Evidence, gammaBar, size.K);
    }

    /// <summary>B̄ += and ν̄ += of the last adjoint; null where they are not wanted.</summary>
    public void Accumulate(double* gamma, double* tableBar, double* nodeBar)
    {
        if (tableBar is not null) LaneTable<V, M>.AddOuterProducts(gamma, averageBar, evidenceBar, Moments, size.K, size.Features, tableBar);
        if (nodeBar is null) return;
        LaneTable<V, M>.AddScaled(nodeBar, M.Broadcast(1), averageBar, nodeBar, size.Node);
        LaneTable<V, M>.AddScaled(nodeBar, M.Subtract(default, M.Load(Outer.NegativeKl)), Moments, nodeBar, size.Node);
    }

    /// <summary>Jᵀ applied to weights v of γ' whose mean under γ' is zero, J = ∂γ'/∂γ; the result has mean zero again.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void JacobianTransposed(double* v, double* to)
    {
        int w = M.Width;
        for (int at = 0; at < size.K * w; at += w) M.Store(evidenceBar + at, M.Multiply(M.Load(Responsibilities + at), M.Load(v + at)));
        MomentsBar(evidenceBar);
        Unpack();
        LaneProduct<V, M>.Set(u, root, meanBar, Support.LeftLower);
        AverageBar(default, u, default);
        LaneTable<V, M>.Multiply(table, size.Features, 1, size.K, size.Node, averageBar, null, to);
        Centre(to);
    }

    /// <summary>v less its mean under γ', which changes no gradient, since the softmax does not see it.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Centre(double* v)
    {
        V mean = LaneTable<V, M>.Dot(Responsibilities, v, size.K);
        for (int at = 0; at < size.K * M.Width; at += M.Width) M.Store(v + at, M.Subtract(M.Load(v + at), mean));
    }

    /// <summary>φ̄ = Bᵀr̄.</summary>
    private void MomentsBar(double* evidenceBar) =>
        LaneTable<V, M>.Multiply(table, 1, size.Features, size.Node, size.K, evidenceBar, null, momentsBar);

    /// <summary>φ̄ → T = 2Σ̄ and m̄.</summary>
    [MethodImpl(AggressiveOptimization)]
    private void Unpack()
    {
        int w = M.Width;
        double* entry = momentsBar;
        for (int i = 0; i < size.n; i++)
            for (int j = 0; j <= i; j++, entry += w)
            {
                V value = M.Subtract(default, M.Load(entry));
                M.Store(doubledBar.At(i, j), value);
                M.Store(doubledBar.At(j, i), value);
            }
        for (int i = 0; i < size.n; i++, entry += w) M.Store(meanBar.At(i, 0), M.Load(entry));
        LaneProduct<V, M>.Add(meanBar, doubledBar, Mean);
    }

    /// <summary>Q → Ā. Without <paramref name="noise"/>, that term is zero.</summary>
    [MethodImpl(AggressiveOptimization)]
    private void AverageBar(in LaneMatrix noise, in LaneMatrix weighted, V a)
    {
        int w = M.Width, n = size.n;
        LaneProduct<V, M>.Set(product, doubledBar, root.T, Support.RightUpper);
        LaneProduct<V, M>.SetSymmetric(Q, root, product, Support.LeftLower);
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
            {
                V value = M.MultiplyAdd(M.Load(y.At(i, 0)), M.Load(u.At(j, 0)), M.MultiplyAdd(M.Load(weighted.At(i, 0)), M.Load(y.At(j, 0)), M.Load(Q.At(i, j))));
                if (!noise.IsEmpty) value = M.Add(value, M.Load(noise.At(i, j)));
                if (i == j) value = M.Add(value, a);
                M.Store(Q.At(i, j), value);
                M.Store(Q.At(j, i), value);
            }
        LaneProduct<V, M>.Set(product, Q, root, Support.RightLower);
        LaneProduct<V, M>.SetSymmetric(doubledBar, root.T, product, Support.LeftUpper);
        LaneProduct<V, M>.Set(meanBar, root.T, weighted, Support.LeftUpper);

        V half = M.Broadcast(-0.5), whole = M.Broadcast(-1);
        double* entry = averageBar;
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++, entry += w) M.Store(entry, M.Multiply(i == j ? half : whole, M.Load(doubledBar.At(i, j))));
        for (int i = 0; i < n; i++, entry += w) M.Store(entry, M.Load(meanBar.At(i, 0)));
        M.Store(entry, a);
    }
}
