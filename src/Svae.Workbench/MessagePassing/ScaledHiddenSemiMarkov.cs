using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Svae.Workbench.MessagePassing.PaddedRow;
using static Svae.Workbench.MessagePassing.RowProduct;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Forward–backward over (state k, time steps r that its segment still lasts) with scaled messages, and its tangent, for one sequence.
/// A time step costs K² + K·D: a segment is entered with one weight per state, and then only counts down.
/// </summary>
/// <remarks>
/// With <c>A, P, L</c> the exponentials of log A, log P, ℓ over their maxima, φ the exponential of the maxima of log A and log P, and
/// c_t so that <c>Σ α_t = 1</c> (which divides L_t from then on):
/// <code>
/// forward    e_t[j] = φ Σ_i α_{t−1}[i,1] A[i,j],  e_1 = π             α_t[k,r] = (α_{t−1}[k,r+1] + e_t[k] P[k,r]) L_t[k]
/// backward   s_t[j] = L_t[j] Σ_d P[j,d] β_t[j,d],  β_T = 1            β_{t−1}[k,1] = φ Σ_j A[k,j] s_t[j],   β_{t−1}[k,r] = L_t[k] β_t[k,r−1]
/// counts     p(z_t = k) = Σ_r α_t β_t,   starts e_t ∘ s_t,   transitions φ A ∘ Σ_t α_{t−1}[·,1] s_tᵀ,   durations P ∘ Σ_t e_t L_t β_t
/// </code>
/// With a weight σ_t[k] on entering state k at t, all counts are gradients of log Z: of ℓ, σ, log A and log P. Their Jacobian is therefore
/// symmetric, so the adjoint of the counts for cotangents (G, S, H, R) is their tangent as the potentials move along (G, S, H, R),
/// as in <see cref="ScaledForwardBackward"/>. Dots are tangents; κ_t keeps <c>Σ α̇_t = 0</c>, and moves c_t with it.
/// </remarks>
internal sealed unsafe partial class ScaledHiddenSemiMarkov
{
    /// <summary>States, durations, time steps of this sequence.</summary>
    public required int K, D, T;

    /// <summary>φ, the common factor of entering a segment after the first.</summary>
    public required double Entry;

    /// <summary>A, [K, Width], and P, [K, Row], zero in the padding.</summary>
    public required double* Transition, Duration;

    /// <summary>α and its tangent, [T, K, Row]; β and its tangent, twice [K, Row] with a vector of zeros before the first.</summary>
    public required double* Filtered, FilteredTangent, Future, FutureTangent;

    /// <summary>α[·, 1], e, L and s with their tangents, eight times [T, Width], zero in the padding.</summary>
    public required double* Rows;

    /// <summary>Room for the counts of starts where they are not wanted, [T, K].</summary>
    public required double* Scratch;

    /// <summary>Length of a row of states with its padding.</summary>
    public int Width => Padded(K);

    /// <summary>Length of a row of durations: its last vector stays zero, so that counting down may read past the end.</summary>
    public int Row => RowOf(D);

    public static int RowOf(int D) => Padded(D) + Lanes;

    private double* Ending => Rows;
    private double* Entering => Rows + (long)T * Width;
    private double* Likelihood => Rows + 2L * T * Width;
    private double* Onward => Rows + 3L * T * Width;

    private long Step => (long)K * Row;

    /// <summary>α, e, L; returns log Z, short of the maximum of log P, or NaN where scaled messages are not exact.</summary>
    /// <param name="initial">log π, [K].</param>
    /// <param name="likelihood">ℓ, [T, K].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Forward(double* initial, double* likelihood)
    {
        double logZ = ExpOverMax(initial, Entering, K);
        for (int t = 0; t < T; t++)
        {
            double* enter = Entering + (long)t * Width, own = Likelihood + (long)t * Width, alpha = Filtered + t * Step, before = alpha - Step;
            logZ += ExpOverMax(likelihood + (long)t * K, own, K);
            if (t > 0)
            {
                Multiply(new Left(Ending + (t - 1L) * Width, Width, 1), Transition, Width, enter, Width, 1, K, Width, fresh: true);
                Scale(enter, Width, Entry);
            }
            Vector512<double> sum = default;
            for (int k = 0; k < K; k++)
            {
                Vector512<double> e = Vector512.Create(enter[k]), scale = Vector512.Create(own[k]);
                for (int r = 0, at = k * Row; r < Padded(D); r += Lanes, at += Lanes)
                {
                    Vector512<double> joint = e * Vector512.Load(Duration + at);
                    if (t > 0) joint += Vector512.Load(before + at + 1);
                    joint *= scale;
                    joint.Store(alpha + at);
                    sum += joint;
                }
                Vector512<double>.Zero.Store(alpha + (k + 1) * Row - Lanes);
            }
            double c = Vector512.Sum(sum);
            if (!(c >= 1 / ScaledForwardBackward.Reach)) return double.NaN;
            Scale(alpha, Step, 1 / c);
            Scale(own, Width, 1 / c);
            for (int k = 0; k < K; k++) Ending[(long)t * Width + k] = alpha[k * Row];
            logZ += Math.Log(c);
        }
        return logZ;
    }

