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

public class ConjugateHmmTests
{
    private const int K = 2, T = 5;

    [Fact]
    public void The_bound_and_the_statistics_are_those_of_all_paths_enumerated()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(2);
        var model = new ConjugateHmm(new HmmSettings { States = K, Dimension = 2 });
        Tensor y = randn([1, T, 2], ConjugateData.Double, generator: g);
        HmmParameters eta = model.Model.Posterior([y[0]], [[0, 0, 1, 1, 0]], 1), theta = model.Family.ExpectedStatistics(eta);
        HmmParameters leaves = HmmParameters.FromBlocks([.. theta.Blocks.Select(b => b.detach().requires_grad_())]);
        Tensor observed = tensor(new double[,] { { 1, 1, 0, 1, 1 } });
        Tensor bound = model.Expect(leaves, Batch.Whole(y) with { Observed = observed }).Bound;

        var (J, h, c) = NormalPotentials.Of(theta.Components);
        Tensor evidence = zeros([1, T, K], ConjugateData.Double);
        for (int t = 0; t < T; t++)
            for (int k = 0; k < K; k++)
                evidence[0, t, k] = observed[0, t] * (-0.5 * y[0, t].dot(J[k].mv(y[0, t])) + h[k].dot(y[0, t]) + c[k]);
        var paths = new EnumeratedPaths(new HmmPotentials(theta.Initial.Eta, theta.Transition.Eta, evidence), 0, T);
        AssertClose.Equal(paths.LogZ, bound[0], 1e-10, "log p(y)");

        bound.sum().backward();
        Tensor gamma = paths.Marginals * observed[0].unsqueeze(1);
        AssertClose.Equal(paths.Marginals[0], leaves.Initial.Eta.grad!, 1e-10, "first state");
        AssertClose.Equal(paths.PairMarginals.sum([0L]), leaves.Transition.Eta.grad!, 1e-10, "transitions");
        AssertClose.Equal(gamma.sum([0L]), leaves.Components.Nu.grad!, 1e-10, "frames");
        AssertClose.Equal(matmul(gamma.t(), y[0]), leaves.Components.b.grad!, 1e-10, "sums");
        AssertClose.Equal(einsum("tk,ti,tj->kij", gamma, y[0], y[0]), leaves.Components.A.grad!, 1e-10, "second moments");
    }

    [Fact]
    public void Known_states_leave_only_the_paths_that_pass_through_them()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(2);
        var model = new ConjugateHmm(new HmmSettings { States = K, Dimension = 2 });
        Tensor y = randn([1, T, 2], ConjugateData.Double, generator: g);
        HmmParameters theta = model.Family.ExpectedStatistics(model.Model.Posterior([y[0]], [[0, 0, 1, 1, 0]], 1));
        Batch free = Batch.Whole(y), labelled = free with { Labels = tensor(new long[,] { { -1, 1, -1, -1, 0 } }) };
        Tensor evidence = ConjugateMixture.ComponentEvidence(theta.Components, y, free.Observed.to(ConjugateData.Double));
        var paths = new EnumeratedPaths(new HmmPotentials(theta.Initial.Eta, theta.Transition.Eta, evidence), 0, T);
        Tensor allowed = (paths.Paths.select(1, 1) == 1).logical_and(paths.Paths.select(1, 4) == 0);
        AssertClose.Equal(logsumexp(paths.LogWeights.masked_select(allowed), 0), model.Expect(theta, labelled).Bound[0], 1e-10);
        Tensor states = model.MostProbableStates(theta, labelled)[0];
        Assert.Equal((1L, 0L), (states[1].item<long>(), states[4].item<long>()));
    }

    [Fact]
    public void On_sequences_from_the_model_states_and_transitions_are_recovered()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(3);
        var random = new Random(3);
        Tensor centers = tensor(new double[,] { { -1.5, 0 }, { 1.5, 0 } });
        var z = new int[1500];
        for (int t = 1; t < z.Length; t++) z[t] = random.NextDouble() < (z[t - 1] == 0 ? 0.05 : 0.2) ? 1 - z[t - 1] : z[t - 1];
        Tensor path = tensor([.. z.Select(s => (long)s)]), y = centers.index_select(0, path) + 0.7 * randn([z.Length, 2], ConjugateData.Double, generator: g);
        var model = new ConjugateHmm(new HmmSettings { States = 2, Dimension = 2 });
        using var clusters = KMeans.Fit(y, 2, seed: 0);
        int[] labels = [.. clusters.Labels.data<long>().Select(c => clusters.Centers[0, 0].item<double>() < 0 ? (int)c : 1 - (int)c)];
        var fit = VariationalEm.Fit(model, new Minibatches([y], z.Length, 1, 0), start: model.Model.Posterior([y], [labels], 1));
        Tensor alpha = Dirichlet.ToStandard(fit.Parameters.Transition).Alpha, transition = alpha / alpha.sum(1, keepdim: true);
        AssertClose.Equal(tensor(new[,] { { 0.95, 0.05 }, { 0.2, 0.8 } }), transition, 0.04, "transitions");
        AssertClose.Equal(centers, NormalInverseWishart.ToStandard(fit.Parameters.Components).m, 0.1, "means");
        Tensor found = model.MostProbableStates(fit.Statistics, Batch.Whole(y.unsqueeze(0)))[0];
        Assert.True(found.eq(path).to(ConjugateData.Double).mean().item<double>() > 0.97);
    }
}
