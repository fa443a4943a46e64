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
internal static unsafe class ChainKernel<V, M> where V : struct where M : struct, ILanes<V>
{
    public static long ForwardEntries(int n, int paths) => ChainAssembly<V, M>.Entries(n) + 3L * n * n + 2L * n * paths;

    /// <summary>Runs both recursions, writing the outputs and the tape.</summary>
    /// <returns>The step at which a lane's precision was not positive definite, or −1.</returns>
    public static int Forward(ChainBatch batch, ChainOutputs outputs, in ChainTape tape, int index, LaneArena arena, out bool asymmetric)
    {
        var (n, paths) = (batch.n, 1 + batch.S);
        var group = new ChainGroup<V, M>(batch, index);
        var assembly = new ChainAssembly<V, M>(batch, group, arena);
        int last = group.MaxLength - 1;
        V logDeterminant = default, quadratic = default;
        LaneMatrix S = arena.Matrix(n, n);
        asymmetric = assembly.FoundAsymmetry;
        for (int t = 0; t <= last; t++)
        {
            ChainStep step = tape.Step(index, t);
            LaneMatrix K = step.K, y = step.Y, D = assembly.Precision(t);
            assembly.Linear(t, y);
            if (t < last) assembly.Coupling(t, step.W);
            if (t == 0) Copy(S, D);
            else
            {
                ChainStep before = tape.Step(index, t - 1);
                LaneProduct<V, M>.SetDifferenceSymmetric(S, D, before.W.T, before.W);
                LaneProduct<V, M>.Subtract(y, before.W.T, before.Y);
            }
            assembly.AddNodes(t, S);
            asymmetric |= assembly.FoundAsymmetry;
            if (!LaneElimination<V, M>.Run(S, K, step.RightHandSides(t == last))) return t;
            logDeterminant = M.Subtract(logDeterminant, LogDeterminant(K));
            quadratic = SumOfSquares(y, quadratic);
        }
        outputs.SaveLogZ(group, M.MultiplySubtract(M.Broadcast(-0.5), quadratic, M.Multiply(M.Broadcast(-1), logDeterminant)));

        LaneMatrix G = arena.Matrix(n, n), cross = arena.Matrix(n, n), v = arena.Matrix(n, paths);
        for (int t = last; t >= 0; t--)
        {
            ChainStep step = tape.Step(index, t);
            LaneMatrix K = step.K;
            assembly.Noise(t, v);
            AddToColumns(v, step.Y);
            LaneProduct<V, M>.SetSymmetric(step.Covariance, K.T, K, Factor.LeftUpper);
            LaneProduct<V, M>.Set(step.States, K.T, v, Factor.LeftUpper);
            if (t < last)
            {
                ChainStep after = tape.Step(index, t + 1);
                LaneProduct<V, M>.Set(G, K.T, step.W, Factor.LeftUpper);
                LaneProduct<V, M>.SetNegative(cross, G, after.Covariance);
                LaneProduct<V, M>.SubtractSymmetric(step.Covariance, cross, G.T);
                LaneProduct<V, M>.Subtract(step.States, G, after.States);
                outputs.SaveCross(group, t, cross);
            }
            outputs.SaveStep(group, t, step);
        }
        return -1;
    }

    public static long BackwardEntries(int n, int paths, int T) =>
        ChainAssembly<V, M>.Entries(n) + ChainGradientLanes<V, M>.Entries(n) + T * (2L * n * n + n) + 7L * n * n + 4L * n * paths + 2L * n;

