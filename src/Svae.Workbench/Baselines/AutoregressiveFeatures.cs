using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// The frames of all sequences as a regression: <c>f_t = (x_t, x_{t−1}, …, x_{t−L}, 1)</c> [d], and the products of its entries, so that
/// log-likelihoods of all frames under all states and second moments of all states are one matrix product each.
/// </summary>
/// <remarks>Sequences stand padded in one batch [B, T]; the first L frames of each have no regressors and carry no evidence.</remarks>
internal sealed class AutoregressiveFeatures : IDisposable
{
    /// <summary>Products are kept up to this many numbers (1 GB) and made again by blocks beyond it.</summary>
    private const long LargestKept = 128_000_000;
    private const long Block = 16_384;

    private readonly Tensor features; // [N, d]
    private readonly Tensor row, column; // of the upper triangle, [m]
    private readonly Tensor? kept; // [N, m]

    /// <param name="sequences">Frames of each sequence, float64 [T_b, n].</param>
    /// <param name="lags">L.</param>
    public AutoregressiveFeatures(IReadOnlyList<Tensor> sequences, int lags)
    {
        using var scope = NewDisposeScope();
        Lengths = [.. sequences.Select(s => s.shape[0])];
        Width = sequences[0].shape[1];
        Device = sequences[0].device;
        (B, T) = (sequences.Count, Lengths.Max());
        var parts = new List<Tensor>();
        var positions = new List<long>();
        for (int b = 0; b < B; b++)
        {
            long count = Lengths[b] - lags;
            if (count <= 0) continue;
            var columns = Enumerable.Range(0, lags + 1).Select(lag => sequences[b].narrow(0, lags - lag, count)).ToList();
            columns.Add(torch.ones([count, 1], ScalarType.Float64, Device));
            parts.Add(cat(columns, 1));
            for (long t = lags; t < Lengths[b]; t++) positions.Add(b * T + t);
        }
        long d = Width * (lags + 1) + 1;
        features = (parts.Count > 0 ? cat(parts, 0) : zeros([0, d], ScalarType.Float64, Device)).MoveToOuterDisposeScope().DetachFromDisposeScope();
        Positions = tensor(positions.ToArray(), ScalarType.Int64, Device).DetachFromDisposeScope();
        Tensor triangle = triu_indices(d, d, device: Device);
        row = triangle[0].contiguous().DetachFromDisposeScope();
        column = triangle[1].contiguous().DetachFromDisposeScope();
        if (Count * row.numel() <= LargestKept) kept = Products(0, Count).DetachFromDisposeScope();
    }

    public long B { get; }

    public long T { get; }

    /// <summary>n, entries of a frame.</summary>
    public long Width { get; }

    public long[] Lengths { get; }

    public Device Device { get; }

    /// <summary>Row of each of the N frames in the padded batch [B·T].</summary>
    public Tensor Positions { get; }

    /// <summary>N, frames with regressors.</summary>
    public long Count => features.shape[0];

    /// <summary>d, entries of f.</summary>
    public long Size => features.shape[1];

    /// <summary>f_t of all frames [N, d].</summary>
    public Tensor Rows => features;

    /// <summary>Σ_t w_tk f_t f_tᵀ in packed form [K, m] for weights [N, K].</summary>
    public Tensor PackedMoments(Tensor weights)
    {
        Tensor sum = zeros([weights.shape[1], row.numel()], ScalarType.Float64, Device);
        foreach (var (start, products) in Blocks()) sum.addmm_(weights.narrow(0, start, products.shape[0]).t(), products, 1, 1);
        return sum;
    }

    /// <summary>Sums of f_t f_tᵀ over groups of frames, packed [groups, m].</summary>
    public Tensor PackedMoments(Tensor group, long groups)
    {
        Tensor sum = zeros([groups, row.numel()], ScalarType.Float64, Device);
        foreach (var (start, products) in Blocks()) sum.index_add_(0, group.narrow(0, start, products.shape[0]), products, 1);
        return sum;
    }

    /// <summary>log N(x_t; M_k z_t, Q_k), [N, K].</summary>
    public Tensor LogLikelihood(LinearRegimes regimes)
    {
        var (quadratic, constant) = regimes.LogDensity();
        Tensor weights = Pack(quadratic).t().contiguous();
        Tensor result = empty([Count, constant.shape[0]], ScalarType.Float64, Device);
        foreach (var (start, products) in Blocks()) result.narrow(0, start, products.shape[0]).copy_(addmm(constant, products, weights, 1, 1));
        return result;
    }

    /// <summary>Symmetric matrices [.., d, d] from packed ones [.., m].</summary>
    public Tensor Unpack(Tensor packed)
    {
        Tensor full = zeros([packed.shape[0], Size * Size], ScalarType.Float64, Device);
        full.index_copy_(1, row * Size + column, packed);
        full.index_copy_(1, column * Size + row, packed);
        return full.reshape(packed.shape[0], Size, Size);
    }

    /// <summary>Coefficients [K, m] whose inner product with packed moments is ⟨quadratic, moments⟩: off-diagonals count twice.</summary>
    public Tensor Pack(Tensor quadratic)
    {
        Tensor upper = quadratic.reshape(quadratic.shape[0], Size * Size).index_select(1, row * Size + column);
        return upper * where(row == column, 1.0, 2.0).to(ScalarType.Float64);
    }

    /// <summary>Upper triangle of moments [.., d, d] as it is, [.., m].</summary>
    public Tensor PackMoments(Tensor moments) => moments.reshape(-1, Size * Size).index_select(1, row * Size + column);

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        features.Dispose();
        row.Dispose();
        column.Dispose();
        kept?.Dispose();
        Positions.Dispose();
    }

    private IEnumerable<(long Start, Tensor Products)> Blocks()
    {
        if (kept is not null)
        {
            if (Count > 0) yield return (0, kept);
            yield break;
        }
        for (long start = 0; start < Count; start += Block)
        {
            using Tensor products = Products(start, Math.Min(Block, Count - start));
            yield return (start, products);
        }
    }

    private Tensor Products(long start, long count)
    {
        using var scope = NewDisposeScope();
        Tensor rows = features.narrow(0, start, count);
        return rows.index_select(1, row).mul_(rows.index_select(1, column)).MoveToOuterDisposeScope();
    }
}
