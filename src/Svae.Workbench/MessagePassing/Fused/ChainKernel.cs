using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// The recursions of <see cref="SequentialGaussianChain"/> for one group of sequences, and their adjoint.
/// <para>
/// Everything is whitened by the Cholesky factor: with <c>K = L⁻¹</c>, <c>W = K U</c>, the posterior is
/// <c>x_t = Kᵀ(y_t + ε_t − W x_{t+1})</c>, <c>Σ_t = Kᵀ(I + W Σ_{t+1} Wᵀ)K</c>, <c>Cov(x_t, x_{t+1}) = −KᵀW Σ_{t+1}</c>.
/// </para>
/// <para>
/// The adjoint mirrors it: forwards in time through the backward recursion, then backwards in time through the forward recursion. A bar
/// is the gradient with respect to what it stands on, g that of log Z, T = 2Σ̄. Forwards, from <c>x̄, T, C̄</c> of the outputs plus what
/// the step before hands on,
/// <code>
/// u = K x̄,  E = K T Kᵀ W − K C̄,  N = E Σ_{t+1} − Σ_s u x_{t+1}ᵀ,   T_{t+1} += WᵀE − (K C̄)ᵀW,   x̄_{t+1} −= Wᵀu
/// Q = K T Kᵀ + Σ_s low((y + ε)uᵀ) + low(w yᵀ) + g I,   w = Σ_s u + g y      (low: the lower triangle, mirrored)
/// </code>
/// and backwards, with <c>Z = W S̄_{t+1}</c> and <c>R = N − y f̄_{t+1}ᵀ − Z</c>,
/// <code>
/// Ū = Kᵀ(R − Z),   S̄ = −½ Kᵀ(Q + R Wᵀ + W Rᵀ)K,   f̄ = Kᵀ(w − W f̄_{t+1}),      D̄_t = S̄_t,  h̄_t = f̄_t
/// </code>
/// The samples' term is short because the adjoint of <c>L⁻ᵀε</c> through the Cholesky factorisation, <c>−L⁻ᵀ Φ(Lᵀ tril(x uᵀ)) L⁻¹</c>,
/// has <c>Lᵀx = ε</c> in it (Murray 2016, "Differentiation of the Cholesky decomposition").
/// </para>
/// </summary>
internal sealed unsafe class ChainKernel<V, M> where V : struct where M : struct, ILanes<V>
{
    private readonly int n, paths, last;
    private readonly ChainBatch batch;
    private readonly ChainGroup<V, M> group;
    private readonly ChainAssembly<V, M> assembly;
    private readonly ChainTape tape;
    private readonly LaneArena arena;

    /// <param name="batch">The inputs.</param>
    /// <param name="index">The group.</param>
    /// <param name="tape">Its tape, written by <see cref="Forward"/> and read by <see cref="Backward"/>.</param>
    /// <param name="arena">Scratch memory.</param>
    public ChainKernel(ChainBatch batch, int index, ChainTape tape, LaneArena arena)
    {
        (this.batch, this.tape, this.arena) = (batch, tape, arena);
        (n, paths) = (batch.n, 1 + batch.S);
        group = new ChainGroup<V, M>(batch, index);
        last = group.MaxLength - 1;
        assembly = new ChainAssembly<V, M>(batch, group, arena);
    }

    public static long ForwardEntries(int n, int paths) => ChainAssembly<V, M>.Entries(n) + 6L * n * n + 3L * n * paths;

    public static long BackwardEntries(int n, int paths, int T) =>
        ChainAssembly<V, M>.Entries(n) + ChainGradientLanes<V, M>.Entries(n) + T * (2L * n * n + n) + 10L * n * n + 3L * n * paths + n + 1;

    /// <summary>Was a square block further from symmetric than rounding explains?</summary>
    public bool FoundAsymmetry => assembly.FoundAsymmetry;

    public ChainGroup<V, M> Group => group;

