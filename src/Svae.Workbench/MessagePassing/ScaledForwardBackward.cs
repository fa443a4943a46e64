using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Svae.Workbench.MessagePassing.PaddedRow;
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
/// Message entries lost to underflow belong to paths whose posterior weight is below 1e-304 · max β/c: the numbers are exact as long as
/// no β and no 1/c is huge. A sequence where one is gets log Z = NaN, and its other numbers mean nothing.
/// </remarks>
internal sealed unsafe class ScaledForwardBackward
{
    /// <summary>Largest β and 1/c for which what underflows is surely negligible.</summary>
    public const double Reach = 1e120;

    /// <summary>Rows that a sum of outer products reads at once: few enough to stay in the cache.</summary>
    private const int RowBlock = 64;

    /// <summary>Number of states, the same padded to whole vectors, and the time steps kept for each sequence.</summary>
    public required int K, Width, T;

    /// <summary>True length of each sequence of the group.</summary>
    public required long[] Lengths;

    /// <summary>P and Pᵀ, [Width, Width], zero-padded.</summary>
    public required double* Transition, Transposed;

    /// <summary>α, β, w and u, each [T, sequences, Width], so that a time step is contiguous; zero past a sequence's length, and all but β in the padding.</summary>
    public required double* Filtered, Future, Weight, Onward;

    private int Sequences => Lengths.Length;

    /// <summary>Doubles from one time step of a message to the next.</summary>
    private long Step => (long)Sequences * Width;

    /// <summary>α, w and log Z (short of the maximum taken out of log A) from log π and ℓ.</summary>
    /// <param name="initial">log π, [K] or [sequences, K].</param>
    /// <param name="initialStride">0 when log π is shared, else K.</param>
    /// <param name="likelihood">ℓ, [sequences, T, K].</param>
    /// <param name="logZ">[sequences].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(double* initial, int initialStride, double* likelihood, double* logZ)
    {
        double* evidence = stackalloc double[Sequences]; // Π c_t since the last logarithm: few of them are enough
        Fill(evidence, Sequences, 1);
        for (int t = 0; t < T; t++)
        {
            double* alpha = Filtered + t * Step, weight = Weight + t * Step;
            if (t > 0) Multiply(new Left(alpha - Step, Width, 1), Transition, Width, alpha, Width, Sequences, K, Width, fresh: true);
            for (int b = 0; b < Sequences; b++, alpha += Width, weight += Width)
            {
                if (t >= Lengths[b]) { Fill(alpha, Width, 0); Fill(weight, Width, 0); continue; }
                if (t == 0) logZ[b] = ExpOverMax(initial + b * initialStride, alpha, K);
                logZ[b] += ExpOverMax(likelihood + ((long)b * T + t) * K, weight, K);
                evidence[b] *= Normalise(alpha, weight);
                if (evidence[b] is > 1 / Reach and < Reach) continue;
                logZ[b] += Math.Log(evidence[b]);
                evidence[b] = 1;
            }
        }
        for (int b = 0; b < Sequences; b++) logZ[b] += Math.Log(evidence[b]);
    }

    /// <summary>β, u and the marginals.</summary>
    /// <param name="marginals">p(z_t = k), [sequences, T, K].</param>
    /// <param name="logZ">Set to NaN where β leaves the range in which scaled messages are exact.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(double* marginals, double* logZ)
    {
        for (int t = T - 1; t >= 0; t--)
        {
            long row = t * Step;
            if (t < T - 1) Multiply(new Left(Onward + row + Step, Width, 1), Transposed, Width, Future + row, Width, Sequences, K, Width, fresh: true);
            for (int b = 0; b < Sequences; b++, row += Width)
            {
                if (t >= Lengths[b] - 1) Fill(Future + row, Width, t == Lengths[b] - 1 ? 1 : 0);
                double* marginal = marginals + ((long)b * T + t) * K;
                Vector512<double> most = default;
                for (int k = 0; k < Width; k += Lanes)
                {
                    Vector512<double> beta = Vector512.Load(Future + row + k);
                    most = Vector512.Max(most, beta);
                    (Vector512.Load(Weight + row + k) * beta).Store(Onward + row + k);
                    StorePart(Vector512.Load(Filtered + row + k) * beta, marginal, k, K);
                }
                if (Vector512.GreaterThanAny(most, Vector512.Create(Reach))) logZ[b] = double.NaN;
            }
        }
    }

