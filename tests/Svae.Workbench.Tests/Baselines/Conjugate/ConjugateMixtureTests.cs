using Svae.Workbench.Baselines;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class ConjugateMixtureTests
{
    [Fact]
    public void The_bound_and_the_responsibilities_are_those_of_densities_written_out()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(1);
        Tensor weights = tensor(new[] { 0.2, 0.5, 0.3 }), means = 2 * randn([3, 2], ConjugateData.Double, generator: g);
        Tensor roots = randn([3, 2, 2], ConjugateData.Double, generator: g), covariances = matmul(roots, roots.mT) + 0.2 * eye(2, dtype: ConjugateData.Double);
        Tensor y = 2 * randn([2, 5, 2], ConjugateData.Double, generator: g);
        var model = new ConjugateMixture(new MixtureSettings { Components = 3, Dimension = 2 });
        var theta = new MixtureParameters(new Dirichlet.Natural(weights.log()), new NormalInverseWishart().Statistics(new(means, covariances)));

        var density = zeros([2, 5, 3], ConjugateData.Double);
        for (int b = 0; b < 2; b++)
            for (int t = 0; t < 5; t++)
                for (int k = 0; k < 3; k++)
                {
                    Tensor error = y[b, t] - means[k];
                    double square = error.dot(linalg.inv(covariances[k]).mv(error)).item<double>();
                    density[b, t, k] = weights[k] * Math.Exp(-0.5 * square) / (2 * Math.PI * linalg.det(covariances[k]).sqrt());
                }
        Batch batch = Batch.Whole(y);
        AssertClose.Equal(density.sum(2).log().sum(1), model.Expect(theta, batch).Bound, 1e-10, "log p(y)");
        AssertClose.Equal(density / density.sum(2, keepdim: true), model.Responsibilities(theta, batch), 1e-10, "responsibilities");
        Tensor observed = tensor(new double[,] { { 1, 0, 1, 1, 0 }, { 1, 1, 1, 0, 0 } });
        AssertClose.Equal((density.sum(2).log() * observed).sum(1), model.Expect(theta, batch with { Observed = observed }).Bound, 1e-10, "missing frames");
    }

    [Fact]
    public void On_points_from_a_mixture_weights_means_and_covariances_are_recovered()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(4);
        Tensor centers = tensor(new double[,] { { -3, 0 }, { 3, 1 }, { 0, 4 } });
        int[] counts = [300, 600, 900];
        Tensor points = cat([.. counts.Select((n, k) => centers[k] + (0.3 + 0.2 * k) * randn([n, 2], ConjugateData.Double, generator: g))]);
        var model = new ConjugateMixture(new MixtureSettings { Components = 6, Dimension = 2 });
        using var clusters = KMeans.Fit(points, 6, seed: 1);
        MixtureParameters start = model.Model.Posterior([points], [[.. clusters.Labels.data<long>().Select(z => (int)z)]], 1);
        var fit = VariationalEm.Fit(model, new Minibatches([points], 1800, 1, 0), new() { Iterations = 300 }, start);

        Tensor alpha = Dirichlet.ToStandard(fit.Parameters.Weights).Alpha;
        long[] used = [.. (alpha > 20).nonzero().flatten().data<long>()];
        Assert.Equal(3, used.Length);
        var standard = NormalInverseWishart.ToStandard(fit.Parameters.Components);
        foreach (long k in used)
        {
            int nearest = (int)(standard.m[k] - centers).square().sum(1).argmin().item<long>();
            AssertClose.Equal(centers[nearest], standard.m[k], 0.1, "mean");
            AssertClose.Equal(tensor(counts[nearest] / 1800.0), alpha[k] / alpha.sum(), 0.02, "weight");
            Tensor covariance = standard.S[k] / (standard.Nu[k] - 3);
            double scale = 0.3 + 0.2 * nearest;
            AssertClose.Equal(scale * scale * eye(2, dtype: ConjugateData.Double), covariance, 0.06, "covariance");
        }
    }

    [Fact]
    public void Observations_of_another_size_are_refused_by_name()
    {
        var model = new ConjugateMixture(new MixtureSettings { Components = 2, Dimension = 2 });
        var error = Assert.Throws<ArgumentException>(() => model.Expect(model.Prior, Batch.Whole(zeros([1, 4, 3], ConjugateData.Double))));
        Assert.Contains("observations", error.Message);
    }
}