    /// <summary>The first sequence whose factor at this step is not that of a positive definite matrix.</summary>
    public int FailedSequence(int step)
    {
        LaneMatrix K = tape[step].K;
        for (int l = 0; l < M.Width; l++)
            for (int i = 0; i < n; i++)
                if (!(K.At(i, i)[l] is > 0 and < double.PositiveInfinity)) return group.Sequence(l);
        return group.Sequence(0);
    }

    /// <summary>Runs both recursions, writing the outputs and the tape.</summary>
    /// <returns>The step at which some lane's precision was not positive definite, or −1.</returns>
    public int Forward(ChainOutputs outputs)
    {
        int failed = Factor(outputs);
        if (failed < 0) Smooth(outputs);
        return failed;
    }

    /// <summary>Forwards in time: the block Cholesky factor and log Z.</summary>
    [MethodImpl(AggressiveOptimization)]
    private int Factor(ChainOutputs outputs)
    {
        group.Direction = 1;
        V logDeterminant = default, quadratic = default;
        LaneMatrix S = arena.Matrix(n, n);
        for (int t = 0; t <= last; t++)
        {
            ChainStep step = tape[t];
            LaneMatrix D = assembly.Precision(t), y = step.Y;
            assembly.Linear(t, y);
            if (t < last) assembly.Coupling(t, step.W);
            if (t == 0) LaneElementwise<V, M>.Copy(S, D);
            else
            {
                LaneMatrix W = tape[t - 1].W;
                LaneProduct<V, M>.SetDifferenceSymmetric(S, D, W.T, W);
                LaneProduct<V, M>.Subtract(y, W.T, tape[t - 1].Y);
            }
            assembly.AddNodes(t, S);
            if (!LaneElimination<V, M>.Run(S, step.K, step.RightHandSides(t == last))) return t;
            logDeterminant = M.Subtract(logDeterminant, LaneElementwise<V, M>.LogDeterminant(step.K));
            quadratic = LaneElementwise<V, M>.SumOfSquares(y, quadratic);
        }
        outputs.SaveLogZ(group, M.Subtract(M.Multiply(M.Broadcast(0.5), quadratic), logDeterminant));
        return -1;
    }

    /// <summary>Backwards in time: covariances, and the mean and samples as columns of x.</summary>
    [MethodImpl(AggressiveOptimization)]
    private void Smooth(ChainOutputs outputs)
    {
        group.Direction = -1;
        LaneMatrix G = arena.Matrix(n, n), cross = arena.Matrix(n, n), v = arena.Matrix(n, paths);
        LaneMatrix covariance = arena.Matrix(n, n), later = arena.Matrix(n, n), x = arena.Matrix(n, paths), laterX = arena.Matrix(n, paths);
        for (int t = last; t >= 0; t--)
        {
            LaneMatrix K = tape[t].K;
            assembly.Noise(t, v);
            LaneElementwise<V, M>.AddToColumns(v, tape[t].Y);
            LaneProduct<V, M>.SetSymmetric(covariance, K.T, K, Support.LeftUpper);
            LaneProduct<V, M>.Set(x, K.T, v, Support.LeftUpper);
            if (t < last)
            {
                LaneProduct<V, M>.Set(G, K.T, tape[t].W, Support.LeftUpper);
                LaneProduct<V, M>.SetNegative(cross, G, later);
                LaneProduct<V, M>.SubtractSymmetric(covariance, cross, G.T);
                LaneProduct<V, M>.Subtract(x, G, laterX);
                outputs.SaveCross(group, t, cross);
            }
            outputs.SaveStep(group, t, covariance, x);
            (covariance, later, x, laterX) = (later, covariance, laterX, x);
        }
    }

