using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

/// <summary>Small data for the conjugate models' tests.</summary>
internal static class ConjugateData
{
    public const ScalarType Double = ScalarType.Float64;

    /// <summary>Sequences of unlike lengths whose frames wander between a few places, and for each which frames are missing.</summary>
    public static (Tensor[] Sequences, bool[]?[] Missing) Ragged(int seed, int width, bool missing = true)
    {
        using var g = new Generator((ulong)seed);
        Tensor centers = 2 * randn([3, width], Double, generator: g);
        Tensor[] sequences = [.. new[] { 12, 7, 15, 1 }.Select(frames =>
            centers.index_select(0, arange(frames).div(4, RoundingMode.floor).remainder(3).to(ScalarType.Int64)) + 0.3 * randn([frames, width], Double, generator: g))];
        bool[]?[] gone = [.. sequences.Select((s, i) => missing && i % 2 == 0 ? Enumerable.Range(0, (int)s.shape[0]).Select(t => t % 5 == 3).ToArray() : null)];
        return (sequences, gone);
    }

    /// <summary>All recordings in one batch.</summary>
    public static Minibatches Together(IReadOnlyList<Tensor> sequences, IReadOnlyList<bool[]?>? missing = null) =>
        new(sequences, (int)sequences.Max(s => s.shape[0]), sequences.Count, seed: 0, missing);
}
