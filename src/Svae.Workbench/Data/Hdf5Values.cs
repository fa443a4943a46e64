using System.Globalization;
using PureHDF;

namespace Svae.Workbench.Data;

/// <summary>Datasets of an HDF5 file as arrays of one type, whatever type the file has them in.</summary>
internal static class Hdf5Values
{
    /// <summary>The shape; empty for a single value or none.</summary>
    public static long[] Shape(IH5Dataset dataset) => [.. dataset.Space.Dimensions.Select(n => n > long.MaxValue ? -1 : (long)n)];

    /// <summary>Does the dataset have any value? (A null dataspace has none.)</summary>
    public static bool HasValues(IH5Dataset dataset) => dataset.Space.Type != H5DataspaceType.Null && Shape(dataset).All(n => n > 0);

    /// <summary>Are the values whole or floating numbers?</summary>
    public static bool IsNumeric(IH5Dataset dataset) => dataset.Type.Class is H5DataTypeClass.FixedPoint or H5DataTypeClass.FloatingPoint;

    /// <summary>A name of the type for a message.</summary>
    public static string TypeName(IH5Dataset dataset) => dataset.Type.Class switch
    {
        H5DataTypeClass.FixedPoint => (dataset.Type.FixedPoint.IsSigned ? "int" : "uint") + 8 * dataset.Type.Size,
        H5DataTypeClass.FloatingPoint => "float" + 8 * dataset.Type.Size,
        H5DataTypeClass other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>All values as float64, in C order.</summary>
    /// <exception cref="RecordingFault">They are not numbers.</exception>
    public static double[] Numbers(IH5Dataset dataset, string name)
    {
        try
        {
            bool whole = dataset.Type.Class == H5DataTypeClass.FixedPoint;
            bool signed = whole && dataset.Type.FixedPoint.IsSigned;
            return (whole, signed, dataset.Type.Size) switch
            {
                (false, _, 4) when IsNumeric(dataset) => Widen(dataset.Read<float[]>(), v => v),
                (false, _, 8) when IsNumeric(dataset) => dataset.Read<double[]>(),
                (true, true, 1) => Widen(dataset.Read<sbyte[]>(), v => v),
                (true, true, 2) => Widen(dataset.Read<short[]>(), v => v),
                (true, true, 4) => Widen(dataset.Read<int[]>(), v => v),
                (true, true, 8) => Widen(dataset.Read<long[]>(), v => v),
                (true, false, 1) => Widen(dataset.Read<byte[]>(), v => v),
                (true, false, 2) => Widen(dataset.Read<ushort[]>(), v => v),
                (true, false, 4) => Widen(dataset.Read<uint[]>(), v => v),
                (true, false, 8) => Widen(dataset.Read<ulong[]>(), v => v),
                _ => throw new RecordingFault(name, $"has type {TypeName(dataset)}; numbers are expected"),
            };
        }
        catch (Exception e) when (e is not (RecordingFault or OperationCanceledException or OutOfMemoryException))
        {
            throw Damage(name, e);
        }
    }

    /// <summary>What a metadata entry says, as text; null when it says nothing or in a way that has no text.</summary>
    public static string? Text(IH5Dataset dataset)
    {
        if (!HasValues(dataset)) return null;
        if (dataset.Type.Class is H5DataTypeClass.String or H5DataTypeClass.VariableLength) return string.Join(", ", Strings(dataset));
        if (!IsNumeric(dataset) || Shape(dataset).Aggregate(1L, (a, b) => a * b) > 16) return null;
        return string.Join(", ", Numbers(dataset, "").Select(v => v.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>All values of a dataset of fixed or variable-length strings.</summary>
    public static string[] Strings(IH5Dataset dataset)
    {
        string?[] texts = Shape(dataset).Length == 0 ? [dataset.Read<string>()] : dataset.Read<string[]>();
        return [.. texts.Select(t => (t ?? "").TrimEnd('\0', ' '))];
    }

    /// <summary>What to tell of a failure inside the HDF5 library.</summary>
    public static RecordingFault Damage(string name, Exception failure)
    {
        string why = failure.Message.StartsWith("Filter pipeline", StringComparison.Ordinal) ? "a chunk cannot be decompressed" : failure.Message.TrimEnd('.');
        return new RecordingFault(name, $"cannot be read; the file is damaged there ({why})");
    }

    private static double[] Widen<T>(T[] values, Func<T, double> widen) => Array.ConvertAll(values, v => widen(v));
}