    /// <summary>The adjoint of <see cref="Forward"/>: gradients of the outputs in, gradients of the potentials out.</summary>
    public void Backward(ChainOutputs outputs, ChainOutputGradients outer, ChainGradientLanes<V, M> gradients)
    {
        LaneMatrix Q = arena.Matrix(n * (last + 1), n), N = arena.Matrix(n * (last + 1), n), w = arena.Matrix(n * (last + 1), 1);
        SmoothAdjoint(outputs, outer, Q, N, w);
        FactorAdjoint(gradients, Q, N, w);
    }

    /// <summary>Forwards in time, through <see cref="Smooth"/>: leaves Q_t (lower triangle of −½ Q), N_t and w_t of each step.</summary>
    [MethodImpl(AggressiveOptimization)]
    private void SmoothAdjoint(ChainOutputs outputs, ChainOutputGradients outer, in LaneMatrix Qs, in LaneMatrix Ns, in LaneMatrix ws)
    {
        group.Direction = 1;
        LaneMatrix T = arena.Matrix(n, n), product = arena.Matrix(n, n), Q = arena.Matrix(n, n), E = arena.Matrix(n, n), C = arena.Matrix(n, n);
        LaneMatrix x = arena.Matrix(n, paths), u = arena.Matrix(n, paths), v = arena.Matrix(n, paths);
        double* g = arena.Take(1);
        LaneElementwise<V, M>.Clear(T);
        LaneElementwise<V, M>.Clear(x);
        for (int t = 0; t <= last; t++)
        {
            LaneMatrix K = tape[t].K, W = tape[t].W, y = tape[t].Y, N = Ns.Block(t * n, n, 0, n), w = ws.Block(t * n, n, 0, 1);
            if (outer.HasStates)
            {
                outer.AddStates(group, t, x, w);
                LaneProduct<V, M>.Set(u, K, x, Support.LeftLower);
            }
            if (!outer.HasMoments) LaneElementwise<V, M>.Clear(Q);
            if (outer.HasMoments)
            {
                outer.AddCovariance(group, t, T, product);
                LaneProduct<V, M>.Set(product, T, K.T, Support.RightUpper);
                LaneProduct<V, M>.SetSymmetric(Q, K, product, Support.LeftLower);
            }
            if (t < last)
            {
                if (!outer.HasMoments) LaneElementwise<V, M>.Clear(N);
                if (outer.HasMoments)
                {
                    if (outer.HasCross)
                    {
                        outer.LoadCross(group, t, product);
                        LaneProduct<V, M>.SetNegative(C, K, product, Support.LeftLower);
                        LaneProduct<V, M>.SetSum(E, C, Q, W);
                    }
                    else LaneProduct<V, M>.Set(E, Q, W);
                    outputs.LoadCovariance(group, t + 1, product);
                    LaneProduct<V, M>.Set(N, E, product);
                    LaneProduct<V, M>.SetSymmetric(T, W.T, E);
                    if (outer.HasCross) LaneProduct<V, M>.AddSymmetric(T, C.T, W);
                }
                if (outer.HasStates)
                {
                    outputs.LoadStates(group, t + 1, v);
                    LaneProduct<V, M>.Subtract(N, u, v.T);
                    LaneProduct<V, M>.SetNegative(x, W.T, u);
                }
            }
            outer.LoadLogZ(group, t, g);
            if (outer.HasStates)
            {
                assembly.Noise(t, v);
                LaneElementwise<V, M>.AddToColumns(v, y);
                LaneProduct<V, M>.AddSymmetric(Q, v, u.T);
            }
            SumColumns(w, u, outer.HasStates, y, g);
            FinishQ(Qs.Block(t * n, n, 0, n), Q, w, y, g);
        }
    }

