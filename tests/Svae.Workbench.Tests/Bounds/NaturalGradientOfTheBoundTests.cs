using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.GraphicalModels;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Bounds;

/// <summary>The natural gradient that a training step follows, against the bound itself as a function of E[t(θ)].</summary>
public class NaturalGradientOfTheBoundTests(ITestOutputHelper output)
{
    private const int Frames = 4, Samples = 2, Seed = 12;
    private const double Scale = 3.7;

    /// <summary>A likelihood that is no conjugate potential: y ~ N(sin x, 0.3²).</summary>
    private sealed class Sine : ILikelihood
    {
        public Tensor LogLikelihood(Tensor y, Tensor x) => PixelLogLikelihood(y, x).sum(-1);

        public Tensor PixelLogLikelihood(Tensor y, Tensor x) => -0.5 * (((y - x.sin()) / 0.3).square() + Math.Log(2 * Math.PI * 0.09));

        public Tensor Mean(Tensor x) => x.sin();

        public Tensor Sample(Tensor x, Generator generator) => x.sin() + 0.3 * randn(x.shape, x.dtype, generator: generator);
    }

    private static LinearGaussian Encoder => new(
        tensor(new double[,] { { 1, 0.3 }, { -0.2, 1 } }), zeros(2, ScalarType.Float64), tensor(new[] { 0.2, 0.3 }));

    private static Batch Data()
    {
        Tensor y = randn([2, Frames, 2], ScalarType.Float64, generator: new Generator(6));
        return new Batch(y, tensor(new long[] { Frames, 3 }), tensor(new float[,] { { 1, 0, 1, 1 }, { 1, 1, 1, 0 } }), Scale);
    }

    private static StructuredVae<T> Vae<T>(ModelCase<T> c, ILikelihood likelihood) where T : INaturalParameters<T> =>
        new(c.Model, new LinearGaussian.Recognition(Encoder, dense: false), likelihood) { Parameters = c.Random(3) };

    /// <summary>s · ∂(local ELBO)/∂E[t(θ)] as a step took it: (η' − η)/ρ − η₀ + η.</summary>
    private static T StepGradient<T>(StructuredVae<T> vae, NaturalGradientEstimator estimator) where T : INaturalParameters<T>
    {
        const double rate = 1e-3;
        T before = vae.Parameters;
        using var optimizer = optim.SGD(vae.Networks, 1e-12);
        StepReport report = vae.Step(Data(), optimizer, new StepSettings { NaturalRate = rate, Estimator = estimator, Samples = Samples }, new Generator(Seed));
        Assert.Equal(0, report.Halvings);
        T after = vae.Parameters, prior = vae.Model.Prior;
        vae.Parameters = before;
        return T.FromBlocks([.. after.Blocks.Zip(before.Blocks, prior.Blocks).Select(b => (b.First - b.Second) / rate - b.Third + b.Second)]);
    }

    /// <summary>s · local ELBO with local inference solved anew and the step's own noise; symmetric blocks stay symmetric.</summary>
    private static Tensor LocalElbo<T>(StructuredVae<T> vae, Tensor[] theta) where T : INaturalParameters<T>
    {
        Batch batch = Data();
        T statistics = T.FromBlocks([.. theta.Zip(T.SymmetricBlocks, (block, symmetric) => symmetric ? (block + block.mT) / 2 : block)]);
        Tensor noise = randn([Samples, 2, Frames, 2], ScalarType.Float64, generator: new Generator(Seed));
        ILocalPosterior q = vae.Model.Infer(statistics, Encoder.Potentials(batch.Observations, dense: false).Observed(batch.Observed), batch.Lengths, noise);
        Tensor likelihood = (vae.Likelihood.LogLikelihood(batch.Observations, q.Samples) * batch.Observed).sum() / Samples;
        return Scale * (likelihood + q.NegativeKl.sum());
    }

