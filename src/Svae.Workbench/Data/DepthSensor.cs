namespace Svae.Workbench.Data;

/// <summary>
/// A time-of-flight depth camera and the clean-up of an extraction: pixels that mix body and floor at the rim, noise that
/// neighbours share and that grows on slopes, a 3×3 median, a floor below which nothing counts, holes along the rim, and
/// stray hot blobs.
/// </summary>
internal sealed class DepthSensor(Difficulty difficulty, int side, RandomStream random)
{
    private const float Optics = .9f;           // blur of the picture, px
    private const float NoiseBlur = .85f;       // px
    private const float FlatNoise = 1.72f;      // mm
    private const float SlopeNoise = .10f;      // mm per mm/px
    private const float Floor = 3;              // mm
    private const float RimHeight = 8;          // a rim pixel is above this, one of its neighbours below, mm
    private const double RimDropout = .17;      // of rim pixels
    private const double HotFrames = .45;       // of frames
    private const int Margin = 2;               // px around the body where the sensor sees it

    private readonly float strength = difficulty == Difficulty.Clean ? .4f : 1;
    private readonly float[] noise = new float[side * side], seen = new float[side * side], scratch = new float[side * side];
    private readonly float[] picture = new float[side * side];
    private readonly float[] optics = Kernel(Optics, power: 1), kernel = Kernel(NoiseBlur, power: 2);

    /// <summary>What the camera makes of a height map, in whole millimetres.</summary>
    public void Capture(ReadOnlySpan<float> body, Span<byte> frame)
    {
        frame.Clear();
        if (!Window(body, out int top, out int bottom, out int left, out int right)) return;
        ReadOnlySpan<float> heights = Blur(body, top, bottom, left, right);
        DrawNoise(top, bottom, left, right);
        AddNoise(heights, top, bottom, left, right);
        Quantise(frame, top, bottom, left, right);
        DropRim(heights, frame, top, bottom, left, right);
        if (random.NextUniform() < HotFrames * strength) AddHotBlobs(frame);
    }

    /// <summary>The body's bounding box with a margin, kept two pixels off the border; false for an empty frame.</summary>
    private bool Window(ReadOnlySpan<float> heights, out int top, out int bottom, out int left, out int right)
    {
        (top, bottom, left, right) = (side, -1, side, -1);
        for (int row = 0; row < side; row++)
        {
            ReadOnlySpan<float> line = heights.Slice(row * side, side);
            int first = line.IndexOfAnyExcept(0f);
            if (first < 0) continue;
            (top, bottom) = (Math.Min(top, row), row);
            (left, right) = (Math.Min(left, first), Math.Max(right, line.LastIndexOfAnyExcept(0f)));
        }
        (top, left) = (Math.Max(2, top - Margin), Math.Max(2, left - Margin));
        (bottom, right) = (Math.Min(side - 3, bottom + Margin), Math.Min(side - 3, right + Margin));
        return bottom >= top && right >= left;
    }

    /// <summary>What the optics make of the body: each pixel averages what is around it, so the rim slopes.</summary>
    private ReadOnlySpan<float> Blur(ReadOnlySpan<float> body, int top, int bottom, int left, int right)
    {
        picture.AsSpan().Clear();
        for (int row = top - 2; row <= bottom + 2; row++)
            for (int i = row * side + left; i <= row * side + right; i++)
                scratch[i] = optics[0] * body[i] + optics[1] * (body[i - 1] + body[i + 1]) + optics[2] * (body[i - 2] + body[i + 2]);
        for (int row = top; row <= bottom; row++)
            for (int i = row * side + left; i <= row * side + right; i++)
                picture[i] = optics[0] * scratch[i] + optics[1] * (scratch[i - side] + scratch[i + side])
                    + optics[2] * (scratch[i - 2 * side] + scratch[i + 2 * side]);
        return picture;
    }

