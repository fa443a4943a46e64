using CsCheck;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

/// <summary>What is true of every exponential family, each held against something slower than the code it tests.</summary>
internal static class FamilyTruths
{
    /// <summary>Calls the property with random event size, batch shape and seed.</summary>
    public static void ForRandomSizes(Action<int, long[], int> property, int iterations = 40, int maximumSize = 5) =>
        Gen.Select(Gen.Int[1, maximumSize], Gen.Long[1, 3].Array[0, 2], Gen.Int[0, 1_000_000]).Sample((size, batch, seed) =>
        {
            using var scope = NewDisposeScope();
            property(size, batch, seed);
        }, iter: iterations, threads: 1);

    public static Generator Seeded(int seed) => new((ulong)seed);

    /// <summary>Standard normal entries, float64.</summary>
    public static Tensor Normal(Generator generator, params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: generator);

    /// <summary>Uniform entries between two bounds, float64.</summary>
    public static Tensor Uniform(Generator generator, double from, double to, params long[] shape) =>
        from + (to - from) * rand(shape, dtype: ScalarType.Float64, generator: generator);

    /// <summary>Random symmetric positive definite matrices, well conditioned.</summary>
    public static Tensor Spd(Generator generator, long n, params long[] batch)
    {
        Tensor root = Normal(generator, [.. batch, n, n + 2]);
        return matmul(root, root.mT) / (n + 2) + 0.3 * eye(n, dtype: ScalarType.Float64);
    }

    public static void AssertEqual<T>(T expected, T actual, double tolerance, string what) where T : INaturalParameters<T>
    {
        for (int i = 0; i < expected.Blocks.Count; i++)
            AssertClose.Equal(expected.Blocks[i], actual.Blocks[i], tolerance, $"{what}, block {i}");
    }

    public static void ExpectedStatisticsAreAutogradOfLogPartition<T>(IExponentialFamily<T> family, T eta) where T : INaturalParameters<T>
    {
        Tensor[] gradients = FiniteDifferences.Autograd(x => family.LogPartition(T.FromBlocks(x)).sum(), [.. eta.Blocks]);
        AssertEqual(T.FromBlocks(gradients), family.ExpectedStatistics(eta), 1e-10, "E[t] against ∂log Z");
    }

    /// <summary>What is computed in one pass equals what autograd can follow, and both know the domain.</summary>
    public static void NumbersDoNotDependOnGradients<T>(IExponentialFamily<T> family, T eta) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        T leaf = T.FromBlocks([.. eta.Blocks.Select(block => block.detach().clone().requires_grad_())]);
        AssertClose.Equal(family.LogPartition(leaf), family.LogPartition(eta), 1e-12, "log Z");
        AssertEqual(family.ExpectedStatistics(leaf), family.ExpectedStatistics(eta), 1e-11, "E[t]");
        Assert.True(family.Contains(leaf) && family.Contains(eta));
    }

    /// <summary>Autograd through E[t], log Z and their sum over random weights against central differences.</summary>
    public static void GradientsAgreeWithFiniteDifferences<T>(IExponentialFamily<T> family, T eta, Generator generator)
        where T : INaturalParameters<T>
    {
        T weights = T.FromBlocks([.. eta.Blocks.Select(block => Normal(generator, block.shape))]);
        FiniteDifferences.AssertAgree(
            x => ExponentialFamily.Inner(weights, family.ExpectedStatistics(Symmetrised<T>(x))).sum()
                + family.LogPartition(Symmetrised<T>(x)).sum(),
            [.. eta.Blocks], tolerance: 1e-6, step: 1e-5);
    }

    private static T Symmetrised<T>(Tensor[] blocks) where T : INaturalParameters<T> =>
        T.FromBlocks([.. blocks.Select((block, i) => T.SymmetricBlocks[i] ? (block + block.mT) / 2 : block)]);

    public static void KlIsZeroAtItselfAndPositiveElsewhere<T>(IExponentialFamily<T> family, T q, T p) where T : INaturalParameters<T>
    {
        AssertClose.Equal(zeros_like(family.LogPartition(q)), family.Kl(q, q), 1e-9, "KL(q‖q)");
        Assert.True((family.Kl(q, p) > -1e-9).all().item<bool>(), "KL(q‖p) ≥ 0");
    }

    /// <summary>KL(q‖p) and the entropy of q against averages of log densities over draws from q, within six standard errors.</summary>
    public static void KlAndEntropyMatchMonteCarlo<T, TValue>(IExponentialFamily<T, TValue> family, T q, T p, int seed, int count = 100_000)
        where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        TValue draws = family.Sample(q, Seeded(seed), count);
        Tensor logQ = family.LogDensity(q, draws), logP = family.LogDensity(p, draws);
        AssertMean(family.Entropy(q), -logQ, "entropy");
        AssertMean(family.Kl(q, p), logQ - logP, "KL");
    }

    public static void SampleStatisticsMatchTheirExpectation<T, TValue>(
        IExponentialFamily<T, TValue> family, T eta, int seed, int count = 100_000)
        where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        T drawn = family.Statistics(family.Sample(eta, Seeded(seed), count)), expected = family.ExpectedStatistics(eta);
        for (int i = 0; i < expected.Blocks.Count; i++) AssertMean(expected.Blocks[i], drawn.Blocks[i], $"statistic {i}");
    }

    public static void TheSameGeneratorStateGivesTheSameDraws<T, TValue>(IExponentialFamily<T, TValue> family, T eta)
        where T : INaturalParameters<T>
    {
        T Draw(int seed) => family.Statistics(family.Sample(eta, Seeded(seed), 3));
        AssertEqual(Draw(5), Draw(5), 0, "draws");
        Assert.True((Draw(5).Blocks[0] - Draw(6).Blocks[0]).abs().max().item<double>() > 0);
    }

    /// <summary>No call leaves a tensor alive on this thread but what it returns.</summary>
    public static void NothingStaysAlive<T, TValue>(IExponentialFamily<T, TValue> family, T eta) where T : INaturalParameters<T>
    {
        var generator = Seeded(1);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++)
        {
            using Tensor a = family.LogPartition(eta), b = family.Kl(eta, eta), c = family.Entropy(eta);
            Dispose(family.ExpectedStatistics(eta));
            Assert.True(family.Contains(eta));
            using (NewDisposeScope())
            {
                TValue draws = family.Sample(eta, generator, 2);
                long drawn = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
                family.LogDensity(eta, draws).Dispose();
                Dispose(family.Statistics(draws));
                Assert.Equal(drawn, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            }
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void Dispose<T>(T parameters) where T : INaturalParameters<T>
    {
        foreach (Tensor block in parameters.Blocks) block.Dispose();
    }

    /// <summary>The mean over the first dimension is the expected one within six standard errors.</summary>
    public static void AssertMean(Tensor expected, Tensor draws, string what)
    {
        Tensor standardError = draws.std(0) / Math.Sqrt(draws.shape[0]);
        Tensor deviation = (draws.mean([0]) - expected).abs() / (standardError + 1e-12);
        double worst = deviation.max().item<double>();
        Assert.True(worst < 6, $"{what}: {worst:g3} standard errors off");
    }

    /// <summary>The message of the violation, which <c>Contains</c> has to agree with.</summary>
    public static string Violation<T>(IExponentialFamily<T> family, T eta, string symbol) where T : INaturalParameters<T>
    {
        Assert.False(family.Contains(eta));
        return Assert.Throws<DomainException>(() => family.Require(eta, symbol)).Message;
    }
}
