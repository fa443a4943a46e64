using Svae.Workbench.Data;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data.Toys;

public class LinearGaussianProcessTests
{
    private static LinearGaussianProcess Random(int n, int D, Generator g)
    {
        Tensor Draw(params long[] shape) => randn(shape, ScalarType.Float64, generator: g);
        Tensor root = Draw(n, n), first = Draw(n, n);
        return new LinearGaussianProcess(Draw(n), matmul(first, first.t()) + 0.1 * eye(n, dtype: ScalarType.Float64), 0.5 * Draw(n, n),
            matmul(root, root.t()) + 0.1 * eye(n, dtype: ScalarType.Float64), Draw(D, n), Draw(D), 0.4);
    }

    /// <summary>Mean and covariance of all of y_{1:T} at once, built block by block.</summary>
    private static (Tensor Mean, Tensor Covariance) Joint(LinearGaussianProcess process, int T)
    {
        int n = (int)process.A.shape[0], D = (int)process.C.shape[0];
        var (mean, marginal) = (new Tensor[T], new Tensor[T]);
        (mean[0], marginal[0]) = (process.m, process.P);
        for (int t = 1; t < T; t++)
        {
            mean[t] = matmul(process.A, mean[t - 1]);
            marginal[t] = matmul(matmul(process.A, marginal[t - 1]), process.A.t()) + process.Q;
        }
        Tensor covariance = zeros(T * D, T * D, ScalarType.Float64);
        for (int s = 0; s < T; s++)
        {
            Tensor cross = marginal[s]; // Cov(x_t, x_s) = A^{t−s} Cov(x_s)
            for (int t = s; t < T; t++, cross = matmul(process.A, cross))
            {
                Tensor block = matmul(matmul(process.C, cross), process.C.t());
                covariance.narrow(0, t * D, D).narrow(1, s * D, D).copy_(block);
                covariance.narrow(0, s * D, D).narrow(1, t * D, D).copy_(block.t());
            }
        }
        Tensor y = stack([.. mean.Select(m => matmul(process.C, m) + process.d)]);
        return (y.flatten(), covariance + process.Noise * process.Noise * eye(T * D, dtype: ScalarType.Float64));
    }

    [Theory, InlineData(1, 1, 1), InlineData(2, 3, 5), InlineData(3, 2, 6)]
    public void Likelihood_and_entropy_are_those_of_the_dense_joint_gaussian(int n, int D, int T)
    {
        using var scope = NewDisposeScope();
        var g = new Generator(4);
        LinearGaussianProcess process = Random(n, D, g);
        var (mean, covariance) = Joint(process, T);
        Tensor y = 2 * randn([3, T, D], ScalarType.Float64, generator: g), apart = y.reshape(3, -1) - mean;
        double logDeterminant = linalg.slogdet(covariance).Item2.item<double>();
        Tensor square = (apart * linalg.solve(covariance, apart.t()).t()).sum(1);
        AssertClose.Equal(-0.5 * (square + logDeterminant + T * D * Math.Log(2 * Math.PI)), process.LogLikelihood(y), 1e-10);
        Assert.Equal(0.5 * (logDeterminant + T * D * Math.Log(2 * Math.PI * Math.E)), process.Entropy(T), 9);
    }

    [Fact]
    public void Samples_have_the_joint_covariance()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(4);
        LinearGaussianProcess process = Random(2, 2, g);
        var (mean, covariance) = Joint(process with { Noise = 1e-9 }, 3);
        Tensor y = process.Sample(200_000, 3, g).Clean.reshape(200_000, -1), apart = y - y.mean([0L]);
        AssertClose.Equal(mean, y.mean([0L]), 0.02);
        AssertClose.Equal(covariance, matmul(apart.t(), apart) / 200_000, 0.02);
    }

    [Fact]
    public void The_stationary_covariance_stays()
    {
        using var scope = NewDisposeScope();
        LinearGaussianProcess process = Random(3, 1, new Generator(2));
        Tensor A = 0.9 * process.A / linalg.norm(process.A), P = LinearGaussianProcess.StationaryCovariance(A, process.Q);
        AssertClose.Equal(P, matmul(matmul(A, P), A.t()) + process.Q, 1e-12);
    }

    [Fact]
    public void The_particle_filter_of_a_linear_process_agrees_with_the_kalman_filter()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(8);
        LinearGaussianProcess process = Random(2, 3, g);
        Tensor first = linalg.cholesky(process.P).t(), root = linalg.cholesky(process.Q).t();
        Tensor Draws(long count, Generator source) => randn([count, 2], ScalarType.Float64, generator: source);
        var space = new NonlinearStateSpace((count, s) => process.m + matmul(Draws(count, s), first),
            (x, s) => matmul(x, process.A.t()) + matmul(Draws(x.shape[0], s), root), x => matmul(x, process.C.t()) + process.d, process.Noise);
        Tensor y = space.Emit(space.Sample(3, 20, g)) + process.Noise * randn([3, 20, 3], ScalarType.Float64, generator: g);
        Tensor exact = process.LogLikelihood(y), estimate = space.LogLikelihood(y, 40_000, g);
        Assert.InRange((exact - estimate).abs().max().item<double>(), 0, 0.25);
    }
}
