using CsCheck;
using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

/// <summary>The mode is the largest value of ⟨η, t(θ)⟩: no other parameter, near or far, may exceed it.</summary>
public class PosteriorModeTests
{
    private const ScalarType Double = ScalarType.Float64;

    private static readonly Gen<(int Seed, int Size)> Problems = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 4]);

    [Fact]
    public void No_probabilities_exceed_a_dirichlets_mode() => Problems.Sample(problem =>
    {
        using var scope = NewDisposeScope();
        using var g = new Generator((ulong)problem.Seed);
        var eta = new Dirichlet.Natural(3 * rand([problem.Size + 1], Double, generator: g));
        Tensor mode = PosteriorMode.Of(eta).Eta;
        Assert.Equal(1, mode.exp().sum().item<double>(), 1e-12);
        foreach (double scale in Scales)
            Assert.True(Inner(eta, new((mode + scale * randn(mode.shape, Double, generator: g)).log_softmax(0))) <= Inner(eta, new(mode)) + 1e-12);
    }, iter: 30);

    [Fact]
    public void No_mean_and_covariance_exceed_a_normal_inverse_wisharts_mode() => Problems.Sample(problem =>
    {
        using var scope = NewDisposeScope();
        using var g = new Generator((ulong)problem.Seed);
        long n = problem.Size;
        Tensor s = Covariance(n, g), m = randn([n], Double, generator: g), nu = tensor(n + 2.5);
        var eta = NormalInverseWishart.FromStandard(new(m, tensor(1.7), s, nu));
        var family = new NormalInverseWishart();
        double best = Inner(eta, PosteriorMode.Of(eta));
        foreach (double scale in Scales)
            Assert.True(Inner(eta, family.Statistics(new(m + scale * randn([n], Double, generator: g), Near(s / nu, scale, g)))) <= best + 1e-9);
    }, iter: 30);

    [Fact]
    public void No_regression_exceeds_a_matrix_normal_inverse_wisharts_mode() => Problems.Sample(problem =>
    {
        using var scope = NewDisposeScope();
        using var g = new Generator((ulong)problem.Seed);
        long n = problem.Size, p = problem.Size + 1;
        Tensor s = Covariance(n, g), mean = randn([n, p], Double, generator: g), nu = tensor(n + 2.5);
        var eta = MatrixNormalInverseWishart.FromStandard(new(mean, Covariance(p, g), s, nu));
        var family = new MatrixNormalInverseWishart();
        double best = Inner(eta, PosteriorMode.Of(eta));
        foreach (double scale in Scales)
            Assert.True(Inner(eta, family.Statistics(new(mean + scale * randn([n, p], Double, generator: g), Near(s / nu, scale, g)))) <= best + 1e-9);
    }, iter: 30);

    [Fact]
    public void A_concentration_below_one_has_no_mode()
    {
        var error = Assert.Throws<DomainException>(() => PosteriorMode.Of(new Dirichlet.Natural(tensor(new[] { 0.5, -0.2 }))));
        Assert.Contains("α = 0.8", error.Message);
    }

    private static double[] Scales => [1e-3, 0.1, 1];

    private static double Inner<T>(T eta, T statistics) where T : INaturalParameters<T> => ExponentialFamily.Inner(eta, statistics).item<double>();

    private static Tensor Covariance(long n, Generator g)
    {
        Tensor root = randn([n, n], Double, generator: g);
        return matmul(root, root.mT) + 0.5 * eye(n, dtype: Double);
    }

    /// <summary>Another covariance, L (I + scale · E)(I + scale · E)ᵀ Lᵀ with noise E.</summary>
    private static Tensor Near(Tensor sigma, double scale, Generator g)
    {
        Tensor factor = linalg.cholesky(sigma), change = eye(sigma.shape[0], dtype: Double) + scale * randn(sigma.shape, Double, generator: g);
        Tensor moved = matmul(factor, change);
        return matmul(moved, moved.mT) + 1e-6 * eye(sigma.shape[0], dtype: Double);
    }
}