    /// <summary>Backwards in time, through <see cref="Factor"/>: hands S̄_t, f̄_t and Ū_t to the gradients.</summary>
    [MethodImpl(AggressiveOptimization)]
    private void FactorAdjoint(ChainGradientLanes<V, M> gradients, in LaneMatrix Qs, in LaneMatrix Ns, in LaneMatrix ws)
    {
        group.Direction = -1;
        LaneMatrix S = arena.Matrix(n, n), f = arena.Matrix(n, 1), Q = arena.Matrix(n, n), product = arena.Matrix(n, n);
        LaneMatrix halved = arena.Matrix(n, n), coupling = arena.Matrix(n, n);
        for (int t = last; t >= 0; t--)
        {
            LaneMatrix K = tape[t].K, W = tape[t].W, w = ws.Block(t * n, n, 0, 1);
            LaneMatrix lower = Qs.Block(t * n, n, 0, n);
            if (t == last) LaneElementwise<V, M>.Mirror(Q, lower);
            else
            {
                LaneProduct<V, M>.Set(product, W, S);
                SplitCoupling(Ns.Block(t * n, n, 0, n), product, tape[t].Y, f, coupling, halved);
                gradients.Coupling(t, K, coupling, product);
                LaneProduct<V, M>.SetSumSymmetric(Q, lower, halved, W.T);
                LaneProduct<V, M>.AddSymmetric(Q, W, halved.T);
                LaneProduct<V, M>.Subtract(w, W, f);
            }
            LaneProduct<V, M>.Set(product, Q, K, Support.RightLower);
            LaneProduct<V, M>.SetSymmetric(S, K.T, product, Support.LeftUpper);
            LaneProduct<V, M>.Set(f, K.T, w, Support.LeftUpper);
            gradients.Step(t, S, f);
        }
    }

    /// <summary>The lower triangle of −½ (Q + w yᵀ + g I).</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void FinishQ(in LaneMatrix result, in LaneMatrix Q, in LaneMatrix w, in LaneMatrix y, double* g)
    {
        V scale = M.Broadcast(-0.5);
        for (int i = 0; i < Q.Rows; i++)
        {
            V wi = M.Load(w.At(i, 0));
            double* from = Q.At(i, 0), to = result.At(i, 0), yj = y.Data;
            for (int j = 0; j <= i; j++, from += Q.ColumnStride, to += result.ColumnStride, yj += y.RowStride)
            {
                V q = M.MultiplyAdd(wi, M.Load(yj), M.Load(from));
                if (i == j) q = M.Add(q, M.Load(g));
                M.Store(to, M.Multiply(scale, q));
            }
        }
    }

    /// <summary>R = N − y f̄ᵀ − Z: coupling = R − Z, halved = −½ R.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void SplitCoupling(in LaneMatrix N, in LaneMatrix Z, in LaneMatrix y, in LaneMatrix f, in LaneMatrix coupling, in LaneMatrix halved)
    {
        V scale = M.Broadcast(-0.5);
        for (int i = 0; i < N.Rows; i++)
        {
            V yi = M.Load(y.At(i, 0));
            double* from = N.At(i, 0), zj = Z.At(i, 0), fj = f.Data, toCoupling = coupling.At(i, 0), toHalved = halved.At(i, 0);
            for (int j = 0; j < N.Columns; j++)
            {
                V z = M.Load(zj);
                V r = M.Subtract(M.MultiplySubtract(yi, M.Load(fj), M.Load(from)), z);
                M.Store(toCoupling, M.Subtract(r, z));
                M.Store(toHalved, M.Multiply(scale, r));
                from += N.ColumnStride; zj += Z.ColumnStride; fj += f.RowStride; toCoupling += coupling.ColumnStride; toHalved += halved.ColumnStride;
            }
        }
    }

    /// <summary>w = Σ_s u_s + g y.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void SumColumns(in LaneMatrix w, in LaneMatrix u, bool hasStates, in LaneMatrix y, double* g)
    {
        for (int i = 0; i < w.Rows; i++)
        {
            V sum = M.Multiply(M.Load(g), M.Load(y.At(i, 0)));
            for (int s = 0; hasStates && s < u.Columns; s++) sum = M.Add(sum, M.Load(u.At(i, s)));
            M.Store(w.At(i, 0), sum);
        }
    }
}
