using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class MatrixNormalInverseWishartTests() : FamilyProperties<MatrixNormalInverseWishart.Natural, MatrixNormalInverseWishart.Value>(Family)
{
    private static readonly MatrixNormalInverseWishart Family = new();

    public static TheoryData<string> Cases => [.. GoldenCase.Names("mniw_")];

    [Theory, MemberData(nameof(Cases))]
    public void Golden_cases_from_scipy(string name) => GoldenComparison.AssertAll(Golden(name));

    internal static GoldenComparison[] Golden(string name)
    {
        var c = GoldenCase.Load(name);
        var q = MatrixNormalInverseWishart.FromStandard(new(c["M"], c["K"], c["S"], c["nu"]));
        var p = MatrixNormalInverseWishart.FromStandard(new(c["prior_M"], c["prior_K"], c["prior_S"], c["prior_nu"]));
        var t = Family.ExpectedStatistics(q);
        return
        [
            c.Compare("eta_Kinv", q.KInverse), c.Compare("eta_B", q.B), c.Compare("eta_C", q.C), c.Compare("eta_nu", q.Nu),
            c.Compare("logZ", Family.LogPartition(q)), c.Compare("prior_logZ", Family.LogPartition(p)), c.Compare("kl", Family.Kl(q, p)),
            c.Compare("E_neghalf_ALA", t.KInverse), c.Compare("E_AL", t.B), c.Compare("E_neghalfL", t.C), c.Compare("E_half_logdetL", t.Nu),
        ];
    }

    [Fact]
    public void One_column_is_the_normal_inverse_Wishart()
    {
        var q = MatrixNormalInverseWishart.ToStandard(Random(3, [2], 5, columns: 1));
        var matrix = MatrixNormalInverseWishart.FromStandard(q);
        var vector = NormalInverseWishart.FromStandard(new(q.M.squeeze(-1), 1 / q.K.squeeze(-1).squeeze(-1), q.S, q.Nu));
        var other = new NormalInverseWishart();
        AssertClose.Equal(other.LogPartition(vector), Family.LogPartition(matrix), 1e-12, "log Z");
        AssertClose.Equal(other.Entropy(vector), Family.Entropy(matrix), 1e-12, "entropy");
        AssertClose.Equal(other.ExpectedStatistics(vector).Kappa, Family.ExpectedStatistics(matrix).KInverse.reshape(2), 1e-12, "E −½μᵀΛμ");
    }

    [Fact]
    public void Log_density_is_that_of_its_two_factors_written_out()
    {
        var q = MatrixNormalInverseWishart.ToStandard(Random(3, [2], 5, columns: 2));
        var eta = MatrixNormalInverseWishart.FromStandard(q);
        var value = Family.Sample(eta, FamilyTruths.Seeded(6), 4);
        Tensor vec = value.A.mT.reshape(4, 2, 6), mean = q.M.mT.reshape(2, 6); // vec A ~ N(vec M, K ⊗ Σ)
        Tensor covariance = einsum("bij,sbkl->sbikjl", q.K, value.Sigma).reshape(4, 2, 6, 6);
        Tensor expected = TextbookDensities.InverseWishart(value.Sigma, q.S, q.Nu) + TextbookDensities.Gaussian(vec, mean, covariance);
        AssertClose.Equal(expected, Family.LogDensity(eta, value), 1e-10, "log density");
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
            return FamilyTruths.Violation(Family, MatrixNormalInverseWishart.Natural.FromBlocks(blocks), "q(A)");
        }
        Assert.True(Family.Contains(good));
        Assert.Equal("q(A) K⁻¹[1, 0, 2] = NaN must be finite", Message(x => x[0][1, 0, 2] = double.NaN));
        Assert.Equal("q(A) B[2, 2, 1] = -Infinity must be finite", Message(x => x[1][2, 2, 1] = double.NegativeInfinity));
        Assert.Equal("q(A) ν[0] = 0.5 must exceed n − 1 = 1", Message(x => x[3][0] = 0.5));
        Assert.StartsWith("q(A) C[0, 0, 1] = 7 but q(A) C[0, 1, 0] = ", Message(x => x[2][0, 0, 1] = 7));
        Assert.Equal("q(A) K⁻¹[1] must be positive definite; its leading 1 × 1 block is not", Message(x => x[0][1, 0, 0] = -1));
        Assert.Equal("q(A) S = C − BᵀKB[2] must be positive definite; its leading 2 × 2 block is not", Message(x => x[2][2, 1, 1] = -5));
        var shape = Assert.Throws<ArgumentException>(() => Family.LogPartition(good with { C = good.KInverse }));
        Assert.Equal("MatrixNormalInverseWishart C: expected [3, 2, 2] (batch, n, n), got [3, 3, 3]", shape.Message);
        var standard = Assert.Throws<DomainException>(() =>
            MatrixNormalInverseWishart.FromStandard(MatrixNormalInverseWishart.ToStandard(good) with { K = -good.KInverse }));
        Assert.Equal("MatrixNormalInverseWishart K[0] must be positive definite; its leading 1 × 1 block is not", standard.Message);
    }

    protected override MatrixNormalInverseWishart.Natural Random(int n, long[] batch, int seed) => Random(n, batch, seed, columns: 1 + seed % 4);

    protected override MatrixNormalInverseWishart.Natural ThroughStandard(MatrixNormalInverseWishart.Natural eta) =>
        MatrixNormalInverseWishart.FromStandard(MatrixNormalInverseWishart.ToStandard(eta));

    private static MatrixNormalInverseWishart.Natural Random(int n, long[] batch, int seed, int columns)
    {
        var g = FamilyTruths.Seeded(seed);
        return MatrixNormalInverseWishart.FromStandard(new(
            FamilyTruths.Normal(g, [.. batch, n, columns]), FamilyTruths.Spd(g, columns, batch),
            FamilyTruths.Spd(g, n, batch) * 3, n - 1 + FamilyTruths.Uniform(g, 1.5, 9, batch)));
    }
}
