using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Tensors of any type and device as numbers to be drawn.</summary>
internal static class TensorNumbers
{
    /// <summary>All entries, row by row.</summary>
    public static double[] Flat(Tensor value)
    {
        using Tensor plain = value.detach().to(ScalarType.Float64).cpu().contiguous();
        return plain.data<double>().ToArray();
    }

    /// <summary>A matrix [rows, columns].</summary>
    public static double[,] Matrix(Tensor value)
    {
        double[] flat = Flat(value);
        var matrix = new double[value.shape[0], value.shape[1]];
        Buffer.BlockCopy(flat, 0, matrix, 0, flat.Length * sizeof(double));
        return matrix;
    }

    /// <summary>Column <paramref name="index"/> of a matrix [rows, columns].</summary>
    public static double[] Column(Tensor value, long index)
    {
        using Tensor column = value.select(-1, index);
        return Flat(column);
    }

    /// <summary>"3", or "3 to 5" when they differ.</summary>
    public static string Range(double[] values)
    {
        double low = values.Min(), high = values.Max();
        return high - low <= 1e-9 * Math.Abs(high) ? FormattableString.Invariant($"{low:G3}") : FormattableString.Invariant($"{low:G3} to {high:G3}");
    }

    /// <summary>Float64 on the CPU, without gradient.</summary>
    public static Tensor Plain(Tensor value) => value.detach().to(ScalarType.Float64).cpu();
}
