using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Svae.Workbench.MessagePassing.PaddedRow;
using static Svae.Workbench.MessagePassing.RowProduct;

namespace Svae.Workbench.MessagePassing;

// The tangent of both passes, which is the adjoint of the counts.
internal sealed unsafe partial class ScaledHiddenSemiMarkov
{
    /// <summary>What the potentials move along: the cotangents of the counts.</summary>
    /// <param name="marginals">G, the direction of ℓ, [T, K]; null when zero.</param>
    /// <param name="starts">S, the direction of σ, [T, K]; null when zero.</param>
    /// <param name="moved">A ∘ H, H the direction of log A, [K, Width].</param>
    /// <param name="durations">R, the direction of log P, [K, Row].</param>
    public readonly struct Direction(double* marginals, double* starts, double* moved, double* durations)
    {
        public readonly double* Marginals = marginals, Starts = starts, Moved = moved, Durations = durations;
    }

    private double* EndingTangent => Rows + 4L * T * Width;
    private double* EnteringTangent => Rows + 5L * T * Width;
    private double* LikelihoodTangent => Rows + 6L * T * Width;
    private double* OnwardTangent => Rows + 7L * T * Width;

    /// <summary>α̇, ė and the tangent of log L.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForwardTangent(Direction direction)
    {
        for (int t = 0; t < T; t++)
        {
            long row = (long)t * Width;
            double* enter = Entering + row, own = Likelihood + row, enterTangent = EnteringTangent + row, ownTangent = LikelihoodTangent + row;
            double* alpha = Filtered + t * Step, tangent = FilteredTangent + t * Step, before = tangent - Step;
            if (t == 0) Fill(enterTangent, Width, 0);
            else
            {
                Multiply(new Left(Ending + row - Width, Width, 1), direction.Moved, Width, enterTangent, Width, 1, K, Width, fresh: true);
                Multiply(new Left(EndingTangent + row - Width, Width, 1), Transition, Width, enterTangent, Width, 1, K, Width, fresh: false);
                Scale(enterTangent, Width, Entry);
            }
            double shift = 0;
            for (int k = 0; k < K; k++)
            {
                ownTangent[k] = At(direction.Marginals, t, k);
                enterTangent[k] += enter[k] * At(direction.Starts, t, k);
                Vector512<double> e = Vector512.Create(enter[k]), moves = Vector512.Create(enterTangent[k]);
                Vector512<double> scale = Vector512.Create(own[k]), toward = Vector512.Create(ownTangent[k]), sum = default;
                for (int r = 0, at = k * Row; r < Padded(D); r += Lanes, at += Lanes)
                {
                    Vector512<double> joint = Vector512.Load(Duration + at) * Vector512.FusedMultiplyAdd(e, Vector512.Load(direction.Durations + at), moves);
                    if (t > 0) joint += Vector512.Load(before + at + 1);
                    joint = Vector512.FusedMultiplyAdd(joint, scale, Vector512.Load(alpha + at) * toward);
                    joint.Store(tangent + at);
                    sum += joint;
                }
                Vector512<double>.Zero.Store(tangent + (k + 1) * Row - Lanes);
                shift += Vector512.Sum(sum);
            }
            for (long at = 0; at < Step; at += Lanes)
                Vector512.FusedMultiplyAdd(Vector512.Create(-shift), Vector512.Load(alpha + at), Vector512.Load(tangent + at)).Store(tangent + at);
            for (int k = 0; k < K; k++)
            {
                ownTangent[k] -= shift;
                EndingTangent[row + k] = tangent[k * Row];
            }
        }
    }

