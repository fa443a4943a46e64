using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies.Fused;

/// <summary>
/// Algebra of one small square matrix, row by row in memory. For a handful of components of a few dimensions, families are computed by this in
/// a single pass on the CPU: the tensor operations that it stands for cost more to call than to carry out.
/// </summary>
internal static unsafe class SmallMatrix
{
    /// <summary>Products in all matrices above which batched tensor operations are faster.</summary>
    private const long Most = 60_000;

    /// <summary>Rows up to which a kernel's memory is small.</summary>
    private const long Largest = 32;

    /// <summary>Is this the faster way for a family's blocks, and one that they allow?</summary>
    /// <param name="blocks">The blocks, whose shapes have been checked.</param>
    /// <param name="count">Distributions in the batch.</param>
    /// <param name="n">Rows of the largest matrix.</param>
    public static bool Suits(IReadOnlyList<Tensor> blocks, long count, long n) =>
        n <= Largest && count * n * n * n <= Most
        && blocks.All(block => block.device_type == DeviceType.CPU && block.is_contiguous() && !(block.requires_grad && is_grad_enabled()));

    /// <summary>L of A = LLᵀ in the lower triangle of A, zeros above it; false where A, of which the lower triangle is read, is not positive definite.</summary>
    public static bool Cholesky(double* a, int n)
    {
        for (int j = 0; j < n; j++)
        {
            double* row = a + j * n;
            double pivot = row[j] - Dot(row, row, j);
            if (!(pivot > 0 && double.IsFinite(pivot))) return false;
            double diagonal = row[j] = Math.Sqrt(pivot);
            for (int i = j + 1; i < n; i++) a[i * n + j] = (a[i * n + j] - Dot(a + i * n, row, j)) / diagonal;
            for (int k = j + 1; k < n; k++) row[k] = 0;
        }
        return true;
    }

    /// <summary>log of the product of the diagonal: ½ log|LLᵀ| of a Cholesky factor.</summary>
    public static double LogDiagonal(double* l, int n)
    {
        double sum = 0;
        for (int i = 0; i < n; i++) sum += Math.Log(l[i * n + i]);
        return sum;
    }

    /// <summary>L⁻¹ in place of a lower triangular L.</summary>
    public static void InvertLower(double* l, int n)
    {
        for (int i = 0; i < n; i++)
        {
            double* row = l + i * n;
            double scale = 1 / row[i];
            for (int j = 0; j < i; j++) // row i of L⁻¹ is −(Σ_k<i L_ik row k of L⁻¹)/L_ii; L_ij is read before it is overwritten
            {
                double sum = 0;
                for (int k = j; k < i; k++) sum += row[k] * l[k * n + j];
                row[j] = -sum * scale;
            }
            row[i] = scale;
        }
    }

    /// <summary>C = L B with a lower triangular L of n rows.</summary>
    public static void LowerProduct(double* l, int n, double* b, int columns, double* c)
    {
        for (int i = 0; i < n; i++, c += columns)
        {
            new Span<double>(c, columns).Clear();
            for (int k = 0; k <= i; k++) AddRow(l[i * n + k], b + k * columns, columns, c);
        }
    }

    /// <summary>C = s AᵀB, or C += s AᵀB, of matrices with so many rows.</summary>
    public static void TransposedProduct(double* a, int columns, double* b, int otherColumns, int rows, double s, double* c, bool add = false)
    {
        for (int i = 0; i < columns; i++, c += otherColumns)
        {
            if (!add) new Span<double>(c, otherColumns).Clear();
            for (int k = 0; k < rows; k++) AddRow(s * a[k * columns + i], b + k * otherColumns, otherColumns, c);
        }
    }

    /// <summary>Is A equal to its transpose up to a share of its largest entry? Not if an entry is not finite.</summary>
    public static bool IsSymmetric(double* a, int n, double tolerance)
    {
        double largest = 0, difference = 0, total = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                total += a[i * n + j];
                largest = Math.Max(largest, Math.Abs(a[i * n + j]));
                difference = Math.Max(difference, Math.Abs(a[i * n + j] - a[j * n + i]));
            }
        return double.IsFinite(total) && difference <= tolerance * largest;
    }

    private static double Dot(double* a, double* b, int count)
    {
        double sum = 0;
        for (int k = 0; k < count; k++) sum += a[k] * b[k];
        return sum;
    }

    private static void AddRow(double scale, double* row, int count, double* to)
    {
        for (int j = 0; j < count; j++) to[j] += scale * row[j];
    }
}
