using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Merges states of an autoregressive HMM two by two, each time the pair whose union the data like best: the change of the log
/// evidence of the dynamics (closed form, matrix-normal-inverse-Wishart) plus that of the log-likelihood of the transitions.
/// </summary>
internal static class StateMerging
{
    /// <summary>State probabilities [N, K] after merging.</summary>
    /// <param name="features">Frames and their products.</param>
    /// <param name="prior">Prior of each state's dynamics.</param>
    /// <param name="weights">State probabilities [N, K₀].</param>
    /// <param name="transitions">Expected transitions, row = from, [K₀, K₀].</param>
    /// <param name="states">K, how many are to be left.</param>
    public static Tensor Merge(AutoregressiveFeatures features, AutoregressivePrior prior, Tensor weights, Tensor transitions, int states)
    {
        using var scope = NewDisposeScope();
        double[,] flow = ToArray(transitions);
        Tensor moments = features.PackedMoments(weights), counts = weights.sum(dim: 0);
        while (weights.shape[1] > states)
        {
            int left = (int)weights.shape[1];
            (int A, int B)[] pairs = [.. Enumerable.Range(0, left).SelectMany(a => Enumerable.Range(a + 1, left - a - 1).Select(b => (a, b)))];
            Tensor first = Indices(pairs.Select(p => p.A)), second = Indices(pairs.Select(p => p.B));
            Tensor alone = LogEvidence(features, prior, moments, counts);
            Tensor together = LogEvidence(features, prior, moments.index_select(0, first) + moments.index_select(0, second),
                counts.index_select(0, first) + counts.index_select(0, second));
            double[] gain = (together - alone.index_select(0, first) - alone.index_select(0, second)).data<double>().ToArray();
            double before = LogLikelihood(flow);
            int best = Enumerable.Range(0, pairs.Length).MaxBy(p => gain[p] + LogLikelihood(Joined(flow, pairs[p])) - before);
            (weights, moments, counts) = (Joined(weights, 1, pairs[best]), Joined(moments, 0, pairs[best]), Joined(counts, 0, pairs[best]));
            flow = Joined(flow, pairs[best]);
        }
        return weights.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// log ∫ Π p(x_t | A, Q) p(A, Q), up to what does not depend on how frames are grouped, [groups]: with M = S_xz S_zz⁻¹ and the
    /// residual R = S_xx − M S_zx, prior included, −(n/2) log|S_zz| − (ν/2) log|R| + log Γ_n(ν/2) + (ν n/2) log 2 − (c n/2) log 2π,
    /// less the same of the prior alone.
    /// </summary>
    private static Tensor LogEvidence(AutoregressiveFeatures features, AutoregressivePrior prior, Tensor packed, Tensor counts)
    {
        long n = features.Width;
        Tensor Of(Tensor moments, Tensor count)
        {
            LinearRegimes regimes = LinearRegimes.MostProbable(moments, count, n); // Q = R / count
            Tensor regressors = moments.narrow(-2, n, moments.shape[^1] - n).narrow(-1, n, moments.shape[^1] - n);
            Tensor logResidual = linalg.slogdet(regimes.Covariance).Item2 + n * count.log(), nu = count + n + 1;
            Tensor logGamma = (nu.unsqueeze(-1) / 2 - arange(n, ScalarType.Float64) / 2).lgamma().sum(-1);
            return -0.5 * n * linalg.slogdet(regressors).Item2 - 0.5 * nu * logResidual + logGamma + 0.5 * n * Math.Log(2) * nu
                - 0.5 * n * Math.Log(2 * Math.PI) * count;
        }
        Tensor none = full([1], prior.Count, ScalarType.Float64, features.Device);
        return Of(features.Unpack(packed) + prior.Moments, counts + prior.Count) - Of(prior.Moments.unsqueeze(0), none);
    }

    /// <summary>Σ N_ij log(N_ij / N_i): the transitions' log-likelihood at its maximum.</summary>
    private static double LogLikelihood(double[,] flow)
    {
        double total = 0;
        for (int i = 0; i < flow.GetLength(0); i++)
        {
            double row = 0;
            for (int j = 0; j < flow.GetLength(1); j++)
            {
                row += flow[i, j];
                if (flow[i, j] > 0) total += flow[i, j] * Math.Log(flow[i, j]);
            }
            if (row > 0) total -= row * Math.Log(row);
        }
        return total;
    }

    /// <summary>b joins a, and the states after b move up.</summary>
    private static double[,] Joined(double[,] flow, (int A, int B) pair)
    {
        int left = flow.GetLength(0);
        var joined = new double[left - 1, left - 1];
        int To(int k) => k == pair.B ? pair.A : k > pair.B ? k - 1 : k;
        for (int i = 0; i < left; i++)
            for (int j = 0; j < left; j++)
                joined[To(i), To(j)] += flow[i, j];
        return joined;
    }

    private static Tensor Joined(Tensor values, int dimension, (int A, int B) pair)
    {
        Tensor kept = values.index_select(dimension, Indices(Enumerable.Range(0, (int)values.shape[dimension]).Where(k => k != pair.B)));
        kept.select(dimension, pair.A).add_(values.select(dimension, pair.B));
        return kept;
    }

    private static Tensor Indices(IEnumerable<int> values) => tensor(values.Select(v => (long)v).ToArray());

    private static double[,] ToArray(Tensor matrix)
    {
        var array = new double[matrix.shape[0], matrix.shape[1]];
        Buffer.BlockCopy(matrix.contiguous().data<double>().ToArray(), 0, array, 0, array.Length * sizeof(double));
        return array;
    }
}