    private void TheUnbiasedOneIsThatOfTheBound<T>(ModelCase<T> c) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        StructuredVae<T> vae = Vae(c, new Sine());
        T unbiased = StepGradient(vae, NaturalGradientEstimator.Unbiased), coordinate = StepGradient(vae, NaturalGradientEstimator.Coordinate);
        Tensor[] theta = [.. c.Theta(vae.Parameters).Blocks], numeric;
        using (no_grad()) numeric = FiniteDifferences.Gradients(blocks => LocalElbo(vae, blocks), theta, step: 1e-5);
        var (error, bias) = (0.0, 0.0);
        for (int i = 0; i < theta.Length; i++)
        {
            double scale = 1 + numeric[i].abs().max().item<double>();
            error = Math.Max(error, (unbiased.Blocks[i] - numeric[i]).abs().max().item<double>() / scale);
            bias = Math.Max(bias, (coordinate.Blocks[i] - numeric[i]).abs().max().item<double>() / scale);
        }
        output.WriteLine($"{typeof(T).Name}: unbiased {error:g2}, coordinate {bias:g2} from finite differences, relative to the largest entry of a block");
        Assert.InRange(error, 0, 2e-6);
        Assert.True(bias > 0.01, $"the coordinate estimator differs by {bias} only");
    }

    [Fact]
    public void The_unbiased_one_is_that_of_the_bound_for_a_mixture() => TheUnbiasedOneIsThatOfTheBound(ModelCases.Mixture(2, 2));

    [Fact]
    public void The_unbiased_one_is_that_of_the_bound_for_a_linear_dynamical_system() => TheUnbiasedOneIsThatOfTheBound(ModelCases.Lds(2));

    [Fact]
    public void The_unbiased_one_is_that_of_the_bound_for_a_switching_system() => TheUnbiasedOneIsThatOfTheBound(ModelCases.Slds(2, 2, sweeps: 45));

    /// <summary>Noise whose first two moments are exactly those of N(0, I): ±√D e_i.</summary>
    private static Tensor ExactNoise(int batch, int n)
    {
        int D = Frames * n;
        Tensor points = Math.Sqrt(D) * eye(D, dtype: ScalarType.Float64);
        return cat([points, -points]).reshape(2 * D, 1, Frames, n).expand(2 * D, batch, Frames, n);
    }

    /// <summary>
    /// With a likelihood that is the potential itself the model is conjugate, and one step of size 1 is the coordinate update
    /// η = η₀ + E_q[t(x, z)]: the maximum over q(θ) with q(x, z) fixed. Both estimators take it, and the bound climbs.
    /// </summary>
    private static void AFullStepOnAConjugateModelIsCoordinateAscent<T>(ModelCase<T> c) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        StructuredVae<T> vae = Vae(c, Encoder);
        Batch batch = Data() with { Scale = 1 };
        NodePotentials potentials = Encoder.Potentials(batch.Observations, dense: false).Observed(batch.Observed);
        Tensor Quadratic(Tensor x) => (potentials.h * x - 0.5 * potentials.J * x.square()).sum();
        double Bound(T eta)
        {
            using var mode = no_grad();
            ILocalPosterior q = c.Model.Infer(c.Theta(eta), potentials, batch.Lengths);
            double expected = (Quadratic(q.Mean) - 0.5 * (potentials.J * q.Covariance.diagonal(0, 2, 3)).sum()).item<double>();
            return expected + q.NegativeKl.sum().item<double>() - c.Model.Family.Kl(eta, c.Model.Prior).item<double>();
        }

        var bounds = new List<double> { Bound(vae.Parameters) };
        using var optimizer = optim.SGD(vae.Networks, 1e-12);
        for (int iteration = 0; iteration < 4; iteration++)
        {
            T theta = T.FromBlocks([.. c.Theta(vae.Parameters).Blocks.Select(block => block.detach().requires_grad_())]);
            ILocalPosterior q = c.Model.Infer(theta, potentials, batch.Lengths, ExactNoise(2, 2));
            (Quadratic(q.Samples) / q.Samples.shape[0] + q.NegativeKl.sum()).backward();
            var unbiased = NaturalGradient.Step(c.Model.Family, vae.Parameters, c.Model.Prior, [.. theta.Blocks.Select(block => block.grad!)], 1).Parameters;

            StepReport report = vae.Step(batch, optimizer, new() { NaturalRate = 1, Estimator = NaturalGradientEstimator.Coordinate }, new Generator(1));
            Assert.Equal(0, report.Halvings);
            foreach (var (a, b) in vae.Parameters.Blocks.Zip(unbiased.Blocks)) AssertClose.Equal(a, b, 1e-7, "η after a full step");

            // With q(x, z) held, the bound is E_q log p(x, z|θ) − KL(q(θ) ‖ p(θ)): stationary in η where the step has led.
            T eta = T.FromBlocks([.. vae.Parameters.Blocks.Select(block => block.detach().requires_grad_())]);
            (c.Model.ExpectedLogPrior(c.Model.Family.ExpectedStatistics(eta), q).sum() - c.Model.Family.Kl(eta, c.Model.Prior)).backward();
            foreach (Tensor block in eta.Blocks) Assert.InRange(block.grad!.abs().max().item<double>(), 0, 1e-7);
            bounds.Add(Bound(vae.Parameters));
        }
        Assert.Equal(bounds.Order(), bounds);
        Assert.True(bounds[1] > bounds[0] + 0.01);
    }

    [Fact]
    public void A_full_step_on_a_conjugate_mixture_is_coordinate_ascent() => AFullStepOnAConjugateModelIsCoordinateAscent(ModelCases.Mixture(2, 2));

    [Fact]
    public void A_full_step_on_a_conjugate_linear_dynamical_system_is_coordinate_ascent() => AFullStepOnAConjugateModelIsCoordinateAscent(ModelCases.Lds(2));

    [Fact]
    public void A_full_step_on_a_conjugate_switching_system_is_coordinate_ascent() => AFullStepOnAConjugateModelIsCoordinateAscent(ModelCases.Slds(2, 2));

    [Fact]
    public void A_whole_step_is_the_same_by_the_implicit_and_by_the_unrolled_gradient()
    {
        using var scope = NewDisposeScope();
        var (implicitly, implicitWeights) = Stepped(FixedPointGradient.Implicit);
        var (unrolled, unrolledWeights) = Stepped(FixedPointGradient.Unrolled);
        var (truncated, _) = Stepped(FixedPointGradient.Truncated);
        double Error(SldsParameters other) => other.Blocks.Zip(unrolled.Blocks, (a, b) => AssertClose.RelativeError(b, a)).Max();
        output.WriteLine($"η after a step: implicit {Error(implicitly):g2}, truncated {Error(truncated):g2} from unrolled");
        Assert.InRange(Error(implicitly), 0, 1e-7);
        Assert.True(Error(truncated) > 1e-4);
        foreach (var (a, b) in implicitWeights.Zip(unrolledWeights)) AssertClose.Equal(b, a, 1e-5, "network weights (single precision)");
    }

    private static (SldsParameters, Tensor[] Weights) Stepped(FixedPointGradient route)
    {
        var settings = new SldsSettings { States = 2, Dimension = 2, Stickiness = 1, Inner = ModelCases.Exactly with { Gradient = route, TruncatedSweeps = 0 } };
        var vae = new StructuredVae<SldsParameters>(new SwitchingLinearDynamicalSystem(settings),
            new GaussianRecognition(2, 2, [5], new Generator(1)), new GaussianDecoder(2, 2, [5], new Generator(2))) { Parameters = ModelCases.Slds(2, 2).Random(3) };
        Batch batch = Data() with { Observations = Data().Observations.to(ScalarType.Float32) };
        using var optimizer = optim.SGD(vae.Networks, 0.01);
        vae.Step(batch, optimizer, new() { NaturalRate = 0.01 }, new Generator(4));
        return (vae.Parameters, [.. vae.Networks.Select(weight => weight.detach().to(ScalarType.Float64))]);
    }
}
