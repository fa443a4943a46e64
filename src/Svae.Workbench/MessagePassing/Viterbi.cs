using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>The most probable path by dynamic programming (Viterbi 1967): δ_t[j] = max_i(δ_{t−1}[i] + log A[i,j]) + ℓ_t[j].</summary>
internal static class Viterbi
{
    public static Tensor MostProbablePath(HmmPotentials potentials, HmmShape shape)
    {
        double[] initial = ToArray(potentials.LogInitial), transition = ToArray(potentials.LogTransition), likelihood = ToArray(potentials.LogLikelihood);
        var (B, T, K, lengths) = shape;
        var path = new long[B * T];
        Array.Fill(path, -1);
        for (int b = 0; b < B; b++)
        {
            int own = potentials.LogInitial.dim() == 2 ? b * K : 0, ownPairs = potentials.LogTransition.dim() == 3 ? b * K * K : 0;
            Decode(b, initial.AsSpan(own, K), transition.AsSpan(ownPairs, K * K),
                likelihood.AsSpan(b * T * K, (int)lengths[b] * K), path.AsSpan(b * T, (int)lengths[b]));
        }
        return tensor(path, [B, T], device: potentials.LogLikelihood.device);
    }

    private static void Decode(int sequence, ReadOnlySpan<double> initial, ReadOnlySpan<double> transition, ReadOnlySpan<double> likelihood, Span<long> path)
    {
        int T = path.Length, K = initial.Length;
        var best = new double[K];
        var next = new double[K];
        var from = new int[T * K];
        for (int k = 0; k < K; k++) best[k] = initial[k] + likelihood[k];
        RequireReached(best, sequence, 0);
        for (int t = 1; t < T; t++)
        {
            Array.Fill(next, double.NegativeInfinity);
            Span<int> cameFrom = from.AsSpan(t * K, K);
            for (int i = 0; i < K; i++)
                for (int j = 0; j < K; j++)
                    if (best[i] + transition[i * K + j] is var weight && weight > next[j])
                        (next[j], cameFrom[j]) = (weight, i);
            for (int k = 0; k < K; k++) next[k] += likelihood[t * K + k];
            RequireReached(next, sequence, t);
            (best, next) = (next, best);
        }
        int state = Array.IndexOf(best, best.Max());
        for (int t = T - 1; t >= 0; state = from[t-- * K + state]) path[t] = state;
    }

    private static void RequireReached(double[] weights, int sequence, int timeStep)
    {
        if (weights.Max() == double.NegativeInfinity) throw new ImpossibleSequenceException(sequence, timeStep);
    }

    private static double[] ToArray(Tensor value)
    {
        using Tensor local = value.detach().cpu().contiguous();
        return local.data<double>().ToArray();
    }
}
