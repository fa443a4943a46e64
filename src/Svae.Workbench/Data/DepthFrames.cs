using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>Depth frames of any number type as the tensor the workbench uses: whole millimetres, uint8 if they fit, else int32.</summary>
internal static class DepthFrames
{
    private const int LargestSide = 4096;

    /// <summary>Checks that a shape can be frames <c>[T, H, W]</c> and that they fit into one tensor's memory span.</summary>
    /// <exception cref="RecordingFault">They cannot.</exception>
    public static void Require(string dataset, long[] shape, int bytesPerPixel)
    {
        string text = $"[{string.Join(", ", shape)}]";
        if (shape.Length != 3) throw new RecordingFault(dataset, $"has shape {text}; frames are [T, H, W], three axes");
        if (shape[0] == 0) throw new RecordingFault(dataset, $"has shape {text}: no frames at all");
        if (shape.Any(n => n <= 0) || shape[1] > LargestSide || shape[2] > LargestSide)
            throw new RecordingFault(dataset, $"has shape {text}; a frame has between 1 and {LargestSide} pixels a side");
        if (shape[0] > Array.MaxLength / (shape[1] * shape[2] * (bytesPerPixel == 1 ? 1 : sizeof(int))))
            throw new RecordingFault(dataset, $"has shape {text}, more than one recording can hold (2 GB); cut it into several files");
    }

    /// <summary>Frames already in bytes.</summary>
    public static Tensor FromBytes(ReadOnlySpan<byte> heights, long[] shape)
    {
        Tensor frames = empty(shape, dtype: ScalarType.Byte);
        heights.CopyTo(frames.bytes);
        return frames;
    }

    /// <summary>Frames of 16 bits, as bytes if they fit.</summary>
    public static Tensor FromUInt16(ReadOnlySpan<ushort> heights, long[] shape)
    {
        bool small = heights.IndexOfAnyExceptInRange((ushort)0, (ushort)byte.MaxValue) < 0;
        Tensor frames = empty(shape, dtype: small ? ScalarType.Byte : ScalarType.Int32);
        Span<byte> bytes = frames.bytes;
        Span<int> ints = small ? [] : MemoryMarshal.Cast<byte, int>(bytes);
        for (int i = 0; i < heights.Length; i++)
        {
            if (small) bytes[i] = (byte)heights[i];
            else ints[i] = heights[i];
        }
        return frames;
    }

    /// <summary>
    /// Frames of numbers: rounded to whole millimetres, below the floor is 0; a frame with a NaN or an infinity is missing.
    /// </summary>
    /// <exception cref="RecordingFault">The numbers cannot be millimetres: none above 1, or some above 65,535.</exception>
    public static (Tensor Frames, bool[]? Missing) FromNumbers(string dataset, float[] heights, long[] shape)
    {
        bool[]? missing = MissingValues.ZeroOut(heights, (int)shape[0]);
        MissingValues.RequireSome(dataset, missing);
        float max = 0;
        foreach (float height in heights) max = Math.Max(max, height);
        if (max <= 1) throw new RecordingFault(dataset, $"has no value above {max:0.###}; frames are heights above the floor in millimetres");
        if (max > ushort.MaxValue) throw new RecordingFault(dataset, $"has the value {max:0}; frames are millimetres, at most 65,535");
        bool small = max < 255.5f;
        Tensor frames = empty(shape, dtype: small ? ScalarType.Byte : ScalarType.Int32);
        Span<byte> bytes = frames.bytes;
        Span<int> ints = small ? [] : MemoryMarshal.Cast<byte, int>(bytes);
        for (int i = 0; i < heights.Length; i++)
        {
            float height = MathF.Round(Math.Max(0, heights[i]));
            if (small) bytes[i] = (byte)height;
            else ints[i] = (int)height;
        }
        return (frames, missing);
    }
}
