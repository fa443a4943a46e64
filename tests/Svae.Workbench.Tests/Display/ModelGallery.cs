using Microsoft.Data.Analysis;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

/// <summary>Values as a cell ends in them: distributions, parameters, posteriors, models, tensors.</summary>
internal static class ModelGallery
{
    private const ScalarType Float = ScalarType.Float64;

    public static IEnumerable<(string Name, object Value)> All() => [.. Distributions(), .. Parameters(), .. Posteriors(), .. Models(), .. Plain()];

    /// <summary>A switching system that has seen the path of <see cref="LatentGallery.Switching"/>.</summary>
    public static (SwitchingLinearDynamicalSystem Model, SldsParameters Eta) Fitted()
    {
        var (path, states) = LatentGallery.Switching(3);
        var model = new SwitchingLinearDynamicalSystem(new SldsSettings { States = 3, Dimension = 2, InnovationScale = .05 });
        return (model, model.Posterior([path], [states], 1));
    }

    /// <summary>Potentials of three stretches of the path, the last one shorter, one with frames missing.</summary>
    public static (NodePotentials Potentials, Tensor Lengths) Observed()
    {
        var (path, _) = LatentGallery.Switching(3);
        Tensor x = stack([path.narrow(0, 0, 130), path.narrow(0, 130, 130), path.narrow(0, 260, 130)]), j = full_like(x, 150);
        j[0, TensorIndex.Slice(50, 75)] = 0;
        return (new NodePotentials(j, j * (x + .08 * randn(x.shape, Float, generator: new Generator(5)))), tensor(new long[] { 130, 130, 90 }));
    }

    private static IEnumerable<(string, object)> Distributions()
    {
        var generator = new Generator(6);
        Tensor Spd(int n, params long[] batch)
        {
            Tensor root = randn([.. batch, n, n], Float, generator: generator);
            return root.matmul(root.mT) / n + .2 * eye(n, dtype: Float);
        }
        yield return ("gaussians in one dimension", new Gaussian.Standard(tensor(new[,] { { -1.0 }, { 0 }, { 2 } }), tensor(new[] { .2, 1, .5 }).reshape(3, 1, 1)));
        yield return ("gaussian in two dimensions", Gaussian.FromStandard(new(zeros(2, dtype: Float), Spd(2))));
        yield return ("gaussian in six dimensions", Gaussian.FromStandard(new(randn(6, Float, generator: generator), Spd(6))));
        yield return ("gaussians in six dimensions", Gaussian.FromStandard(new(randn([5, 6], Float, generator: generator), Spd(6, 5))));
        yield return ("niw in two dimensions", NormalInverseWishart.FromStandard(new(2 * randn([4, 2], Float, generator: generator), tensor(new[] { 2.0, 5, 20, 80 }),
            20 * Spd(2, 4), full(4, 23, Float))));
        yield return ("categorical", Categorical.FromStandard(new(tensor(new[] { .1, .5, .15, .25 }))));
        yield return ("dirichlet", Dirichlet.FromStandard(new(tensor(new[] { 1.0, 8, 3, .5, 2, 6 }))));
        yield return ("transition rows", Dirichlet.FromStandard(new(rand([6, 6], Float, generator: generator) + 8 * eye(6, dtype: Float))));
        var (a, b) = LatentGallery.Rotations(1);
        Tensor wide = block_diag(a[0], a[0] * .9, tensor(new[,] { { .6 } }));
        yield return ("mniw", MatrixNormalInverseWishart.FromStandard(new(cat([wide, tensor(new[] { .1, .2, 0, 0, -.3 }).unsqueeze(1)], 1), .1 * eye(6, dtype: Float),
            .1 * eye(5, dtype: Float), tensor(40.0))));
    }

    private static IEnumerable<(string, object)> Parameters()
    {
        var (_, eta) = Fitted();
        yield return ("slds parameters", eta);
        yield return ("lds parameters", LdsParameters.OfState(eta, 0));
        yield return ("mixture parameters", new MixtureParameters(eta.Initial, eta.InitialState));
    }

    private static IEnumerable<(string, object)> Posteriors()
    {
        var (model, eta) = Fitted();
        var (potentials, lengths) = Observed();
        var posterior = (SwitchingPosterior)model.Infer(model.Family.ExpectedStatistics(eta), potentials, lengths);
        yield return ("switching posterior", posterior);
        yield return ("chain posterior", posterior.Field.Chain);
        yield return ("state posterior", posterior.Field.States);
        yield return ("fixed point report", posterior.Report);
        yield return ("node potentials", potentials);
        var lds = new LinearDynamicalSystem(new LdsSettings { Dimension = 2 });
        yield return ("lds posterior", lds.Infer(lds.Family.ExpectedStatistics(LdsParameters.OfState(eta, 1)),
            new NodePotentials(potentials.J.narrow(0, 0, 1), potentials.h.narrow(0, 0, 1))));
        var mixture = new GaussianMixture(new MixtureSettings { Components = 3, Dimension = 2 });
        Tensor centers = tensor(new[,] { { -2.0, 0 }, { 2, 0 }, { 0, 2 } }), points = centers.repeat_interleave(40, 0) + .4 * randn([120, 2], Float, generator: new Generator(8));
        var known = mixture.Posterior([points], [[.. Enumerable.Range(0, 120).Select(i => i / 40)]], 1);
        yield return ("mixture posterior", mixture.Infer(mixture.Family.ExpectedStatistics(known), new NodePotentials(full([1, 120, 2], 20, Float), 20 * points.unsqueeze(0))));
        yield return ("simulated paths", model.Simulate(eta, 2, 120, new Generator(3)));
    }

    private static IEnumerable<(string, object)> Models()
    {
        yield return ("model", new SldsVae(new SldsVaeSettings { Hidden = [200, 100] }, 900).Vae);
        yield return ("network", new GaussianDecoder(10, 900, [200, 100], new Generator(1)));
        var history = new TrainingHistory();
        history.Restore(MadeUpBehavior.History().Select((r, i) => i % 150 == 149 ? r with { HeldOutElbo = r.Elbo - 5 } : r));
        yield return ("training history", history);
    }

    private static IEnumerable<(string, object)> Plain()
    {
        Tensor x = randn([3, 20, 30], Float, generator: new Generator(1));
        x[0, 3, 4] = double.NaN;
        yield return ("tensor", x);
        yield return ("small tensor", arange(12, Float).reshape(3, 4) - 5);
        yield return ("expected statistics", new Dirichlet.Natural(tensor(new[] { -1.2, -.4, -3 })));
        yield return ("data frame", new DataFrame(new Int32DataFrameColumn("step", Enumerable.Range(0, 40)), new DoubleDataFrameColumn("elbo", Enumerable.Range(0, 40).Select(i => -50 + .3 * i)),
            new StringDataFrameColumn("phase", Enumerable.Range(0, 40).Select(i => i < 20 ? "warm-up" : "joint"))));
    }
}
