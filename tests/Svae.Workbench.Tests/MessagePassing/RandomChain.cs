using CsCheck;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>What a random chain is like.</summary>
public sealed record ChainKind(
    int Batch, int Time, int Latent, int Samples, bool SharedPairs, bool DenseNodes, bool SharedStart, bool Ragged, double Missing, int Seed)
{
    public static readonly Gen<ChainKind> Any =
        from sizes in Gen.Select(Gen.Int[1, 10], Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[0, 2])
        from flags in Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool)
        from rest in Gen.Select(Gen.Int[0, 2].Select(i => new[] { 0.0, 0.3, 1.0 }[i]), Gen.Int[0, 1_000_000])
        select new ChainKind(sizes.Item1, sizes.Item2, sizes.Item3, sizes.Item4, flags.Item1, flags.Item2, flags.Item3, flags.Item4, rest.Item1, rest.Item2);
}

/// <summary>A chain with random potentials whose joint precision is positive definite, and noise for samples.</summary>
public sealed record RandomChain(ChainPotentials Potentials, long[] Lengths, Tensor? LengthTensor, Tensor? Noise)
{
    public static RandomChain Of(ChainKind kind)
    {
        var (B, T, n) = (kind.Batch, kind.Time, kind.Latent);
        var random = new Random(kind.Seed);
        using var generator = new Generator((ulong)kind.Seed);
        Tensor Normal(params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: generator);
        Tensor Square(params long[] outer)
        {
            Tensor root = Normal([.. outer, n, n]);
            return root.matmul(root.mT) / n;
        }

        long[] outer = kind.SharedPairs ? [] : [B, T - 1];
        Tensor half = Normal([.. outer, 2 * n, 2 * n]) / Math.Sqrt(2 * n), pair = half.matmul(half.mT);
        Tensor Part(int row, int column) => pair.narrow(-2, row * n, n).narrow(-1, column * n, n).contiguous();
        Tensor observed = (rand([B, T], dtype: ScalarType.Float64, generator: generator) >= kind.Missing).to(ScalarType.Float64).unsqueeze(-1);
        var lengths = Enumerable.Range(0, B).Select(_ => kind.Ragged ? random.Next(1, T + 1) : (long)T).ToArray();
        return new RandomChain(
            new ChainPotentials(
                J0: (kind.SharedStart ? Square() : Square(B)) + 0.5 * eye(n, dtype: ScalarType.Float64), h0: kind.SharedStart ? Normal(n) : Normal(B, n),
                J11: Part(0, 0), J12: Part(0, 1), J22: Part(1, 1) + 0.2 * eye(n, dtype: ScalarType.Float64),
                Jn: kind.DenseNodes ? Square(B, T) * observed.unsqueeze(-1) : Normal(B, T, n).square() * observed,
                hn: Normal(B, T, n) * observed),
            lengths, kind.Ragged ? tensor(lengths) : null, kind.Samples == 0 ? null : Normal(kind.Samples, B, T, n));
    }
}
