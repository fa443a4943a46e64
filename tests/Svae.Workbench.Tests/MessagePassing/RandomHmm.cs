using CsCheck;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>A random hidden Markov model: any shape, shared or per-sequence parameters, ragged or not.</summary>
public sealed record RandomHmm(int B, int T, int K, bool SharedInitial, bool SharedTransition, bool Ragged, int Seed)
{
    public static readonly Gen<RandomHmm> Small = OfSizes(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int[1, 4]);

    public static Gen<RandomHmm> OfSizes(Gen<int> batch, Gen<int> time, Gen<int> states) =>
        Gen.Select(batch, time, states, Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 1_000_000])
            .Select((b, t, k, initial, transition, ragged, seed) => new RandomHmm(b, t, k, initial, transition, ragged, seed));

    /// <summary>Normal entries times a scale.</summary>
    public HmmPotentials Potentials(double scale = 1)
    {
        using var generator = new Generator((ulong)Seed);
        Tensor Draw(params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: generator) * scale;
        return new HmmPotentials(SharedInitial ? Draw(K) : Draw(B, K), SharedTransition ? Draw(K, K) : Draw(B, K, K), Draw(B, T, K));
    }

    public Tensor? Lengths()
    {
        if (!Ragged) return null;
        var random = new Random(Seed);
        return tensor([.. Enumerable.Range(0, B).Select(_ => (long)random.Next(1, T + 1))]);
    }

    public int LengthOf(int b) => Lengths() is { } lengths ? (int)lengths[b].item<long>() : T;
}
