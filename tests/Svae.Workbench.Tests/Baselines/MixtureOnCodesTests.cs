using Svae.Workbench.Baselines;
using Svae.Workbench.Diagnostics;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class MixtureOnCodesTests
{
    /// <summary>A VAE with linear networks that encode and decode a map of two latents into four observations, and points of three clusters.</summary>
    private static (StructuredVae<NoParameters> Vae, Tensor Points, int[] Truth) Clusters(Generator g)
    {
        Tensor centers = tensor(new float[,] { { -1.5f, 0 }, { 1.2f, 1 }, { 0.5f, -1.5f } });
        int[] truth = [.. Enumerable.Range(0, 240).Select(i => i % 3)];
        Tensor x = centers.index_select(0, tensor([.. truth.Select(k => (long)k)])) + 0.15 * randn([240, 2], generator: g);
        Tensor map = linalg.qr(randn([4, 2], generator: g)).Q;
        var recognition = new GaussianRecognition(4, 2, [], g, precision: 100);
        var decoder = new GaussianDecoder(2, 4, [], g);
        recognition.SetLinear(map.t().contiguous(), zeros(2));
        decoder.SetLinear(map, zeros(4), full(4, 0.01f));
        return (new StructuredVae<NoParameters>(new IndependentNormal(2), recognition, decoder), matmul(x, map.t()) + 0.1 * randn([240, 4], generator: g), truth);
    }

    [Fact]
    public void Clusters_of_the_codes_are_found_and_explain_the_points_better_than_one_gaussian()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(3);
        var (vae, points, truth) = Clusters(g);
        MixtureOnCodes found = MixtureOnCodes.Find(vae, points, new MixtureSettings { Components = 3, Dimension = 2 });
        int[] states = [.. found.Assign(points).data<long>().Select(k => (int)k)];
        Assert.True(SegmentationScore.Of([states], [truth]).Accuracy > 0.98);
        double plain = Plain(vae, points, new Generator(5)), mixture = found.Elbo(points, new Generator(5)).mean().item<double>();
        double density = found.LogDensity(points, new Generator(5)).mean().item<double>();
        Assert.True(mixture > plain + 0.3, $"mixture {mixture:f3}, plain VAE {plain:f3} nats/point");
        Assert.True(density > mixture, "importance weights tighten the bound");
    }

    [Fact]
    public void One_standard_normal_component_gives_the_plain_vaes_own_bound()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(4);
        var (vae, points, _) = Clusters(g);
        var mixture = new ConjugateMixture(new MixtureSettings { Components = 1, Dimension = 2 });
        var standard = new MixtureParameters(new Dirichlet.Natural(zeros(1, ScalarType.Float64)),
            new NormalInverseWishart().Statistics(new(zeros(1, 2, ScalarType.Float64), eye(2, dtype: ScalarType.Float64).unsqueeze(0))));
        var codes = new MixtureOnCodes(vae, mixture, new(mixture.Prior, standard, [], 0, true));
        double sampled = codes.Elbo(points, new Generator(5), samples: 200).mean().item<double>();
        Assert.Equal(Plain(vae, points, new Generator(6), 200), sampled, 0.05);
    }

    /// <summary>E_q log p(y|x) − KL(q ‖ N(0, I)) with the divergence in closed form, nats per point.</summary>
    private static double Plain(StructuredVae<NoParameters> vae, Tensor points, Generator generator, int samples = 10)
    {
        Batch batch = Batch.Whole(points.unsqueeze(1));
        ILocalPosterior q = vae.Infer(batch, generator, samples);
        using var mode = no_grad();
        return (vae.Likelihood.LogLikelihood(batch.Observations, q.Samples).to(ScalarType.Float64).mean([0L]).squeeze(1) + q.NegativeKl).mean().item<double>();
    }
}