    /// <summary>Pair marginals P ∘ Σ_t α_t u_{t+1}ᵀ of sequence b, summed over time, [K, K].</summary>
    /// <param name="b">Index in the group.</param>
    /// <param name="square">Scratch, [Width, Width].</param>
    /// <param name="pairs">Set to Σ_t p(z_t, z_{t+1}), [K, K].</param>
    public void PairSum(int b, double* square, double* pairs)
    {
        AddOuterProducts(Filtered + (long)b * Width, Onward + Step + (long)b * Width, Step, (int)Lengths[b] - 1, square, fresh: true);
        for (int i = 0; i < K; i++)
            for (int j = 0; j < Width; j += Lanes)
                StorePart(Vector512.Load(square + i * Width + j) * Vector512.Load(Transition + i * Width + j), pairs + i * K, j, K);
    }

    /// <summary>Clears the messages of a sequence that scaled messages cannot represent, so that nothing flows back through them.</summary>
    public void Forget(int b)
    {
        foreach (nint messages in (nint[])[(nint)Filtered, (nint)Future, (nint)Weight, (nint)Onward])
            for (int t = 0; t < T; t++) Fill((double*)messages + t * Step + (long)b * Width, Width, 0);
    }

    /// <summary>u = w ∘ β again: the adjoint needs it, but it is not worth keeping.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void RestoreOnward()
    {
        for (long i = 0; i < T * Step; i += Lanes) (Vector512.Load(Weight + i) * Vector512.Load(Future + i)).Store(Onward + i);
    }

    /// <summary>What H alone contributes: α_{t−1}(P∘H) in the rows t of α̇, (P∘H) u_{t+1} in the rows t of v, and H ∘ Σ_t p(z_t, z_{t+1}).</summary>
    /// <param name="pairs">H, [sequences, K, K].</param>
    /// <param name="sums">Σ_t p(z_t, z_{t+1}), [sequences, K, K].</param>
    /// <param name="squares">Scratch, [2, Width, Width].</param>
    /// <param name="tangent">α̇ to be, [T, sequences, Width].</param>
    /// <param name="onward">v to be, [T, sequences, Width].</param>
    /// <param name="transition">H ∘ Σ_t p(z_t, z_{t+1}) is added to it, [Width, Width]; null when it is not wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AdjointPairs(double* pairs, double* sums, double* squares, double* tangent, double* onward, double* transition)
    {
        double* moved = squares, transposed = squares + (long)Width * Width;
        Fill(squares, 2 * Width * Width, 0); // the padding stays zero
        for (int b = 0; b < Sequences; b++, pairs += (long)K * K, sums += (long)K * K)
        {
            for (int i = 0; i < K; i++)
                for (int k = 0; k < Width; k += Lanes)
                {
                    Vector512<double> H = LoadPart(pairs + i * K, k, K);
                    (Vector512.Load(Transition + i * Width + k) * H).Store(moved + i * Width + k);
                    if (transition is not null)
                        Vector512.FusedMultiplyAdd(H, LoadPart(sums + i * K, k, K), Vector512.Load(transition + i * Width + k)).Store(transition + i * Width + k);
                }
            for (int j = 0; j < K; j++)
                for (int i = 0; i < K; i++) transposed[j * Width + i] = moved[i * Width + j];
            long row = (long)b * Width;
            Multiply(new Left(Filtered + row, Step, 1), moved, Width, tangent + row + Step, Step, T - 1, K, Width, fresh: true);
            Multiply(new Left(Onward + row + Step, Step, 1), transposed, Width, onward + row, Step, T - 1, K, Width, fresh: true);
        }
    }

