using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Svae.Workbench.MessagePassing.RowProduct;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Forward–backward with messages scaled to sum to one (Rabiner 1989, §V.A), and its adjoint, for a group of sequences that step
/// through time together so that each step is one product [sequences, K] × [K, K].
/// </summary>
/// <remarks>
/// With <c>P = exp(log A − max)</c> and <c>L_t = exp(ℓ_t − max)</c>:
/// <code>
/// forward    α_t = (α_{t−1} P) ∘ w_t,   w_t = L_t / c_t,   c_t so that Σ α_t = 1      log Z = Σ_t log c_t + the maxima
/// backward   β_t = P u_{t+1},   u_t = w_t ∘ β_t,   β_T = 1                             p(z_t) = α_t ∘ β_t,  Σ_t p(z_t, z_{t+1}) = P ∘ Σ_t α_t u_{t+1}ᵀ
/// </code>
/// log Z is a log-partition function, so the Jacobian of the expected statistics is symmetric: the adjoint for cotangents
/// (g of log Z, G of the marginals, H of the pair sum) is the <em>tangent</em> of the expected statistics as ℓ moves along G and log A
/// along H, plus g times the statistics. Dots are tangents; b and v are those of β and u, with g β and g u already added:
/// <code>
/// forward    α̇_t = (α̇_{t−1} P + α_{t−1}(P∘H)) ∘ w_t + α_t ∘ G_t − s_t α_t,   s_t so that Σ α̇_t = 0
/// backward   b_t = P v_{t+1} + (P∘H) u_{t+1},   v_t = u_t ∘ (G_t − s_t) + w_t ∘ b_t,   b_T = g
/// adjoints   ∂ℓ_t = α̇_t ∘ β_t + α_t ∘ b_t,   ∂log π = ∂ℓ_1,   ∂log A = P ∘ Σ_t (α̇_t u_{t+1}ᵀ + α_t v_{t+1}ᵀ) + H ∘ Σ_t p(z_t, z_{t+1})
/// </code>
/// Message entries lost to underflow belong to paths whose posterior weight is below 1e-308 · max β/c: the numbers are exact as long as
/// no β and no 1/c is huge. A sequence where one is gets log Z = NaN, and its other numbers mean nothing.
/// </remarks>
internal sealed unsafe class ScaledForwardBackward
{
    /// <summary>Largest β and 1/c for which what underflows is surely negligible.</summary>
    public const double Reach = 1e120;

    /// <summary>Time steps whose rows a sum of outer products reads at once: few enough to stay in the cache.</summary>
    private const int TimeBlock = 128;

    /// <summary>Number of states, the same padded to whole vectors, and the time steps kept for each sequence.</summary>
    public required int K, Width, T;

    /// <summary>True length of each sequence of the group.</summary>
    public required long[] Lengths;

    /// <summary>P and Pᵀ, [Width, Width], zero-padded.</summary>
    public required double* Transition, Transposed;

    /// <summary>α, β, w and u, each [sequences, T, Width]; zero past a sequence's length, and all but β in the padding.</summary>
    public required double* Filtered, Future, Weight, Onward;

    private int Sequences => Lengths.Length;
    private long Stride => (long)T * Width;

    /// <summary>α, w and log Z (short of the maximum taken out of log A) from log π and ℓ.</summary>
    /// <param name="initial">log π, [K] or [sequences, K].</param>
    /// <param name="initialStride">0 when log π is shared, else K.</param>
    /// <param name="likelihood">ℓ, [sequences, T, K].</param>
    /// <param name="logZ">[sequences].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(double* initial, int initialStride, double* likelihood, double* logZ)
    {
        for (int t = 0; t < T; t++)
        {
            double* alpha = Filtered + (long)t * Width, weight = Weight + (long)t * Width;
            if (t > 0) Multiply(new Left(alpha - Width, Stride, 1), Transition, alpha, Stride, Sequences, K, Width, fresh: true);
            for (int b = 0; b < Sequences; b++, alpha += Stride, weight += Stride)
            {
                if (t >= Lengths[b]) { Fill(alpha, 0); Fill(weight, 0); continue; }
                if (t == 0) logZ[b] = ExpOverMax(initial + b * initialStride, alpha);
                logZ[b] += ExpOverMax(likelihood + ((long)b * T + t) * K, weight);
                logZ[b] += Normalise(alpha, weight);
            }
        }
    }

