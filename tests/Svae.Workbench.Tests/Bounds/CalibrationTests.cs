using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Tests.GraphicalModels;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Bounds;

/// <summary>
/// Simulation-based calibration (Talts et al. 2018): x and y drawn from the model, x inferred from y. If inference is exact, x is one more draw
/// from the posterior: 90 % intervals hold it nine times in ten, and its rank among posterior draws is uniform.
/// </summary>
public class CalibrationTests(ITestOutputHelper output)
{
    private const int Sequences = 600, Frames = 8, Draws = 19;

    private static LinearGaussian Likelihood => new(
        tensor(new double[,] { { 1, 0.5 }, { -0.5, 1 }, { 0.3, 0.3 } }), tensor(new[] { 0.1, -0.2, 0.3 }), tensor(new[] { 0.3, 0.5, 0.4 }));

    private static PointParameters Point => PointParameters.Lds(
        tensor(new[] { 0.5, -1 }), tensor(new double[,] { { 1, 0.2 }, { 0.2, 0.5 } }),
        tensor(new double[,] { { 0.9, 0.3 }, { -0.3, 0.8 } }), tensor(new[] { 0.1, 0.2 }), tensor(new double[,] { { 0.2, 0.05 }, { 0.05, 0.1 } }));

    private static (Tensor X, ILocalPosterior Posterior) Simulated(double potentialWeight)
    {
        var model = new LinearDynamicalSystem(new LdsSettings { Dimension = 2 });
        PointParameters point = Point;
        var g = new Generator(9);
        Tensor x = model.Simulate(point.Concentrated, Sequences, Frames, g).Latents;
        Tensor y = Likelihood.Sample(x, g);
        var (J, h) = Likelihood.Potentials(y, dense: true);
        Tensor noise = randn([Draws, Sequences, Frames, 2], ScalarType.Float64, generator: g);
        return (x, model.Infer(point.Statistics, new(potentialWeight * J, potentialWeight * h), noise: noise));
    }

    /// <summary>The share of true x_t[i] within m ± 1.645 σ.</summary>
    private static double Coverage(Tensor x, ILocalPosterior posterior) =>
        ((x - posterior.Mean).abs() <= 1.6448536 * posterior.Covariance.diagonal(0, 2, 3).sqrt()).to(ScalarType.Float64).mean().item<double>();

    /// <summary>χ² of the ranks of a quantity of the true path among those of the posterior draws, 19 degrees of freedom.</summary>
    private static double RankChiSquare(Tensor x, ILocalPosterior posterior, Func<Tensor, Tensor> quantity)
    {
        Tensor ranks = (quantity(posterior.Samples) < quantity(x.unsqueeze(0))).sum([0L]);
        double expected = (double)Sequences / (Draws + 1);
        return ranks.bincount(null, Draws + 1).data<long>().Sum(count => (count - expected) * (count - expected) / expected);
    }

    private static readonly (string Name, Func<Tensor, Tensor> Of)[] Quantities =
    [
        ("x_1[0]", x => x[.., .., 0, 0]), ("x_T[1]", x => x[.., .., Frames - 1, 1]),
        ("Σ x_t·x_{t+1}", x => (x.narrow(2, 0, Frames - 1) * x.narrow(2, 1, Frames - 1)).sum([2, 3])),
        ("|x|²", x => x.square().sum([2, 3])),
    ];

    [Fact]
    public void Exact_inference_is_calibrated()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (x, posterior) = Simulated(potentialWeight: 1);
        double coverage = Coverage(x, posterior);
        output.WriteLine($"90 % intervals hold {coverage:P2} of {x.numel()} latents");
        Assert.InRange(coverage, 0.88, 0.92);
        foreach (var (name, of) in Quantities)
        {
            double chiSquare = RankChiSquare(x, posterior, of);
            output.WriteLine($"ranks of {name}: χ² = {chiSquare:F1} with 19 degrees of freedom");
            Assert.InRange(chiSquare, 0, 43.8); // one in a thousand
        }
    }

    [Fact]
    public void Potentials_that_count_the_data_thrice_are_found_out()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (x, posterior) = Simulated(potentialWeight: 3);
        Assert.True(Coverage(x, posterior) < 0.85);
        Assert.All(Quantities, quantity => Assert.True(RankChiSquare(x, posterior, quantity.Of) > 43.8, quantity.Name));
    }

    [Fact]
    public void A_switching_system_with_known_states_is_calibrated()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var settings = new SldsSettings { States = 2, Dimension = 2, Inner = new() { MaxSweeps = 3 } };
        var model = new SwitchingLinearDynamicalSystem(settings);
        static Tensor Twice(Tensor block, Tensor other) => stack([block, other]);
        PointParameters second = PointParameters.Lds(
            tensor(new[] { -1.0, 1 }), 0.3 * eye(2, dtype: ScalarType.Float64), tensor(new double[,] { { 0.5, -0.6 }, { 0.6, 0.5 } }),
            tensor(new[] { -0.5, 0 }), 0.4 * eye(2, dtype: ScalarType.Float64));
        SldsParameters Both(Func<PointParameters, LdsParameters> part) => SldsParameters.FromBlocks(
            [model.Prior.Initial.Eta, model.Prior.Transition.Eta, .. part(Point).Blocks.Zip(part(second).Blocks, Twice)]);
        var g = new Generator(4);
        LatentPaths paths = model.Simulate(Both(p => p.Concentrated), Sequences, Frames, g);
        SldsParameters theta = Both(p => p.Statistics) with { Initial = new(zeros(2, ScalarType.Float64)), Transition = new(zeros(2, 2, ScalarType.Float64)) };
        Tensor y = Likelihood.Sample(paths.Latents, g);
        Tensor noise = randn([Draws, Sequences, Frames, 2], ScalarType.Float64, generator: g);
        var posterior = model.Infer(theta, Likelihood.Potentials(y, dense: true), noise: noise, labels: paths.States);
        double coverage = Coverage(paths.Latents, posterior);
        output.WriteLine($"90 % intervals hold {coverage:P2}; ranks: χ² = {string.Join(", ", Quantities.Select(quantity => RankChiSquare(paths.Latents, posterior, quantity.Of).ToString("F1")))}");
        Assert.InRange(coverage, 0.88, 0.92);
        Assert.All(Quantities, quantity => Assert.True(RankChiSquare(paths.Latents, posterior, quantity.Of) < 43.8, quantity.Name));
    }
}