    /// <summary>The adjoint of <see cref="Forward"/>: gradients of the outputs in, gradients of the potentials out.</summary>
    public static void Backward(ChainBatch batch, ChainOutputGradients outer, ChainGradients gradientTensors, in ChainTape tape, int index, LaneArena arena)
    {
        var (n, paths) = (batch.n, 1 + batch.S);
        var group = new ChainGroup<V, M>(batch, index);
        var assembly = new ChainAssembly<V, M>(batch, group, arena);
        var gradients = new ChainGradientLanes<V, M>(batch, gradientTensors, group, arena);
        int last = group.MaxLength - 1;
        LaneMatrix Qs = arena.Matrix(n * (last + 1), n), Ns = arena.Matrix(n * (last + 1), n), ws = arena.Matrix(n * (last + 1), 1);

        LaneMatrix T = arena.Matrix(n, n), product = arena.Matrix(n, n), whitened = arena.Matrix(n, n), E = arena.Matrix(n, n), C = arena.Matrix(n, n);
        LaneMatrix x = arena.Matrix(n, paths), u = arena.Matrix(n, paths), v = arena.Matrix(n, paths);
        double* g = arena.Take(1);
        Clear(T);
        Clear(x);
        for (int t = 0; t <= last; t++)
        {
            ChainStep step = tape.Step(index, t);
            LaneMatrix K = step.K, W = step.W, y = step.Y;
            LaneMatrix Q = Qs.Block(t * n, n, 0, n), N = Ns.Block(t * n, n, 0, n), w = ws.Block(t * n, n, 0, 1);
            outer.LoadLogZ(group, t, g);
            if (outer.HasStates)
            {
                outer.AddStates(group, t, x, w);
                LaneProduct<V, M>.Set(u, K, x, Factor.LeftLower);
            }
            if (outer.HasMoments)
            {
                outer.AddCovariance(group, t, T, product);
                LaneProduct<V, M>.Set(product, T, K.T, Factor.RightUpper);
                LaneProduct<V, M>.SetSymmetric(Q, K, product, Factor.LeftLower);
            }
            else Clear(Q);

            if (t < last)
            {
                ChainStep after = tape.Step(index, t + 1);
                if (outer.HasMoments)
                {
                    LaneProduct<V, M>.Set(E, Q, W);
                    if (outer.HasCross)
                    {
                        outer.LoadCross(group, t, product);
                        LaneProduct<V, M>.Set(C, K, product, Factor.LeftLower);
                        SubtractInPlace(E, C);
                    }
                    LaneProduct<V, M>.Set(N, E, after.Covariance);
                    LaneProduct<V, M>.SetSymmetric(T, W.T, E);
                    if (outer.HasCross) LaneProduct<V, M>.SubtractSymmetric(T, C.T, W);
                }
                else Clear(N);
                if (outer.HasStates)
                {
                    LaneProduct<V, M>.Subtract(N, u, after.States.T);
                    LaneProduct<V, M>.SetNegative(x, W.T, u);
                }
            }

            if (outer.HasStates)
            {
                assembly.Noise(t, v);
                AddToColumns(v, y);
                LaneProduct<V, M>.AddSymmetric(Q, v, u.T);
            }
            SumColumns(w, u, outer.HasStates, y, g);
            FinishQ(Q, w, y, g);
        }

        LaneMatrix S = whitened, f = arena.Matrix(n, 1), halved = E, coupling = C;
        for (int t = last; t >= 0; t--)
        {
            ChainStep step = tape.Step(index, t);
            LaneMatrix K = step.K, W = step.W, Q = Qs.Block(t * n, n, 0, n), w = ws.Block(t * n, n, 0, 1);
            if (t < last)
            {
                LaneMatrix N = Ns.Block(t * n, n, 0, n);
                LaneProduct<V, M>.Set(product, W, S);
                SplitCoupling(N, product, step.Y, f, coupling, halved);
                gradients.Coupling(t, K, coupling, product);
                LaneProduct<V, M>.AddSymmetric(Q, halved, W.T);
                LaneProduct<V, M>.AddSymmetric(Q, W, halved.T);
                LaneProduct<V, M>.Subtract(w, W, f);
            }
            LaneProduct<V, M>.Set(product, Q, K, Factor.RightLower);
            LaneProduct<V, M>.SetSymmetric(S, K.T, product, Factor.LeftUpper);
            LaneProduct<V, M>.Set(f, K.T, w, Factor.LeftUpper);
            gradients.Step(t, S, f);
        }
        gradients.Finish(index);
    }

