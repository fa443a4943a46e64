using Svae.Workbench.Baselines;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class ConjugateArHmmTests
{
    /// <summary>log N(x; m, Σ) by dense algebra.</summary>
    private static Tensor LogNormal(Tensor x, Tensor mean, Tensor covariance)
    {
        Tensor error = x - mean;
        return -0.5 * (error.dot(linalg.inv(covariance).mv(error)) + linalg.slogdet(covariance).Item2 + x.shape[0] * Math.Log(2 * Math.PI));
    }

    [Fact]
    public void With_known_parameters_the_bound_is_the_likelihood_of_all_paths_enumerated()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(2);
        const int K = 2, T = 5, n = 2;
        Tensor Random(params long[] shape) => randn(shape, ConjugateData.Double, generator: g);
        Tensor Covariance() { Tensor root = Random(K, n, n); return matmul(root, root.mT) + 0.3 * eye(n, dtype: ConjugateData.Double); }
        Tensor initial = tensor(new[] { 0.3, 0.7 }).log(), transition = tensor(new[,] { { 0.9, 0.1 }, { 0.4, 0.6 } }).log();
        Tensor mean = Random(K, n), start = Covariance(), coefficients = Random(K, n, n + 1), noise = Covariance(), y = Random(1, T, n);
        var theta = new SldsParameters(new(initial), new(transition),
            new NormalInverseWishart().Statistics(new(mean, start)), new MatrixNormalInverseWishart().Statistics(new(coefficients, noise)));

        Tensor evidence = zeros([1, T, K], ConjugateData.Double);
        for (int k = 0; k < K; k++)
        {
            evidence[0, 0, k] = LogNormal(y[0, 0], mean[k], start[k]);
            for (int t = 1; t < T; t++)
                evidence[0, t, k] = LogNormal(y[0, t], coefficients[k].mv(cat([y[0, t - 1], ones(1, ConjugateData.Double)])), noise[k]);
        }
        var paths = new EnumeratedPaths(new HmmPotentials(initial, transition, evidence), 0, T);
        var model = new ConjugateArHmm(new SldsSettings { States = K, Dimension = n });
        AssertClose.Equal(paths.LogZ, model.Expect(theta, Batch.Whole(y)).Bound[0], 1e-10);
        AssertClose.Equal(paths.Marginals, model.Infer(theta, Batch.Whole(y)).Marginals[0], 1e-10);
    }

    [Fact]
    public void On_sequences_from_the_model_the_dynamics_are_recovered()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(6);
        var random = new Random(6);
        Tensor A = stack([tensor(new double[,] { { 0.9, 0.3 }, { -0.3, 0.9 } }), tensor(new double[,] { { 0.6, 0 }, { 0, 0.6 } })]);
        Tensor b = tensor(new double[,] { { 0, 0 }, { 1, -0.5 } });
        var (x, z) = (new List<Tensor> { zeros(2, ConjugateData.Double) }, new List<int> { 0 });
        for (int t = 1; t < 2000; t++)
        {
            z.Add(random.NextDouble() < 0.04 ? 1 - z[^1] : z[^1]);
            x.Add(A[z[^1]].mv(x[^1]) + b[z[^1]] + 0.1 * randn([2], ConjugateData.Double, generator: g));
        }
        Tensor y = stack(x);
        var model = new ConjugateArHmm(new SldsSettings { States = 2, Dimension = 2, Stickiness = 1 });
        int[] rough = [.. z.Select(s => random.NextDouble() < 0.3 ? 1 - s : s)];
        var fit = VariationalEm.Fit(model, new Minibatches([y], 2000, 1, 0), start: model.Model.Posterior([y], [rough], 1));
        Tensor found = MatrixNormalInverseWishart.ToStandard(fit.Parameters.Dynamics).M;
        AssertClose.Equal(cat([A, b.unsqueeze(2)], 2), found, 0.05, "[A b]");
        Tensor states = model.MostProbableStates(fit.Statistics, Batch.Whole(y.unsqueeze(0)))[0];
        Assert.True(states.eq(tensor([.. z.Select(s => (long)s)])).to(ConjugateData.Double).mean().item<double>() > 0.97);
    }

    [Fact]
    public void Missing_frames_are_refused_with_what_to_do()
    {
        var (y, missing) = ConjugateData.Ragged(0, 2);
        var model = new ConjugateArHmm(new SldsSettings { States = 2, Dimension = 2 });
        var error = Assert.Throws<ArgumentException>(() => VariationalEm.Fit(model, ConjugateData.Together(y, missing)));
        Assert.Contains("cut the recordings", error.Message);
    }
}
