using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// k-means: centres <c>c_k</c> and labels <c>z_n</c> that make <c>Σ_n |y_n − c_{z_n}|²</c> small (Lloyd 1982), started by
/// k-means++ (Arthur &amp; Vassilvitskii 2007), the best of several restarts.
/// </summary>
/// <param name="Centers">Centres c, float64 [K, D].</param>
/// <param name="Labels">z, int64 [N], between 0 and K − 1.</param>
/// <param name="Inertia">Σ_n |y_n − c_{z_n}|².</param>
public sealed record KMeans(Tensor Centers, Tensor Labels, double Inertia) : IDisposable
{
    /// <summary>Clusters data [N, D].</summary>
    /// <param name="data">Data [N, D] of any type; nothing is standardised.</param>
    /// <param name="clusters">K, at least 1. With fewer than K distinct rows some clusters stay empty, and that is no error.</param>
    /// <param name="seed">Same seed, same result.</param>
    /// <param name="restarts">Independent starts; the one of smallest inertia is kept.</param>
    /// <param name="iterations">At most this many Lloyd iterations a start; it stops when no label changes.</param>
    /// <exception cref="ArgumentException">Wrong shape, no rows, K &lt; 1, or a non-finite entry; the message names it.</exception>
    public static KMeans Fit(Tensor data, int clusters, int seed = 0, int restarts = 5, int iterations = 100)
    {
        Guard.Shape(data, "data", ("N", -1), ("D", -1));
        if (data.shape[0] < 1) throw new ArgumentException("data: no rows");
        if (clusters < 1) throw new ArgumentException($"clusters: expected at least 1, got {clusters}");
        if (data.is_floating_point()) Guard.Finite(data, "data", "k-means needs finite rows: leave out missing frames");

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        // Centred, since distances are taken as |y|² − 2yᵀc + |c|², which cancels badly far from the origin.
        Tensor y = data.to(ScalarType.Float64), mean = y.mean([0]);
        y = y - mean;
        KMeans? best = null;
        for (int restart = 0; restart < Math.Max(1, restarts); restart++)
        {
            using var inner = NewDisposeScope();
            KMeans found = Lloyd(y, PlusPlus(y, clusters, random), iterations);
            if (best is not null && best.Inertia <= found.Inertia) continue;
            best = found;
            best.Centers.MoveToOuterDisposeScope();
            best.Labels.MoveToOuterDisposeScope();
        }
        return best! with { Centers = (best.Centers + mean).MoveToOuterDisposeScope(), Labels = best.Labels.MoveToOuterDisposeScope() };
    }

    /// <summary>Index of the nearest centre of each row of data [N, D], int64 [N].</summary>
    public Tensor Assign(Tensor data)
    {
        Guard.Shape(data, "data", ("N", -1), ("D", Centers.shape[1]));
        using var scope = NewDisposeScope();
        Tensor mean = Centers.mean([0]);
        return SquaredDistances(data.to(ScalarType.Float64) - mean, Centers - mean).argmin(1).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Centers.Dispose();
        Labels.Dispose();
    }

    private static Tensor SquaredDistances(Tensor y, Tensor centers) =>
        (y.square().sum(1, keepdim: true) + centers.square().sum(1) - 2 * y.matmul(centers.t())).clamp_min_(0);

    /// <summary>Each next centre is a row drawn with probability proportional to its squared distance to the nearest so far.</summary>
    private static Tensor PlusPlus(Tensor y, int clusters, Random random)
    {
        long count = y.shape[0];
        Tensor centers = zeros([clusters, y.shape[1]], ScalarType.Float64, y.device);
        centers[0] = y[random.NextInt64(count)];
        Tensor distance = (y - centers[0]).square().sum(1);
        for (int k = 1; k < clusters; k++)
        {
            using var scope = NewDisposeScope();
            Tensor cumulative = distance.cumsum(0);
            double total = cumulative[-1].item<double>();
            long pick = total > 0 && double.IsFinite(total)
                ? Math.Min(count - 1, (cumulative <= random.NextDouble() * total).sum().item<long>())
                : random.NextInt64(count);
            centers[k] = y[pick];
            distance.copy_(minimum(distance, (y - centers[k]).square().sum(1)));
        }
        return centers;
    }

    private static KMeans Lloyd(Tensor y, Tensor centers, int iterations)
    {
        long clusters = centers.shape[0];
        Tensor ones = torch.ones(y.shape[0], ScalarType.Float64, y.device);
        Tensor? labels = null;
        for (int iteration = 0; ; iteration++)
        {
            using var scope = NewDisposeScope();
            var (distance, nearest) = SquaredDistances(y, centers).min(1);
            bool settled = labels is not null && nearest.eq(labels).all().item<bool>();
            if (settled || iteration >= iterations)
                return new KMeans(centers.clone().MoveToOuterDisposeScope(), nearest.MoveToOuterDisposeScope(), distance.sum().item<double>());
            Tensor sizes = zeros(clusters, ScalarType.Float64, y.device).index_add_(0, nearest, ones, 1);
            Tensor sums = zeros_like(centers).index_add_(0, nearest, y, 1);
            Tensor moved = where((sizes > 0).unsqueeze(1), sums / sizes.clamp_min(1).unsqueeze(1), centers);
            SeedEmpty(moved, sizes, distance, y);
            centers.copy_(moved);
            labels = nearest.MoveToOuterDisposeScope();
        }
    }

    /// <summary>An empty cluster moves to the row that is farthest from its centre; rows already on a centre are left alone.</summary>
    private static void SeedEmpty(Tensor centers, Tensor sizes, Tensor distance, Tensor y)
    {
        double[] size = sizes.cpu().data<double>().ToArray();
        for (int k = 0; k < size.Length; k++)
        {
            if (size[k] > 0) continue;
            long farthest = distance.argmax().item<long>();
            if (distance[farthest].item<double>() <= 0) return;
            centers[k] = y[farthest];
            distance[farthest] = 0;
        }
    }
}