    /// <summary>α̇ and s.</summary>
    /// <param name="hasPairs">Did <see cref="AdjointPairs"/> fill the tangent before?</param>
    /// <param name="marginals">G, [sequences, T, K]; null when zero.</param>
    /// <param name="tangent">Set to α̇, [T, sequences, Width].</param>
    /// <param name="shift">Set to s, [sequences, T].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AdjointForward(bool hasPairs, double* marginals, double* tangent, double* shift)
    {
        for (int t = 0; t < T; t++)
        {
            long row = t * Step;
            if (t > 0) Multiply(new Left(tangent + row - Step, Width, 1), Transition, Width, tangent + row, Width, Sequences, K, Width, fresh: !hasPairs);
            for (int b = 0; b < Sequences; b++, row += Width)
            {
                if (t == 0) Fill(tangent + row, Width, 0);
                double* score = marginals is null ? null : marginals + ((long)b * T + t) * K;
                Vector512<double> sum = default;
                for (int k = 0; k < Width; k += Lanes)
                {
                    Vector512<double> raw = Vector512.Load(tangent + row + k) * Vector512.Load(Weight + row + k);
                    if (score is not null) raw = Vector512.FusedMultiplyAdd(Vector512.Load(Filtered + row + k), LoadPart(score, k, K), raw);
                    raw.Store(tangent + row + k);
                    sum += raw;
                }
                double s = shift[b * T + t] = Vector512.Sum(sum);
                for (int k = 0; k < Width; k += Lanes)
                    Vector512.FusedMultiplyAdd(Vector512.Create(-s), Vector512.Load(Filtered + row + k), Vector512.Load(tangent + row + k)).Store(tangent + row + k);
            }
        }
    }

    /// <summary>v, and the adjoint of ℓ.</summary>
    /// <param name="hasPairs">Did <see cref="AdjointPairs"/> fill v before?</param>
    /// <param name="logZ">g, [sequences].</param>
    /// <param name="marginals">G, [sequences, T, K]; null when zero.</param>
    /// <param name="tangent">α̇, [T, sequences, Width].</param>
    /// <param name="shift">s, [sequences, T].</param>
    /// <param name="onward">Set to v, [T, sequences, Width].</param>
    /// <param name="likelihood">Set to ∂ℓ, [sequences, T, K].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AdjointBackward(bool hasPairs, double* logZ, double* marginals, double* tangent, double* shift, double* onward, double* likelihood)
    {
        for (int t = T - 1; t >= 0; t--)
        {
            long row = t * Step;
            if (t < T - 1) Multiply(new Left(onward + row + Step, Width, 1), Transposed, Width, onward + row, Width, Sequences, K, Width, fresh: !hasPairs);
            for (int b = 0; b < Sequences; b++, row += Width)
            {
                if (t >= Lengths[b] - 1) Fill(onward + row, Width, t == Lengths[b] - 1 ? logZ[b] : 0);
                long at = ((long)b * T + t) * K;
                double* score = marginals is null ? null : marginals + at;
                Vector512<double> s = Vector512.Create(shift[b * T + t]);
                for (int k = 0; k < Width; k += Lanes)
                {
                    Vector512<double> later = Vector512.Load(onward + row + k);
                    Vector512<double> moment = Vector512.Load(tangent + row + k) * Vector512.Load(Future + row + k);
                    StorePart(Vector512.FusedMultiplyAdd(Vector512.Load(Filtered + row + k), later, moment), likelihood + at, k, K);
                    Vector512<double> own = Vector512.Load(Onward + row + k) * ((score is null ? default : LoadPart(score, k, K)) - s);
                    Vector512.FusedMultiplyAdd(Vector512.Load(Weight + row + k), later, own).Store(onward + row + k);
                }
            }
        }
    }

    /// <summary>Adds Σ_t (α̇_t u_{t+1}ᵀ + α_t v_{t+1}ᵀ) over all sequences: the adjoint of log A, but for the factor P and the direct term.</summary>
    public void AddAdjointPairs(double* tangent, double* onward, double* pairs)
    {
        AddOuterProducts(tangent, Onward + Step, Width, (T - 1) * Sequences, pairs, fresh: false);
        AddOuterProducts(Filtered, onward + Step, Width, (T - 1) * Sequences, pairs, fresh: false);
    }

    /// <summary>Adds Σ_r left_r right_rᵀ over rows that lie a stride apart.</summary>
    private void AddOuterProducts(double* left, double* right, long stride, int rows, double* sum, bool fresh)
    {
        for (int r = 0; r < rows || fresh; r += RowBlock, fresh = false)
            Multiply(new Left(left + r * stride, 1, stride), right + r * stride, stride, sum, Width, K, Math.Min(RowBlock, rows - r), Width, fresh);
    }

    /// <summary>Multiplies α by L and divides both by c; returns c, or NaN when it is too small to trust.</summary>
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
        return c >= 1 / Reach ? c : double.NaN;
    }
}