    /// <summary>s and the counts; false where β leaves the range in which scaled messages are exact.</summary>
    /// <param name="marginals">p(z_t = k), [T, K].</param>
    /// <param name="starts">p(a segment of state k starts at t), [T, K].</param>
    /// <param name="transitions">Set to Σ_t α_{t−1}[·,1] s_tᵀ, [K, Width].</param>
    /// <param name="durations">Set to Σ_t e_t L_t β_t, [K, Row].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Backward(double* marginals, double* starts, double* transitions, double* durations)
    {
        double* beta = StartOf(Future, 0), earlier = StartOf(Future, 1);
        BeginAtTheEnd(beta, earlier, 1);
        new Span<double>(durations, (int)Step).Clear();
        for (int t = T - 1; t >= 0; t--)
        {
            long row = (long)t * Width;
            double* enter = Entering + row, own = Likelihood + row, onward = Onward + row, alpha = Filtered + t * Step;
            Vector512<double> most = default;
            for (int k = 0; k < K; k++)
            {
                Vector512<double> occupied = default, entered = default, weight = Vector512.Create(enter[k] * own[k]);
                for (int r = 0, at = k * Row; r < Padded(D); r += Lanes, at += Lanes)
                {
                    Vector512<double> future = Vector512.Load(beta + at);
                    most = Vector512.Max(most, future);
                    occupied = Vector512.FusedMultiplyAdd(Vector512.Load(alpha + at), future, occupied);
                    entered = Vector512.FusedMultiplyAdd(Vector512.Load(Duration + at), future, entered);
                    Vector512.FusedMultiplyAdd(weight, future, Vector512.Load(durations + at)).Store(durations + at);
                }
                marginals[(long)t * K + k] = Vector512.Sum(occupied);
                onward[k] = own[k] * Vector512.Sum(entered);
                starts[(long)t * K + k] = enter[k] * onward[k];
            }
            if (Vector512.GreaterThanAny(most, Vector512.Create(ScaledForwardBackward.Reach))) return false;
            if (t == 0) break;
            CountUp(beta, earlier, own);
            for (int k = 0; k < K; k++) earlier[k * Row] = Entry * Dot(Transition + k * Width, onward);
            Swap(ref beta, ref earlier);
        }
        Multiply(new Left(Ending, 1, Width), Onward + Width, Width, transitions, Width, K, T - 1, Width, fresh: true);
        return true;
    }

    /// <summary>earlier[k, r] = own[k] · later[k, r − 1], zero past D; [k, 1] is left to the caller.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountUp(double* later, double* earlier, double* own)
    {
        Vector512<double> within = Vector512.LessThan(Vector512<double>.Indices, Vector512.Create((double)(D - Padded(D) + Lanes)));
        for (int k = 0; k < K; k++)
        {
            Vector512<double> scale = Vector512.Create(own[k]);
            for (int r = 0, at = k * Row; r < Padded(D); r += Lanes, at += Lanes)
            {
                Vector512<double> moved = scale * Vector512.Load(later + at - 1);
                (r + Lanes <= D ? moved : moved & within).Store(earlier + at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Dot(double* left, double* right)
    {
        Vector512<double> sum = default;
        for (int k = 0; k < Width; k += Lanes) sum = Vector512.FusedMultiplyAdd(Vector512.Load(left + k), Vector512.Load(right + k), sum);
        return Vector512.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(double* row, long length, double factor)
    {
        for (long i = 0; i < length; i += Lanes) (Vector512.Load(row + i) * Vector512.Create(factor)).Store(row + i);
    }

    /// <summary>β_T, a row of ones (or another value) for each state, and cleared room for β_{T−1}.</summary>
    private void BeginAtTheEnd(double* last, double* earlier, double value)
    {
        foreach (nint rows in (nint[])[(nint)last, (nint)earlier]) new Span<double>((double*)rows - Lanes, (int)Step + Lanes).Clear();
        for (int k = 0; k < K; k++) Fill(last + k * Row, D, value);
    }

    /// <summary>One of two messages, each with a vector of zeros before it, because counting up reads one entry before a row.</summary>
    private double* StartOf(double* pair, int index) => pair + index * (Step + Lanes) + Lanes;

    private static void Swap(ref double* one, ref double* other)
    {
        double* kept = one;
        one = other;
        other = kept;
    }
}
