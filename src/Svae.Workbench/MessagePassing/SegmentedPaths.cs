using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Whole paths through a hidden semi-Markov model: the heaviest by dynamic programming over (state k, time steps r that remain), and draws by
/// forward filtering, backward sampling. What came before (k, r) is (k, r + 1), or (i, 1) for any i.
/// </summary>
internal static class SegmentedPaths
{
    /// <summary>δ_t[k,r] = max(δ_{t−1}[k,r+1], max_i(δ_{t−1}[i,1] + log A[i,k]) + log P[k,r]) + ℓ_t[k], and back along what was chosen.</summary>
    public static SegmentedPath MostProbable(HsmmPotentials potentials, HmmShape shape)
    {
        var model = new Model(potentials, shape);
        var (B, T, K, lengths) = shape;
        long[] states = new long[B * T], remaining = new long[B * T];
        Array.Fill(states, -1);
        Array.Fill(remaining, -1);
        for (int b = 0; b < B; b++) Decode(model, b, states.AsSpan(b * T, (int)lengths[b]), remaining.AsSpan(b * T, (int)lengths[b]));
        Device device = potentials.LogLikelihood.device;
        return new SegmentedPath(tensor(states, [B, T], device: device), tensor(remaining, [B, T], device: device));
    }

    /// <summary>Independent draws, [S, B, T].</summary>
    public static SegmentedPath Sample(HsmmPotentials potentials, HmmShape shape, Generator generator, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var model = new Model(potentials, shape);
        var (B, T, K, lengths) = shape;
        double[] filtered = Model.ToArray(LogSpaceHiddenSemiMarkov.Filter(potentials, shape)), uniform = Model.ToArray(rand([count, B, T], ScalarType.Float64, generator: generator));
        long[] states = new long[count * B * T], remaining = new long[count * B * T];
        Array.Fill(states, -1);
        Array.Fill(remaining, -1);
        var weights = new double[K + 1];
        for (int s = 0; s < count * B; s++)
        {
            int b = s % B, last = (int)lengths[b] - 1;
            ReadOnlySpan<double> Alpha(int t) => filtered.AsSpan((b * T + t) * model.Pairs, model.Pairs);
            int at = PathSampler.Draw(Alpha(last).ToArray(), uniform[s * T + last]);
            for (int t = last; ; t--)
            {
                int k = at / model.D, r = at % model.D;
                (states[s * T + t], remaining[s * T + t]) = (k, r + 1);
                if (t == 0) break;
                ReadOnlySpan<double> before = Alpha(t - 1);
                for (int i = 0; i < K; i++) weights[i] = before[i * model.D] + model.Transition(b, i, k) + model.Duration(b, k, r);
                weights[K] = r + 1 < model.D ? before[at + 1] : double.NegativeInfinity;
                int came = PathSampler.Draw(weights, uniform[s * T + t - 1]);
                at = came == K ? at + 1 : came * model.D;
            }
        }
        Device device = potentials.LogLikelihood.device;
        return new SegmentedPath(
            tensor(states, [count, B, T], device: device).MoveToOuterDisposeScope(), tensor(remaining, [count, B, T], device: device).MoveToOuterDisposeScope());
    }

    private static void Decode(Model model, int b, Span<long> states, Span<long> remaining)
    {
        int T = states.Length, K = model.K, D = model.D;
        double[] best = new double[model.Pairs], next = new double[model.Pairs];
        var entered = new bool[T * model.Pairs];
        var from = new int[T * K];
        for (int t = 0; t < T; t++)
        {
            for (int k = 0; k < K; k++)
            {
                double enter = t == 0 ? model.Initial(b, k) : double.NegativeInfinity;
                for (int i = 0; t > 0 && i < K; i++)
                    if (best[i * D] + model.Transition(b, i, k) is var weight && weight > enter) (enter, from[t * K + k]) = (weight, i);
                for (int r = 0, at = k * D; r < D; r++, at++)
                {
                    double whole = enter + model.Duration(b, k, r), going = t > 0 && r + 1 < D ? best[at + 1] : double.NegativeInfinity;
                    entered[t * model.Pairs + at] = whole >= going;
                    next[at] = Math.Max(whole, going) + model.Likelihood(b, t, k);
                }
            }
            if (next.Max() == double.NegativeInfinity) throw new ImpossibleSequenceException(b, t);
            (best, next) = (next, best);
        }
        for (int t = T - 1, at = Array.IndexOf(best, best.Max()); t >= 0; t--)
        {
            int k = at / D;
            (states[t], remaining[t]) = (k, at % D + 1);
            at = entered[t * model.Pairs + at] ? from[t * K + k] * D : at + 1;
        }
    }

    /// <summary>The potentials as plain numbers, whether shared by the batch or not.</summary>
    private sealed class Model(HsmmPotentials potentials, HmmShape shape)
    {
        private readonly double[] initial = ToArray(potentials.LogInitial), transition = ToArray(potentials.LogTransition);
        private readonly double[] duration = ToArray(potentials.LogDuration), likelihood = ToArray(potentials.LogLikelihood);
        private readonly bool ownInitial = potentials.LogInitial.dim() == 2, ownTransition = potentials.LogTransition.dim() == 3, ownDuration = potentials.LogDuration.dim() == 3;

        public int K { get; } = shape.K;
        public int D { get; } = (int)potentials.LogDuration.shape[^1];

        /// <summary>K·D; (k, r) is number k·D + r − 1.</summary>
        public int Pairs => K * D;

        public double Initial(int b, int k) => initial[(ownInitial ? b * K : 0) + k];
        public double Transition(int b, int i, int k) => transition[((ownTransition ? b * K : 0) + i) * K + k];
        public double Duration(int b, int k, int r) => duration[((ownDuration ? b * K : 0) + k) * D + r];
        public double Likelihood(int b, int t, int k) => likelihood[((long)b * shape.T + t) * K + k];

        public static double[] ToArray(Tensor value)
        {
            using Tensor local = value.detach().cpu().contiguous();
            return local.data<double>().ToArray();
        }
    }
}