    /// <summary>The tangents of the counts plus g times the counts, which are the adjoints; β̇ carries g β with it.</summary>
    /// <param name="direction">As in <see cref="ForwardTangent"/>.</param>
    /// <param name="g">The cotangent of log Z.</param>
    /// <param name="likelihood">Set to ∂ℓ, [T, K].</param>
    /// <param name="initial">Set to ∂log π, [K].</param>
    /// <param name="transitions">Set to ∂log A short of the factor φ A and of H times the counts, [K, Width].</param>
    /// <param name="durations">Set to ∂log P short of the factor P, [K, Row].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void BackwardTangent(Direction direction, double g, double* likelihood, double* initial, double* transitions, double* durations)
    {
        double* beta = StartOf(Future, 0), earlier = StartOf(Future, 1), tangent = StartOf(FutureTangent, 0), earlierTangent = StartOf(FutureTangent, 1);
        BeginAtTheEnd(beta, earlier, 1);
        BeginAtTheEnd(tangent, earlierTangent, g);
        new Span<double>(durations, (int)Step).Clear();
        for (int t = T - 1; t >= 0; t--)
        {
            long row = (long)t * Width;
            double* enter = Entering + row, own = Likelihood + row, onward = Onward + row, alpha = Filtered + t * Step;
            double* enterTangent = EnteringTangent + row, ownTangent = LikelihoodTangent + row, onwardTangent = OnwardTangent + row, alphaTangent = FilteredTangent + t * Step;
            for (int k = 0; k < K; k++)
            {
                Vector512<double> occupied = default, moves = default;
                Vector512<double> weight = Vector512.Create(enter[k] * own[k]), toward = Vector512.Create((enterTangent[k] + enter[k] * ownTangent[k]) * own[k]);
                for (int r = 0, at = k * Row; r < Padded(D); r += Lanes, at += Lanes)
                {
                    Vector512<double> future = Vector512.Load(beta + at), later = Vector512.Load(tangent + at);
                    occupied = Vector512.FusedMultiplyAdd(Vector512.Load(alpha + at), later, occupied);
                    occupied = Vector512.FusedMultiplyAdd(Vector512.Load(alphaTangent + at), future, occupied);
                    Vector512<double> whole = Vector512.FusedMultiplyAdd(Vector512.Load(direction.Durations + at), future, later);
                    moves = Vector512.FusedMultiplyAdd(Vector512.Load(Duration + at), whole, moves);
                    Vector512.FusedMultiplyAdd(weight, whole, Vector512.FusedMultiplyAdd(toward, future, Vector512.Load(durations + at))).Store(durations + at);
                }
                likelihood[(long)t * K + k] = Vector512.Sum(occupied);
                onwardTangent[k] = own[k] * Vector512.Sum(moves) + onward[k] * ownTangent[k];
                if (t == 0) initial[k] = enterTangent[k] * onward[k] + enter[k] * onwardTangent[k];
                onwardTangent[k] += onward[k] * At(direction.Starts, t, k);
            }
            if (t == 0) break;
            AddProducts(tangent, beta, ownTangent);
            CountUp(tangent, earlierTangent, own);
            CountUp(beta, earlier, own);
            for (int k = 0; k < K; k++)
            {
                earlier[k * Row] = Entry * Dot(Transition + k * Width, onward);
                earlierTangent[k * Row] = Entry * (Dot(Transition + k * Width, onwardTangent) + Dot(direction.Moved + k * Width, onward));
            }
            Swap(ref beta, ref earlier);
            Swap(ref tangent, ref earlierTangent);
        }
        Multiply(new Left(EndingTangent, 1, Width), Onward + Width, Width, transitions, Width, K, T - 1, Width, fresh: true);
        Multiply(new Left(Ending, 1, Width), OnwardTangent + Width, Width, transitions, Width, K, T - 1, Width, fresh: false);
    }

    /// <summary>Adds factor[k] · rows[k, ·] to sum[k, ·].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddProducts(double* sum, double* rows, double* factor)
    {
        for (int k = 0; k < K; k++)
            for (int r = 0, at = k * Row; r < Padded(D); r += Lanes, at += Lanes)
                Vector512.FusedMultiplyAdd(Vector512.Create(factor[k]), Vector512.Load(rows + at), Vector512.Load(sum + at)).Store(sum + at);
    }

    private double At(double* cotangent, int t, int k) => cotangent == null ? 0 : cotangent[(long)t * K + k];
}
