using Svae.Workbench.Baselines;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class KMeansTests
{
    [Fact]
    public void Separated_blobs_are_found_whatever_the_seed()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor truth = tensor(new double[,] { { 0, 0 }, { 10, 0 }, { 0, 10 }, { 10, 10 }, { 1_000, 1_000 } });
        Tensor data = (truth.unsqueeze(1) + 0.3 * randn([5, 40, 2], ScalarType.Float64, generator: generator)).reshape(200, 2);
        for (int seed = 0; seed < 5; seed++)
        {
            using var fit = KMeans.Fit(data, 5, seed);
            long[] labels = fit.Labels.data<long>().ToArray();
            for (int blob = 0; blob < 5; blob++) Assert.Single(labels[(blob * 40)..(blob * 40 + 40)].Distinct());
            Assert.Equal(5, labels.Distinct().Count());
        }
    }

    [Fact]
    public void Inertia_and_labels_belong_to_the_centres()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        Tensor data = randn([300, 3], ScalarType.Float64, generator: generator) + 100;
        using var fit = KMeans.Fit(data, 7, seed: 1);
        Tensor distances = (data.unsqueeze(1) - fit.Centers).square().sum(-1); // the obvious way
        Assert.Equal(distances.min(1).values.sum().item<double>(), fit.Inertia, 8);
        Assert.True(distances.argmin(1).eq(fit.Labels).all().item<bool>());
        Assert.True(fit.Assign(data).eq(fit.Labels).all().item<bool>());
        for (int k = 0; k < 7; k++) // a fixed point: each centre is the mean of its rows
            AssertClose.Equal(data[fit.Labels == k].mean([0]), fit.Centers[k], 1e-9, $"centre {k}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_clusters_and_more_restarts_are_never_worse()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        Tensor data = randn([200, 2], ScalarType.Float64, generator: generator);
        using KMeans once = KMeans.Fit(data, 8, 4, restarts: 1), again = KMeans.Fit(data, 8, 4, restarts: 1), more = KMeans.Fit(data, 8, 4, restarts: 6);
        AssertClose.Equal(once.Centers, again.Centers, 0);
        Assert.True(more.Inertia <= once.Inertia);
    }

    [Fact]
    public void Fewer_distinct_rows_than_clusters_is_no_error()
    {
        using var scope = NewDisposeScope();
        Tensor data = tensor(new double[,] { { 1, 1 }, { 1, 1 }, { 2, 2 }, { 2, 2 } });
        using var fit = KMeans.Fit(data, 4);
        Assert.Equal(0, fit.Inertia, 12);
        using var single = KMeans.Fit(data.narrow(0, 0, 1), 3);
        Assert.Equal(0, single.Inertia, 12);
    }

    [Fact]
    public void Bad_input_is_named()
    {
        using var scope = NewDisposeScope();
        Tensor data = ones([5, 2]);
        data[3, 0] = float.PositiveInfinity;
        Assert.Contains("data[3, 0] is +∞", Assert.Throws<ArgumentException>(() => KMeans.Fit(data, 2)).Message);
        Assert.Contains("clusters", Assert.Throws<ArgumentException>(() => KMeans.Fit(ones([5, 2]), 0)).Message);
    }
}