    /// <summary>Q ← −½ (Q + low(w yᵀ) + g I).</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void FinishQ(in LaneMatrix Q, in LaneMatrix w, in LaneMatrix y, double* g)
    {
        V scale = M.Broadcast(-0.5);
        for (int i = 0; i < Q.Rows; i++)
        {
            V wi = M.Load(w.At(i, 0));
            for (int j = 0; j <= i; j++)
            {
                V q = M.MultiplyAdd(wi, M.Load(y.At(j, 0)), M.Load(Q.At(i, j)));
                if (i == j) q = M.Add(q, M.Load(g));
                q = M.Multiply(scale, q);
                M.Store(Q.At(i, j), q);
                M.Store(Q.At(j, i), q);
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
            for (int j = 0; j < N.Columns; j++)
            {
                V z = M.Load(Z.At(i, j));
                V r = M.Subtract(M.MultiplySubtract(yi, M.Load(f.At(j, 0)), M.Load(N.At(i, j))), z);
                M.Store(coupling.At(i, j), M.Subtract(r, z));
                M.Store(halved.At(i, j), M.Multiply(scale, r));
            }
        }
    }

    /// <summary>w = Σ_s u_s + g y.</summary>
    private static void SumColumns(in LaneMatrix w, in LaneMatrix u, bool hasStates, in LaneMatrix y, double* g)
    {
        for (int i = 0; i < w.Rows; i++)
        {
            V sum = M.Multiply(M.Load(g), M.Load(y.At(i, 0)));
            for (int s = 0; hasStates && s < u.Columns; s++) sum = M.Add(sum, M.Load(u.At(i, s)));
            M.Store(w.At(i, 0), sum);
        }
    }

    private static void AddToColumns(in LaneMatrix v, in LaneMatrix y)
    {
        for (int i = 0; i < v.Rows; i++)
            for (int s = 0; s < v.Columns; s++) M.Store(v.At(i, s), M.Add(M.Load(v.At(i, s)), M.Load(y.At(i, 0))));
    }

    /// <summary>Σ log K_ii, eight factors to a logarithm.</summary>
    private static V LogDeterminant(in LaneMatrix K)
    {
        V sum = default, factors = M.Load(K.At(0, 0));
        for (int i = 1; i < K.Rows; i++)
        {
            V next = M.Load(K.At(i, i));
            if (i % 4 != 0) { factors = M.Multiply(factors, next); continue; }
            sum = M.Add(sum, M.Log(factors));
            factors = next;
        }
        return M.Add(sum, M.Log(factors));
    }

    private static V SumOfSquares(in LaneMatrix y, V sum)
    {
        for (int i = 0; i < y.Rows; i++)
        {
            V value = M.Load(y.At(i, 0));
            sum = M.MultiplyAdd(value, value, sum);
        }
        return sum;
    }

    [MethodImpl(AggressiveOptimization)]
    private static void SubtractInPlace(in LaneMatrix a, in LaneMatrix b)
    {
        for (int e = 0; e < a.Rows * a.Columns * M.Width; e += M.Width) M.Store(a.Data + e, M.Subtract(M.Load(a.Data + e), M.Load(b.Data + e)));
    }

    private static void Copy(in LaneMatrix to, in LaneMatrix from)
    {
        for (int e = 0; e < to.Rows * to.Columns * M.Width; e += M.Width) M.Store(to.Data + e, M.Load(from.Data + e));
    }

    private static void Clear(in LaneMatrix matrix)
    {
        for (int e = 0; e < matrix.Rows * matrix.Columns * M.Width; e += M.Width) M.Store(matrix.Data + e, default);
    }
}
