using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Forward filtering, backward sampling: <c>z_T ~ α_T</c>, then <c>z_t ~ p(z_t | z_{t+1}, y_1..t) ∝ α_t[z_t] A[z_t, z_{t+1}]</c>,
/// by inverting the cumulative distribution at one uniform number per state drawn.
/// </summary>
internal static class PathSampler
{
    public static Tensor Sample(HmmPotentials potentials, HmmShape shape, Generator generator, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var (B, T, K, lengths) = shape;
        double[] filtered = ToArray(LogSpaceForwardBackward.Filter(potentials, shape)), transition = ToArray(potentials.LogTransition);
        double[] uniform = ToArray(rand([count, B, T], ScalarType.Float64, generator: generator));
        int own = potentials.LogTransition.dim() == 3 ? K * K : 0;
        var paths = new long[count * B * T];
        Array.Fill(paths, -1);
        var weights = new double[K];
        for (int s = 0; s < count * B; s++)
        {
            int b = s % B, next = -1;
            for (int t = (int)lengths[b] - 1; t >= 0; t--)
            {
                ReadOnlySpan<double> alpha = filtered.AsSpan((b * T + t) * K, K);
                for (int k = 0; k < K; k++) weights[k] = alpha[k] + (next < 0 ? 0 : transition[b * own + k * K + next]);
                paths[s * T + t] = next = Draw(weights, uniform[s * T + t]);
            }
        }
        return tensor(paths, [count, B, T], device: potentials.LogLikelihood.device).MoveToOuterDisposeScope();
    }

    /// <summary>The state in which the cumulative distribution passes u; log-weights on entry, overwritten.</summary>
    public static int Draw(Span<double> weights, double u)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (double weight in weights) max = Math.Max(max, weight);
        foreach (ref double weight in weights) sum += weight = Math.Exp(weight - max);
        int state = 0, last = 0;
        for (double left = u * sum; state < weights.Length; state++)
        {
            if (weights[state] == 0) continue;
            if ((left -= weights[last = state]) < 0) break;
        }
        return last; // not past the last possible state, whatever rounding left over
    }

    private static double[] ToArray(Tensor value)
    {
        using Tensor local = value.detach().cpu().contiguous();
        return local.data<double>().ToArray();
    }
}
