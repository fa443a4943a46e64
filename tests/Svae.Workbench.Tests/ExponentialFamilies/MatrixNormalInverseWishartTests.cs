using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class MatrixNormalInverseWishartTests
{
    private readonly MatrixNormalInverseWishart family = new();

    public static TheoryData<string> Cases => [.. GoldenCase.Names("mniw_")];

    [Theory, MemberData(nameof(Cases))]
    public void Golden_cases_from_scipy(string name)
    {
        var c = GoldenCase.Load(name);
        var q = MatrixNormalInverseWishart.FromStandard(new(c["M"], c["K"], c["S"], c["nu"]));
        var p = MatrixNormalInverseWishart.FromStandard(new(c["prior_M"], c["prior_K"], c["prior_S"], c["prior_nu"]));
        AssertClose.Equal(c["eta_Kinv"], q.KInverse, 1e-9, "K⁻¹");
        AssertClose.Equal(c["eta_B"], q.B, 1e-9, "B");
        AssertClose.Equal(c["eta_C"], q.C, 1e-9, "C");
        AssertClose.Equal(c["logZ"], family.LogPartition(q), 1e-9, "log Z");
        AssertClose.Equal(c["prior_logZ"], family.LogPartition(p), 1e-9, "log Z of the prior");
        var t = family.ExpectedStatistics(q);
        AssertClose.Equal(c["E_neghalf_ALA"], t.KInverse, 1e-9, "E −½AᵀΛA");
        AssertClose.Equal(c["E_AL"], t.B, 1e-9, "E AᵀΛ");
        AssertClose.Equal(c["E_neghalfL"], t.C, 1e-9, "E −½Λ");
        AssertClose.Equal(c["E_half_logdetL"], t.Nu, 1e-9, "E ½log|Λ|");
        AssertClose.Equal(c["kl"], ExponentialFamily.Kl(family, q, p), 1e-9, "KL");
    }

    [Fact]
    public void Expected_statistics_are_autograd_of_the_log_partition() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
            FamilyTruths.ExpectedStatisticsAreAutogradOfLogPartition(family, Random(n, batch, seed)));

    [Fact]
    public void Gradients_agree_with_finite_differences() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
            FamilyTruths.GradientsAgreeWithFiniteDifferences(family, Random(n, [], seed), FamilyTruths.Seeded(seed)),
            iterations: 5, maximumSize: 3);

    [Fact]
    public void Standard_parameters_survive_the_round_trip() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
        {
            var eta = Random(n, batch, seed);
            var back = MatrixNormalInverseWishart.FromStandard(MatrixNormalInverseWishart.ToStandard(eta));
            FamilyTruths.AssertEqual(eta, back, 1e-9, "round trip");
        });

    [Fact]
    public void Kl_is_zero_at_itself_and_positive_elsewhere() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
            FamilyTruths.KlIsZeroAtItselfAndPositiveElsewhere(family, Random(n, batch, seed), Random(n, batch, seed + 4)));

    [Fact]
    public void Kl_and_entropy_match_Monte_Carlo()
    {
        FamilyTruths.KlAndEntropyMatchMonteCarlo(family, Random(1, [2], 3), Random(1, [2], 7), seed: 7);
        FamilyTruths.KlAndEntropyMatchMonteCarlo(family, Random(3, [2], 3), Random(3, [2], 7), seed: 7);
    }

    [Fact]
    public void Statistics_of_samples_average_to_their_expectation()
    {
        FamilyTruths.SampleStatisticsMatchTheirExpectation(family, Random(1, [], 1), seed: 2);
        FamilyTruths.SampleStatisticsMatchTheirExpectation(family, Random(3, [2, 2], 1), seed: 2, count: 20_000);
    }

    [Fact]
    public void The_same_generator_state_gives_the_same_draws() =>
        FamilyTruths.TheSameGeneratorStateGivesTheSameDraws(family, Random(3, [2], 1));

    [Fact]
    public void Nothing_stays_alive() => FamilyTruths.NothingStaysAlive(family, Random(3, [2], 1));

    [Fact]
    public void One_column_is_the_normal_inverse_Wishart()
    {
        var q = MatrixNormalInverseWishart.ToStandard(Random(3, [2], 5, columns: 1));
        var matrix = MatrixNormalInverseWishart.FromStandard(q);
        var vector = NormalInverseWishart.FromStandard(new(q.M.squeeze(-1), 1 / q.K.squeeze(-1).squeeze(-1), q.S, q.Nu));
        var other = new NormalInverseWishart();
        AssertClose.Equal(other.LogPartition(vector), family.LogPartition(matrix), 1e-12, "log Z");
        AssertClose.Equal(other.Entropy(vector), family.Entropy(matrix), 1e-12, "entropy");
        AssertClose.Equal(other.ExpectedStatistics(vector).Kappa, family.ExpectedStatistics(matrix).KInverse.reshape(2), 1e-12, "E −½μᵀΛμ");
    }

    [Fact]
    public void Log_density_is_that_of_its_two_factors_written_out()
    {
        var q = MatrixNormalInverseWishart.ToStandard(Random(3, [2], 5, columns: 2));
        var eta = MatrixNormalInverseWishart.FromStandard(q);
        var value = family.Sample(eta, FamilyTruths.Seeded(6), 4);
        Tensor vec = value.A.mT.reshape(4, 2, 6), mean = q.M.mT.reshape(2, 6); // vec A ~ N(vec M, K ⊗ Σ)
        Tensor covariance = einsum("bij,sbkl->sbikjl", q.K, value.Sigma).reshape(4, 2, 6, 6);
        Tensor expected = TextbookDensities.InverseWishart(value.Sigma, q.S, q.Nu) + TextbookDensities.Gaussian(vec, mean, covariance);
        AssertClose.Equal(expected, family.LogDensity(eta, value), 1e-10, "log density");
    }

    [Fact]
    public void Standard_parameters_broadcast_their_batch()
    {
        Tensor means = FamilyTruths.Normal(FamilyTruths.Seeded(1), 4, 2, 3);
        Tensor columns = eye(3, dtype: ScalarType.Float64), scale = eye(2, dtype: ScalarType.Float64);
        var all = MatrixNormalInverseWishart.FromStandard(new(means, columns, scale, tensor(5.0)));
        var third = MatrixNormalInverseWishart.FromStandard(new(means[2], columns, scale, tensor(5.0)));
        Assert.Equal([4, 3, 3], all.KInverse.shape);
        var selected = MatrixNormalInverseWishart.Natural.FromBlocks([.. all.Blocks.Select(block => block[2])]);
        FamilyTruths.AssertEqual(third, selected, 1e-14, "third");
    }

    [Fact]
    public void Violations_of_the_domain_are_refused_by_name()
    {
        var good = Random(2, [3], 1, columns: 3);
        string Message(Action<Tensor[]> spoil)
        {
            Tensor[] blocks = [.. good.Blocks.Select(block => block.clone())];
            spoil(blocks);
            return FamilyTruths.Violation(family, MatrixNormalInverseWishart.Natural.FromBlocks(blocks), "q(A)");
        }
        Assert.True(family.Contains(good));
        Assert.Equal("q(A) K⁻¹[1, 0, 2] = NaN must be finite", Message(x => x[0][1, 0, 2] = double.NaN));
        Assert.Equal("q(A) B[2, 2, 1] = -Infinity must be finite", Message(x => x[1][2, 2, 1] = double.NegativeInfinity));
        Assert.Equal("q(A) ν[0] = 0.5 must exceed n − 1 = 1", Message(x => x[3][0] = 0.5));
        Assert.StartsWith("q(A) C[0, 0, 1] = 7 but q(A) C[0, 1, 0] = ", Message(x => x[2][0, 0, 1] = 7));
        Assert.Equal("q(A) K⁻¹[1] must be positive definite; its leading 1 × 1 block is not", Message(x => x[0][1, 0, 0] = -1));
        Assert.Equal("q(A) S = C − BᵀKB[2] must be positive definite; its leading 2 × 2 block is not", Message(x => x[2][2, 1, 1] = -5));
        var shape = Assert.Throws<ArgumentException>(() => family.LogPartition(good with { C = good.KInverse }));
        Assert.Equal("MatrixNormalInverseWishart C: expected [3, 2, 2] (batch, n, n), got [3, 3, 3]", shape.Message);
        var standard = Assert.Throws<DomainException>(() =>
            MatrixNormalInverseWishart.FromStandard(MatrixNormalInverseWishart.ToStandard(good) with { K = -good.KInverse }));
        Assert.Equal("MatrixNormalInverseWishart K[0] must be positive definite; its leading 1 × 1 block is not", standard.Message);
    }

    private static MatrixNormalInverseWishart.Natural Random(int n, long[] batch, int seed, int? columns = null)
    {
        var g = FamilyTruths.Seeded(seed);
        int p = columns ?? 1 + seed % 4;
        return MatrixNormalInverseWishart.FromStandard(new(
            FamilyTruths.Normal(g, [.. batch, n, p]), FamilyTruths.Spd(g, p, batch),
            FamilyTruths.Spd(g, n, batch) * 3, n - 1 + FamilyTruths.Uniform(g, 1.5, 9, batch)));
    }
}