    /// <summary>White noise blurred along rows, then columns, with a kernel that keeps unit variance.</summary>
    private void DrawNoise(int top, int bottom, int left, int right)
    {
        for (int row = top - 2; row <= bottom + 2; row++)
        {
            Span<float> white = scratch.AsSpan(row * side + left - 2, right - left + 5);
            random.FillNormal(white);
            Span<float> line = seen.AsSpan(row * side + left, right - left + 1);
            for (int i = 0; i < line.Length; i++)
                line[i] = kernel[0] * white[i + 2] + kernel[1] * (white[i + 1] + white[i + 3]) + kernel[2] * (white[i] + white[i + 4]);
        }
        for (int row = top; row <= bottom; row++)
            for (int i = row * side + left; i <= row * side + right; i++)
                noise[i] = kernel[0] * seen[i] + kernel[1] * (seen[i - side] + seen[i + side]) + kernel[2] * (seen[i - 2 * side] + seen[i + 2 * side]);
    }

    private void AddNoise(ReadOnlySpan<float> heights, int top, int bottom, int left, int right)
    {
        seen.AsSpan().Clear();
        for (int row = top; row <= bottom; row++)
            for (int i = row * side + left; i <= row * side + right; i++)
            {
                float gx = .5f * (heights[i + 1] - heights[i - 1]), gy = .5f * (heights[i + side] - heights[i - side]);
                seen[i] = heights[i] + strength * (FlatNoise + SlopeNoise * MathF.Sqrt(gx * gx + gy * gy)) * noise[i];
            }
    }

    private void Quantise(Span<byte> frame, int top, int bottom, int left, int right)
    {
        for (int row = top; row <= bottom; row++)
            for (int i = row * side + left; i <= row * side + right; i++)
            {
                float height = Median9(seen, i, side);
                frame[i] = height < Floor ? (byte)0 : (byte)MathF.Min(255, MathF.Round(height));
            }
    }

    /// <summary>Pixels at the edge of the body sometimes see both body and floor, and are thrown away.</summary>
    private void DropRim(ReadOnlySpan<float> heights, Span<byte> frame, int top, int bottom, int left, int right)
    {
        for (int row = top; row <= bottom; row++)
            for (int i = row * side + left; i <= row * side + right; i++)
            {
                if (frame[i] == 0) continue;
                bool rim = heights[i] >= RimHeight && (heights[i - 1] < RimHeight || heights[i + 1] < RimHeight
                    || heights[i - side] < RimHeight || heights[i + side] < RimHeight);
                if (rim && random.NextUniform() < RimDropout * strength) frame[i] = 0;
            }
    }

    private void AddHotBlobs(Span<byte> frame)
    {
        for (int blob = 1 + random.NextInt(2); blob > 0; blob--)
        {
            int height = 2 + random.NextInt(2), width = 2 + random.NextInt(2);
            int row = random.NextInt(side - height), column = random.NextInt(side - width);
            for (int r = row; r < row + height; r++)
                for (int c = column; c < column + width; c++)
                    frame[r * side + c] = Math.Max(frame[r * side + c], (byte)(8 + random.NextInt(25)));
        }
    }

    /// <summary>
    /// Half of a five-tap Gaussian whose entries, to this power, sum to one: power 1 keeps heights, power 2 keeps the
    /// variance of white noise.
    /// </summary>
    private static float[] Kernel(float sigma, int power)
    {
        float one = MathF.Exp(-.5f / (sigma * sigma)), two = MathF.Exp(-2f / (sigma * sigma));
        float norm = power == 1 ? 1 + 2 * one + 2 * two : MathF.Sqrt(1 + 2 * one * one + 2 * two * two);
        return [1 / norm, one / norm, two / norm];
    }

    /// <summary>The median of a 3×3 neighbourhood by nineteen exchanges (Paeth, Graphics Gems 1990).</summary>
    private static float Median9(float[] v, int i, int side)
    {
        float a = v[i - side - 1], b = v[i - side], c = v[i - side + 1];
        float d = v[i - 1], e = v[i], f = v[i + 1];
        float g = v[i + side - 1], h = v[i + side], k = v[i + side + 1];
        Order(ref a, ref b, ref c);
        Order(ref d, ref e, ref f);
        Order(ref g, ref h, ref k);
        float low = MathF.Max(a, MathF.Max(d, g)), high = MathF.Min(c, MathF.Min(f, k));
        Order(ref b, ref e, ref h);
        Order(ref low, ref e, ref high);
        return e;
    }

    private static void Order(ref float a, ref float b, ref float c)
    {
        (a, b) = (MathF.Min(a, b), MathF.Max(a, b));
        (b, c) = (MathF.Min(b, c), MathF.Max(b, c));
        (a, b) = (MathF.Min(a, b), MathF.Max(a, b));
    }
}