    /// <summary>β, u and the marginals.</summary>
    /// <param name="marginals">p(z_t = k), [sequences, T, K].</param>
    /// <param name="logZ">Set to NaN where β leaves the range in which scaled messages are exact.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(double* marginals, double* logZ)
    {
        for (int t = T - 1; t >= 0; t--)
        {
            long row = (long)t * Width;
            if (t < T - 1) Multiply(new Left(Onward + row + Width, Stride, 1), Transposed, Future + row, Stride, Sequences, K, Width, fresh: true);
            for (int b = 0; b < Sequences; b++, row += Stride)
            {
                if (t >= Lengths[b] - 1) Fill(Future + row, t == Lengths[b] - 1 ? 1 : 0);
                double* marginal = marginals + ((long)b * T + t) * K;
                Vector512<double> most = default;
                for (int k = 0; k < Width; k += Lanes)
                {
                    Vector512<double> beta = Vector512.Load(Future + row + k);
                    most = Vector512.Max(most, beta);
                    (Vector512.Load(Weight + row + k) * beta).Store(Onward + row + k);
                    StorePart(Vector512.Load(Filtered + row + k) * beta, marginal, k);
                }
                if (Vector512.GreaterThanAny(most, Vector512.Create(Reach))) logZ[b] = double.NaN;
            }
        }
    }

    /// <summary>Σ_t α_t u_{t+1}ᵀ of sequence b: pair marginals, but for the factor P.</summary>
    public void PairSum(int b, double* pairs) => AddOuterProducts(b, Filtered, Onward, pairs, fresh: true);

    /// <summary>Clears the messages of a sequence that scaled messages cannot represent, so that nothing flows back through them.</summary>
    public void Forget(int b)
    {
        foreach (nint messages in (nint[])[(nint)Filtered, (nint)Future, (nint)Weight, (nint)Onward])
            for (int t = 0; t < T; t++) Fill((double*)messages + b * Stride + (long)t * Width, 0);
    }

    /// <summary>α̇, and G_t − s_t in place of G_t.</summary>
    /// <param name="weighted">P∘H of each sequence, [sequences, Width, Width]; null when H = 0.</param>
    /// <param name="score">G on entry, [sequences, T, Width].</param>
    /// <param name="tangent">Set to α̇, [sequences, T, Width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AdjointForward(double* weighted, double* score, double* tangent)
    {
        bool moved = weighted is not null;
        for (int b = 0; moved && b < Sequences; b++)
            Multiply(new Left(Filtered + b * Stride, Width, 1), weighted + (long)b * Width * Width, tangent + b * Stride + Width, Width, T - 1, K, Width, fresh: true);
        for (int t = 0; t < T; t++)
        {
            long row = (long)t * Width;
            if (t > 0) Multiply(new Left(tangent + row - Width, Stride, 1), Transition, tangent + row, Stride, Sequences, K, Width, fresh: !moved);
            for (int b = 0; b < Sequences; b++, row += Stride)
            {
                if (t == 0) Fill(tangent + row, 0);
                Vector512<double> sum = default;
                for (int k = 0; k < Width; k += Lanes)
                {
                    Vector512<double> raw = Vector512.Load(tangent + row + k) * Vector512.Load(Weight + row + k);
                    raw = Vector512.FusedMultiplyAdd(Vector512.Load(Filtered + row + k), Vector512.Load(score + row + k), raw);
                    raw.Store(tangent + row + k);
                    sum += raw;
                }
                Vector512<double> mean = Vector512.Create(Vector512.Sum(sum));
                for (int k = 0; k < Width; k += Lanes)
                {
                    (Vector512.Load(tangent + row + k) - mean * Vector512.Load(Filtered + row + k)).Store(tangent + row + k);
                    (Vector512.Load(score + row + k) - mean).Store(score + row + k);
                }
            }
        }
    }

