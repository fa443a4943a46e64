using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Principal components of data <c>y</c>: the orthonormal directions <c>w_c</c> of largest variance, so that
/// <c>y ≈ mean + Σ_c x_c w_c</c> with scores <c>x_c = w_cᵀ(y − mean)</c>, divided by their standard deviation when whitened.
/// </summary>
/// <param name="Mean">Mean of the data, float64 [D].</param>
/// <param name="Components">Directions w, one orthonormal row each, by falling variance, float64 [C, D]. The entry of largest
/// magnitude in a row is positive, so that the sign does not depend on the solver.</param>
/// <param name="ExplainedVariance">Variance of each score (denominator N − 1), before whitening, float64 [C].</param>
/// <param name="TotalVariance">Sum of the variances of all D columns.</param>
/// <param name="Whiten">Are scores divided by their standard deviation? A component without variance has scores 0.</param>
public sealed record PrincipalComponents(
    Tensor Mean, Tensor Components, Tensor ExplainedVariance, double TotalVariance, bool Whiten) : IDisposable
{
    /// <summary>Up to this size of the smaller side the eigenproblem is solved densely, above it within a Krylov space.</summary>
    private const long LargestDenseProblem = 800;

    /// <summary>How often the data is passed over beyond the first time.</summary>
    private const int KrylovBlocks = 6;

    /// <summary>A component of less variance than this share of the first counts as having none.</summary>
    private const double NoVariance = 1e-12;

    /// <summary>Share of the total variance that each component explains, [C].</summary>
    public Tensor ExplainedVarianceRatio => ExplainedVariance / Math.Max(TotalVariance, double.Epsilon);

    /// <summary>
    /// Fits by the eigenvectors of the covariance [D, D] or, when N &lt; D, of the Gram matrix [N, N], in float64. When both sides
    /// exceed 800 and C is a small part of them, the eigenvectors are sought in a randomised block Krylov space (Musco &amp; Musco 2015).
    /// </summary>
    /// <param name="data">Data [N, D] of any type and device, N ≥ 1; the result stays on that device.</param>
    /// <param name="components">C, between 1 and D. Beyond the rank of the data, directions are arbitrary with variance 0.</param>
    /// <param name="whiten">Divide scores by their standard deviation.</param>
    /// <param name="seed">Of the Krylov space's start; the dense route needs no randomness.</param>
    /// <exception cref="ArgumentException">Wrong shape, C outside [1, D], or a non-finite entry; the message names it.</exception>
    public static PrincipalComponents Fit(Tensor data, int components, bool whiten = false, int seed = 0)
    {
        Guard.Shape(data, "data", ("N", -1), ("D", -1));
        long count = data.shape[0], width = data.shape[1];
        if (count < 1) throw new ArgumentException("data: no rows");
        if (components < 1 || components > width)
            throw new ArgumentException($"components: expected between 1 and D = {width}, got {components}");
        if (data.is_floating_point()) Guard.Finite(data, "data", "principal components need finite rows: leave out missing frames");

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor mean = ColumnMean(data);
        var (directions, variances, total) =
            Math.Min(count, width) > Math.Max(LargestDenseProblem, 12L * (components + 10)) ? Krylov(data, mean, components, seed)
            : count < width ? Gram(data, mean, components)
            : Covariance(data, mean, components);
        directions = FixSigns(Complete(directions, variances));
        return new PrincipalComponents(
            mean.MoveToOuterDisposeScope(), directions.MoveToOuterDisposeScope(), variances.MoveToOuterDisposeScope(), total, whiten);
    }

    /// <summary>Scores x of data [..., D], shape [..., C], float64.</summary>
    public Tensor Transform(Tensor data)
    {
        RequireWidth(data, "data", Mean.shape[0]);
        using var scope = NewDisposeScope();
        Tensor scores = (data.to(ScalarType.Float64) - Mean).matmul(Components.t());
        return (Whiten ? scores * InverseScale() : scores).MoveToOuterDisposeScope();
    }

    /// <summary>Data of scores [..., C]: <c>mean + Σ_c x_c w_c</c>, shape [..., D], float64. Undoes whitening.</summary>
    public Tensor Inverse(Tensor scores)
    {
        RequireWidth(scores, "scores", Components.shape[0]);
        using var scope = NewDisposeScope();
        Tensor plain = scores.to(ScalarType.Float64);
        if (Whiten) plain = plain * ExplainedVariance.sqrt();
        return (plain.matmul(Components) + Mean).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Mean.Dispose();
        Components.Dispose();
        ExplainedVariance.Dispose();
    }

    private Tensor InverseScale()
    {
        Tensor floor = ExplainedVariance.max() * NoVariance;
        return where(ExplainedVariance > floor, ExplainedVariance.clamp_min(double.Epsilon).rsqrt(), 0.0);
    }

    private static void RequireWidth(Tensor value, string symbol, long width)
    {
        if (value.dim() < 1 || value.shape[^1] != width)
            throw new ArgumentException($"{symbol}: expected [..., {width}], got [{string.Join(", ", value.shape)}]");
    }

    /// <summary>Rows in float64, a few at a time, so that a long recording is never copied whole.</summary>
    private static IEnumerable<Tensor> Chunks(Tensor data, Tensor? mean = null)
    {
        long size = Math.Max(256, 4_000_000 / Math.Max(1, data.shape[1]));
        for (long start = 0; start < data.shape[0]; start += size)
        {
            using var scope = NewDisposeScope();
            Tensor rows = data.narrow(0, start, Math.Min(size, data.shape[0] - start)).to(ScalarType.Float64);
            yield return mean is null ? rows : rows - mean;
        }
    }

    private static Tensor ColumnMean(Tensor data)
    {
        Tensor sum = zeros(data.shape[1], ScalarType.Float64, data.device);
        foreach (Tensor rows in Chunks(data)) sum.add_(rows.sum(dim: 0));
        return sum.div_(data.shape[0]);
    }

    private static (Tensor Directions, Tensor Variances, double Total) Covariance(Tensor data, Tensor mean, int components)
    {
        Tensor covariance = zeros([data.shape[1], data.shape[1]], ScalarType.Float64, data.device);
        foreach (Tensor rows in Chunks(data, mean)) covariance.addmm_(rows.t(), rows, 1, 1);
        covariance.div_(Math.Max(1, data.shape[0] - 1));
        var (values, vectors) = linalg.eigh(covariance);
        Tensor top = values.flip(0).narrow(0, 0, components).clamp_min(0).contiguous();
        return (vectors.flip(1).narrow(1, 0, components).t().contiguous(), top, covariance.trace().item<double>());
    }

    private static (Tensor Directions, Tensor Variances, double Total) Gram(Tensor data, Tensor mean, int components)
    {
        Tensor centred = data.to(ScalarType.Float64) - mean;
        long found = Math.Min(components, data.shape[0]);
        var (values, vectors) = linalg.eigh(centred.matmul(centred.t()) / Math.Max(1, data.shape[0] - 1));
        Tensor left = vectors.flip(1).narrow(1, 0, found);
        Tensor top = zeros(components, ScalarType.Float64, data.device);
        top.narrow(0, 0, found).copy_(values.flip(0).narrow(0, 0, found).clamp_min(0));
        Tensor directions = zeros([components, data.shape[1]], ScalarType.Float64, data.device);
        directions.narrow(0, 0, found).copy_(left.t().matmul(centred));
        return (directions, top, values.clamp_min(0).sum().item<double>());
    }

    private static (Tensor Directions, Tensor Variances, double Total) Krylov(Tensor data, Tensor mean, int components, int seed)
    {
        using var generator = new Generator((ulong)seed, data.device);
        long width = data.shape[1], size = Math.Min(width / (KrylovBlocks + 1), components + 10);
        Tensor basis = linalg.qr(randn([width, size], ScalarType.Float64, data.device, generator: generator)).Q;
        // Each image under the covariance, made orthogonal to all before it (twice, for accuracy), is the next block of the basis.
        Tensor newest = basis, image = zeros_like(basis);
        var images = new List<Tensor>();
        double total = 0;
        for (int block = 0; block <= KrylovBlocks; block++)
        {
            image = zeros_like(newest);
            foreach (Tensor rows in Chunks(data, mean))
            {
                image.addmm_(rows.t(), rows.matmul(newest), 1, 1);
                if (block == 0) total += rows.square().sum().item<double>();
            }
            images.Add(image);
            if (block == KrylovBlocks) break;
            newest = image;
            for (int pass = 0; pass < 2; pass++) newest = linalg.qr(newest - basis.matmul(basis.t().matmul(newest))).Q;
            basis = cat([basis, newest], 1);
        }
        // Rayleigh–Ritz: the eigenvectors of the covariance seen from within the basis.
        double denominator = Math.Max(1, data.shape[0] - 1);
        Tensor small = basis.t().matmul(cat(images, 1)) / denominator;
        var (values, vectors) = linalg.eigh((small + small.t()) / 2);
        Tensor top = values.flip(0).narrow(0, 0, components).clamp_min(0).contiguous();
        return (basis.matmul(vectors.flip(1).narrow(1, 0, components)).t().contiguous(), top, total / denominator);
    }

    /// <summary>Rows made orthonormal; directions without variance are filled in from the orthogonal complement.</summary>
    private static Tensor Complete(Tensor directions, Tensor variances)
    {
        Tensor has = variances > Math.Max(double.Epsilon, variances.max().item<double>() * NoVariance);
        long rank = has.sum().item<long>(), count = directions.shape[0];
        Tensor result = directions.clone();
        if (rank > 0) result.narrow(0, 0, rank).copy_(result.narrow(0, 0, rank) / result.narrow(0, 0, rank).norm(1, keepdim: true));
        for (long row = rank; row < count; row++)
        {
            // The coordinate axis that the rows so far cover least, minus what they cover (twice, for accuracy).
            Tensor before = result.narrow(0, 0, row), axis = zeros(directions.shape[1], ScalarType.Float64, directions.device);
            axis[before.square().sum(dim: 0).argmin().item<long>()] = 1;
            for (int pass = 0; pass < 2; pass++) axis = axis - before.t().matmul(before.matmul(axis));
            result[row] = axis / axis.norm();
        }
        return result;
    }

    private static Tensor FixSigns(Tensor directions)
    {
        Tensor largest = directions.abs().argmax(1, keepdim: true);
        return directions * directions.gather(1, largest).sign();
    }
}
