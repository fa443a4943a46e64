using Svae.Workbench.Baselines;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class PrincipalComponentsTests
{
    private static Tensor Data(long count, long width, int seed = 1)
    {
        using var generator = new Generator((ulong)seed);
        Tensor scale = linspace(3, 0.3, width, ScalarType.Float64);
        Tensor mixing = randn([width, width], ScalarType.Float64, generator: generator);
        return (randn([count, width], ScalarType.Float64, generator: generator) * scale).matmul(mixing) + 5;
    }

    [Theory]
    [InlineData(200, 7, 7)]
    [InlineData(200, 30, 5)]
    [InlineData(20, 50, 6)] // fewer rows than columns
    public void Match_the_singular_value_decomposition_of_the_centred_data(long count, long width, int components)
    {
        using var scope = NewDisposeScope();
        Tensor data = Data(count, width), centred = data - data.mean([0]);
        using var fit = PrincipalComponents.Fit(data, components);
        var (_, singular, right) = linalg.svd(centred, false);
        AssertClose.Equal((singular.square() / (count - 1)).narrow(0, 0, components), fit.ExplainedVariance, 1e-9, "variances");
        Tensor overlap = fit.Components.matmul(right.narrow(0, 0, components).t()).abs();
        AssertClose.Equal(eye(components, dtype: ScalarType.Float64), overlap, 1e-7, "directions");
        Assert.Equal(centred.square().sum().item<double>() / (count - 1), fit.TotalVariance, 6);
    }

    [Fact]
    public void Large_problems_are_solved_in_a_Krylov_space_with_the_dense_problems_answer()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        Tensor scale = exp(-arange(900, ScalarType.Float64) / 15) + 0.02; // a spectrum that falls as slowly as a depth video's
        Tensor data = (randn([1_000, 900], ScalarType.Float64, generator: generator) * scale)
            .matmul(linalg.qr(randn([900, 900], ScalarType.Float64, generator: generator)).Q);
        using var fit = PrincipalComponents.Fit(data, 10, seed: 5);
        Tensor centred = data - data.mean([0]);
        var (values, vectors) = linalg.eigh(centred.t().matmul(centred) / 999);
        AssertClose.Equal(values.flip(0).narrow(0, 0, 10), fit.ExplainedVariance, 1e-6, "variances");
        Tensor overlap = fit.Components.matmul(vectors.flip(1).narrow(1, 0, 10)).abs();
        AssertClose.Equal(eye(10, dtype: ScalarType.Float64), overlap, 1e-3, "directions");
        AssertClose.Equal(eye(10, dtype: ScalarType.Float64), fit.Components.matmul(fit.Components.t()), 1e-9, "orthonormal");
        Assert.Equal(values.sum().item<double>(), fit.TotalVariance, 8);
    }

    [Fact]
    public void All_components_reconstruct_the_data_with_and_without_whitening()
    {
        using var scope = NewDisposeScope();
        Tensor data = Data(40, 6);
        foreach (bool whiten in new[] { false, true })
        {
            using var fit = PrincipalComponents.Fit(data, 6, whiten);
            AssertClose.Equal(data, fit.Inverse(fit.Transform(data)), 1e-9, "reconstruction");
        }
    }

    [Fact]
    public void Whitened_scores_have_the_identity_as_covariance()
    {
        using var scope = NewDisposeScope();
        Tensor data = Data(500, 8);
        using var fit = PrincipalComponents.Fit(data, 4, whiten: true);
        AssertClose.Equal(eye(4, dtype: ScalarType.Float64), fit.Transform(data).t().cov(), 1e-9, "covariance");
    }

    [Theory]
    [InlineData(10, 5)]
    [InlineData(3, 5)]
    [InlineData(1, 5)]
    public void Constant_data_has_orthonormal_components_without_variance_and_scores_zero(long count, long width)
    {
        using var scope = NewDisposeScope();
        Tensor data = torch.full([count, width], 7.0, ScalarType.Float32);
        using var fit = PrincipalComponents.Fit(data, 4, whiten: true);
        AssertClose.Equal(zeros(4, ScalarType.Float64), fit.ExplainedVariance, 1e-12);
        AssertClose.Equal(eye(4, dtype: ScalarType.Float64), fit.Components.matmul(fit.Components.t()), 1e-12, "orthonormal");
        AssertClose.Equal(zeros([count, 4], ScalarType.Float64), fit.Transform(data), 1e-12, "scores");
    }

    [Fact]
    public void Depth_frames_of_bytes_are_taken_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        Tensor bytes = randint(0, 255, [30, 12], ScalarType.Byte, generator: generator);
        using PrincipalComponents a = PrincipalComponents.Fit(bytes, 3), b = PrincipalComponents.Fit(bytes.to(ScalarType.Float64), 3);
        AssertClose.Equal(b.Components, a.Components);
    }

    [Fact]
    public void A_missing_entry_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        Tensor data = Data(10, 3);
        data[4, 1] = double.NaN;
        var error = Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit(data, 2));
        Assert.Contains("data[4, 1] is NaN", error.Message);
        Assert.Contains("components: expected between 1 and D = 3, got 4",
            Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit(Data(10, 3), 4)).Message);
    }
}