    /// <summary>v, and the adjoint of ℓ.</summary>
    /// <param name="weighted">(P∘H)ᵀ of each sequence, [sequences, Width, Width]; null when H = 0.</param>
    /// <param name="score">G_t − s_t, [sequences, T, Width].</param>
    /// <param name="tangent">α̇, [sequences, T, Width].</param>
    /// <param name="logZ">g, the cotangent of log Z, [sequences].</param>
    /// <param name="onward">Set to v, [sequences, T, Width].</param>
    /// <param name="likelihood">Set to ∂ℓ, [sequences, T, K].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AdjointBackward(double* weighted, double* score, double* tangent, double* logZ, double* onward, double* likelihood)
    {
        bool moved = weighted is not null;
        for (int b = 0; moved && b < Sequences; b++)
            Multiply(new Left(Onward + b * Stride + Width, Width, 1), weighted + (long)b * Width * Width, onward + b * Stride, Width, T - 1, K, Width, fresh: true);
        for (int t = T - 1; t >= 0; t--)
        {
            long row = (long)t * Width;
            if (t < T - 1) Multiply(new Left(onward + row + Width, Stride, 1), Transposed, onward + row, Stride, Sequences, K, Width, fresh: !moved);
            for (int b = 0; b < Sequences; b++, row += Stride)
            {
                if (t >= Lengths[b] - 1) Fill(onward + row, t == Lengths[b] - 1 ? logZ[b] : 0);
                double* gradient = likelihood + ((long)b * T + t) * K;
                for (int k = 0; k < Width; k += Lanes)
                {
                    Vector512<double> later = Vector512.Load(onward + row + k);
                    Vector512<double> moment = Vector512.Load(tangent + row + k) * Vector512.Load(Future + row + k);
                    StorePart(Vector512.FusedMultiplyAdd(Vector512.Load(Filtered + row + k), later, moment), gradient, k);
                    Vector512<double> own = Vector512.Load(Onward + row + k) * Vector512.Load(score + row + k);
                    Vector512.FusedMultiplyAdd(Vector512.Load(Weight + row + k), later, own).Store(onward + row + k);
                }
            }
        }
    }

    /// <summary>Adds Σ_t (α̇_t u_{t+1}ᵀ + α_t v_{t+1}ᵀ) of sequence b: the adjoint of log A, but for the factor P and the direct term.</summary>
    public void AddAdjointPairs(int b, double* tangent, double* onward, double* pairs)
    {
        AddOuterProducts(b, tangent, Onward, pairs, fresh: false);
        AddOuterProducts(b, Filtered, onward, pairs, fresh: false);
    }

    /// <summary>Adds Σ_t left_t right_{t+1}ᵀ of sequence b.</summary>
    private void AddOuterProducts(int b, double* left, double* right, double* sum, bool fresh)
    {
        left += b * Stride;
        right += b * Stride + Width;
        int pairs = (int)Lengths[b] - 1;
        for (int t = 0; t < pairs || fresh; t += TimeBlock, fresh = false)
        {
            long start = (long)t * Width;
            Multiply(new Left(left + start, 1, Width), right + start, sum, Width, K, Math.Min(TimeBlock, pairs - t), Width, fresh);
        }
    }

    /// <summary>row = exp(log − max), padded with zeros; returns max.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double ExpOverMax(double* log, double* row)
    {
        Unsafe.CopyBlockUnaligned(row, log, (uint)(K * sizeof(double)));
        for (int k = K; k < Width; k++) row[k] = double.NegativeInfinity;
        Vector512<double> most = Vector512.Load(row);
        for (int k = Lanes; k < Width; k += Lanes) most = Vector512.Max(most, Vector512.Load(row + k));
        double max = most[0];
        for (int lane = 1; lane < Lanes; lane++) max = Math.Max(max, most[lane]);
        for (int k = 0; k < Width; k += Lanes) Vector512.Exp(Vector512.Load(row + k) - Vector512.Create(max)).Store(row + k);
        return max;
    }

    /// <summary>Multiplies α by L and divides both by c; returns log c, or NaN when c is too small to trust.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Normalise(double* alpha, double* weight)
    {
        Vector512<double> sum = default;
        for (int k = 0; k < Width; k += Lanes) sum = Vector512.FusedMultiplyAdd(Vector512.Load(alpha + k), Vector512.Load(weight + k), sum);
        double c = Vector512.Sum(sum);
        Vector512<double> scale = Vector512.Create(1 / c);
        for (int k = 0; k < Width; k += Lanes)
        {
            Vector512<double> w = Vector512.Load(weight + k) * scale;
            w.Store(weight + k);
            (Vector512.Load(alpha + k) * w).Store(alpha + k);
        }
        return c >= 1 / Reach ? Math.Log(c) : double.NaN;
    }

    private void Fill(double* row, double value) => new Span<double>(row, Width).Fill(value);

    /// <summary>Stores the entries k.. of a row of K that a vector holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StorePart(Vector512<double> value, double* row, int k)
    {
        if (k + Lanes <= K) value.Store(row + k);
        else for (int lane = 0; lane < K - k; lane++) row[k + lane] = value[lane];
    }
}
