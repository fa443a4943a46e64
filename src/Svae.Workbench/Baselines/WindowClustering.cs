using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// First guess of the states: sequences are cut into windows of about the expected dwell, and the windows are clustered by the dynamics
/// that explain them, as k-means does with centres replaced by autoregressions and distances by log-likelihoods.
/// </summary>
/// <remarks>
/// Single frames cannot tell a jog from a jump, a window can. Since a log-likelihood is an inner product with second moments, the windows
/// are reduced to theirs once and a whole clustering costs milliseconds, so that many starts are affordable.
/// </remarks>
internal sealed class WindowClustering : IDisposable
{
    private const int Sweeps = 25;

    private readonly AutoregressiveFeatures features;
    private readonly AutoregressivePrior prior;
    private readonly Tensor window; // of each frame, [N]
    private readonly Tensor moments, counts; // packed [W, m], [W]
    private readonly Tensor alone; // log-likelihood of each window under dynamics of its own [W]

    public WindowClustering(AutoregressiveFeatures features, AutoregressivePrior prior, double length)
    {
        (this.features, this.prior) = (features, prior);
        using var scope = NewDisposeScope();
        var index = new List<long>();
        foreach (long frames in features.Lengths.Select(t => features.Count == 0 ? 0 : t - Lags).Where(t => t > 0))
        {
            long first = index.Count == 0 ? 0 : index[^1] + 1, pieces = Math.Max(1, (long)Math.Round(frames / length));
            for (long t = 0; t < frames; t++) index.Add(first + t * pieces / frames);
        }
        Windows = index.Count == 0 ? 0 : index[^1] + 1;
        window = tensor(index.ToArray(), ScalarType.Int64, features.Device).DetachFromDisposeScope();
        moments = features.PackedMoments(window, Windows).DetachFromDisposeScope();
        counts = window.bincount(null, Windows).to(ScalarType.Float64).DetachFromDisposeScope();
        alone = LogLikelihoodAlone().DetachFromDisposeScope();
    }

    /// <summary>W, how many windows there are.</summary>
    public long Windows { get; }

    private long Lags => (features.Size - 1) / features.Width - 1;

    /// <summary>State of each frame [N], the best of several starts.</summary>
    public Tensor Cluster(int states, Random random, int starts)
    {
        if (Windows == 0) return zeros(0, ScalarType.Int64, features.Device);
        using var scope = NewDisposeScope();
        Tensor? best = null;
        double highest = double.NegativeInfinity;
        for (int start = 0; start < starts; start++)
        {
            using var inner = NewDisposeScope();
            var (labels, value) = Refine(Spread(states, random));
            if (best is not null && value <= highest) continue;
            (best, highest) = (labels.MoveToOuterDisposeScope(), value);
        }
        return best!.index_select(0, window).MoveToOuterDisposeScope();
    }

    /// <summary>Dynamics of K single windows, each drawn with probability proportional to what it would gain from dynamics of its own.</summary>
    private Tensor Spread(int states, Random random)
    {
        var explained = new List<Tensor>();
        Tensor gain = torch.ones(Windows, ScalarType.Float64, features.Device), best = alone;
        for (int k = 0; k < states; k++)
        {
            Tensor cumulative = gain.cumsum(0);
            double total = cumulative[-1].item<double>();
            long pick = total > 0 ? (cumulative <= random.NextDouble() * total).sum().item<long>() : random.NextInt64(Windows);
            pick = Math.Min(pick, Windows - 1);
            Tensor found = LogLikelihood(moments.narrow(0, pick, 1), counts.narrow(0, pick, 1)).squeeze(1);
            explained.Add(found);
            best = k == 0 ? found : maximum(best, found);
            gain = (alone - best).clamp_min(0);
        }
        return stack(explained, 1);
    }

    /// <summary>Alternates between the best dynamics for each window and the most probable dynamics of each group of windows.</summary>
    private (Tensor Labels, double LogLikelihood) Refine(Tensor explained)
    {
        int states = (int)explained.shape[1];
        Tensor labels = explained.argmax(1);
        for (int sweep = 0; ; sweep++)
        {
            Tensor member = nn.functional.one_hot(labels, states).to(ScalarType.Float64);
            explained = LogLikelihood(member.t().matmul(moments), member.t().matmul(counts));
            Tensor next = explained.argmax(1);
            if (sweep == Sweeps || next.eq(labels).all().item<bool>())
                return (next, explained.max(1).values.sum().item<double>());
            labels = GiveToEmpty(next, explained, states);
        }
    }

    /// <summary>A state without windows takes the one that the others explain worst.</summary>
    private Tensor GiveToEmpty(Tensor labels, Tensor explained, int states)
    {
        long[] sizes = labels.bincount(null, states).cpu().data<long>().ToArray();
        Tensor loss = alone - explained.max(1).values;
        for (int k = 0; k < states; k++)
        {
            if (sizes[k] > 0) continue;
            Tensor worst = loss.argmax().unsqueeze(0);
            labels.index_fill_(0, worst, k);
            loss.index_fill_(0, worst, double.NegativeInfinity);
        }
        return labels;
    }

    /// <summary>Log-likelihood [W, groups] of every window under the most probable dynamics of each group's moments and counts.</summary>
    private Tensor LogLikelihood(Tensor groupMoments, Tensor groupCounts)
    {
        var (quadratic, constant) = prior.MostProbable(features, groupMoments, groupCounts).LogDensity();
        return moments.matmul(features.Pack(quadratic).t()) + counts.unsqueeze(1) * constant;
    }

    private Tensor LogLikelihoodAlone()
    {
        const long Block = 1_000;
        var parts = new List<Tensor>();
        for (long start = 0; start < Windows; start += Block)
        {
            Tensor own = moments.narrow(0, start, Math.Min(Block, Windows - start)), count = counts.narrow(0, start, own.shape[0]);
            var (quadratic, constant) = prior.MostProbable(features, own, count).LogDensity();
            parts.Add((own * features.Pack(quadratic)).sum(dim: 1) + count * constant);
        }
        return parts.Count > 0 ? cat(parts, 0) : zeros(0, ScalarType.Float64, features.Device);
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        window.Dispose();
        moments.Dispose();
        counts.Dispose();
        alone.Dispose();
    }
}
