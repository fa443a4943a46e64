using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// Rules that make up a family's domain. Each returns the first violation in words, or null;
/// <c>??</c> chains them, so that a later rule may rely on the earlier ones.
/// </summary>
internal static class Domain
{
    /// <summary>A symmetric block may differ from its transpose by this share of its largest entry.</summary>
    public const double SymmetryTolerance = 1e-9;

    /// <exception cref="DomainException">There is a violation.</exception>
    public static void Throw(string? violation)
    {
        if (violation is not null) throw new DomainException(violation);
    }

    /// <summary>Not a rule of the domain but of the call: the block ends in these dimensions, in float64. Returns those before.</summary>
    /// <exception cref="ArgumentException">"Dirichlet η: expected [..., 4] (K), got [3]".</exception>
    public static long[] RequireEvent(Tensor value, string symbol, string names, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(value, symbol);
        if (value.dtype != ScalarType.Float64) throw new ArgumentException($"{symbol}: expected float64, got {value.dtype}");
        long[] actual = value.shape;
        int batch = actual.Length - shape.Length;
        if (batch >= 0 && actual.AsSpan(batch).SequenceEqual(shape)) return actual[..batch];
        string expected = string.Join(", ", shape.ToArray());
        throw new ArgumentException($"{symbol}: expected [..., {expected}] ({names}), got [{string.Join(", ", actual)}]");
    }

    /// <summary>The same for a further block, whose batch dimensions are to be those of the first.</summary>
    /// <exception cref="ArgumentException">"MatrixNormalInverseWishart C: expected [50, 3, 3] (batch, n, n), got [50, 4, 4]".</exception>
    public static void RequireShape(Tensor value, string symbol, string names, long[] batch, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(value, symbol);
        if (value.dtype != ScalarType.Float64) throw new ArgumentException($"{symbol}: expected float64, got {value.dtype}");
        long[] expected = [.. batch, .. shape];
        if (value.shape.AsSpan().SequenceEqual(expected)) return;
        string legend = string.Join(", ", new[] { batch.Length > 0 ? "batch" : "", names }.Where(part => part.Length > 0));
        throw new ArgumentException(
            $"{symbol}: expected [{string.Join(", ", expected)}] ({legend}), got [{string.Join(", ", value.shape)}]");
    }

    /// <summary>The size of the dimension that far from the end, or 1 where there is none.</summary>
    public static long Last(Tensor value, int fromEnd) => value.dim() >= -fromEnd ? value.size(fromEnd) : 1;

    public static string? Finite(Tensor value, string symbol) =>
        FirstOutside(value, symbol, value.isfinite, "must be finite");

    public static string? Positive(Tensor value, string symbol) =>
        FirstOutside(value, symbol, () => value > 0, "must be positive");

    public static string? SumsToOne(Tensor value, string symbol)
    {
        using Tensor total = value.sum(-1);
        return FirstOutside(total, symbol, () => (total - 1).abs() <= 1e-9, "must be one");
    }

    /// <summary>The degrees of freedom of an n × n (inverse) Wishart exceed n − 1.</summary>
    public static string? DegreesOfFreedom(Tensor nu, long n, string symbol) =>
        FirstOutside(nu, symbol, () => nu > n - 1, $"must exceed n − 1 = {n - 1}");

    public static string? Symmetric(Tensor value, string symbol)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor outside = (value - value.mT).abs() > SymmetryTolerance * value.abs().amax([-2, -1], keepdim: true);
        if (!outside.any().item<bool>()) return null;
        long[] at = FirstIndex(outside);
        long[] mirrored = [.. at[..^2], at[^1], at[^2]];
        return $"{symbol}{Index(at)} = {Number(value, at)} but {symbol}{Index(mirrored)} = {Number(value, mirrored)}: must be symmetric";
    }

    public static string? SymmetricPositiveDefinite(Tensor value, string symbol) =>
        Finite(value, symbol) ?? Symmetric(value, symbol) ?? PositiveDefinite(value, symbol);

    public static string? PositiveDefinite(Tensor value, string symbol)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return NotPositiveDefinite(linalg.cholesky_ex(value).Item2, symbol);
    }

    /// <summary>The Cholesky factor, lower triangular, with errors that name the matrix.</summary>
    /// <exception cref="DomainException">"S[3] must be positive definite; its leading 2 × 2 block is not".</exception>
    public static Tensor Cholesky(Tensor value, string symbol)
    {
        using var scope = NewDisposeScope();
        var (factor, info) = linalg.cholesky_ex(value);
        Throw(NotPositiveDefinite(info, symbol));
        return factor.MoveToOuterDisposeScope();
    }

    private static string? NotPositiveDefinite(Tensor info, string symbol)
    {
        using Tensor failed = info != 0;
        if (!failed.any().item<bool>()) return null;
        long[] at = FirstIndex(failed);
        int order = info.flatten()[failed.flatten().to(ScalarType.Int64).argmax()].item<int>();
        return $"{symbol}{Index(at)} must be positive definite; its leading {order} × {order} block is not";
    }

    private static string? FirstOutside(Tensor value, string symbol, Func<Tensor> rule, string requirement)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor inside = rule();
        if (inside.all().item<bool>()) return null;
        long[] at = FirstIndex(inside.logical_not());
        return $"{symbol}{Index(at)} = {Number(value, at)} {requirement}";
    }

    private static long[] FirstIndex(Tensor mask) => mask.dim() == 0 ? [] : mask.nonzero()[0].data<long>().ToArray();

    private static string Index(long[] at) => at.Length == 0 ? "" : $"[{string.Join(", ", at)}]";

    private static string Number(Tensor value, long[] at) =>
        (at.Length == 0 ? value : value[[.. at.Select(i => TensorIndex.Single(i))]]).item<double>()
            .ToString("g6", CultureInfo.InvariantCulture);
}
