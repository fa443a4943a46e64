namespace Svae.Workbench.Data;

/// <summary>
/// A small random generator (xoshiro256++, Blackman &amp; Vigna 2019) whose output is the same on every platform and version;
/// independent streams of one seed can be drawn from on different threads.
/// </summary>
internal sealed class RandomStream
{
    private const int QuantileBits = 12;
    private static readonly float[] Quantiles = NormalQuantiles();
    private ulong s0, s1, s2, s3;

    public RandomStream(int seed, int stream)
    {
        ulong mix = ((ulong)(uint)seed << 32) | (uint)stream;
        (s0, s1, s2, s3) = (SplitMix(ref mix), SplitMix(ref mix), SplitMix(ref mix), SplitMix(ref mix));
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = ulong.RotateLeft(s0 + s3, 23) + s0;
        ulong t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform on [0, 1).</summary>
    public double NextUniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform on 0 … count − 1.</summary>
    public int NextInt(int count) => (int)(NextUniform() * count);

    /// <summary>Standard normal (Box–Muller).</summary>
    public double NextNormal() =>
        Math.Sqrt(-2 * Math.Log(1 - NextUniform())) * Math.Cos(2 * Math.PI * NextUniform());

    /// <summary>An index drawn with these probabilities (which sum to one).</summary>
    public int NextIndex(ReadOnlySpan<double> probabilities)
    {
        double u = NextUniform();
        for (int k = 0; k < probabilities.Length - 1; k++)
            if ((u -= probabilities[k]) < 0) return k;
        return probabilities.Length - 1;
    }

    /// <summary>Fills a span with standard normals, fast: interpolated quantiles, cut off at 3.7 standard deviations.</summary>
    public void FillNormal(Span<float> values)
    {
        ulong bits = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if ((i & 1) == 0) bits = NextBits();
            uint half = (uint)bits;
            bits >>= 32;
            uint index = half >> (32 - QuantileBits);
            float part = (half & ((1u << (32 - QuantileBits)) - 1)) * (1f / (1u << (32 - QuantileBits)));
            float low = Quantiles[index];
            values[i] = low + part * (Quantiles[index + 1] - low);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Φ⁻¹ at the cell borders, by integrating the density (dz = dp / φ(z)) outwards from the median.</summary>
    private static float[] NormalQuantiles()
    {
        const int cells = 1 << QuantileBits;
        var quantiles = new float[cells + 1];
        const int steps = 64;
        double z = 0, dp = 1.0 / cells / steps;
        for (int i = 1; i <= cells / 2; i++)
        {
            // The last cell has no finite end; its border is the mean of the tail beyond it.
            for (int s = 0; s < steps && i < cells / 2; s++) z += dp / Density(z + 0.5 * dp / Density(z));
            if (i == cells / 2) z += 0.3;
            quantiles[cells / 2 + i] = (float)z;
            quantiles[cells / 2 - i] = (float)-z;
        }
        return quantiles;
    }

    private static double Density(double z) => Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI);
}
