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

public class VariationalEmTests
{
    private const int Width = 3;

    /// <summary>Every conjugate model with a start for it, as a fit of given settings that hands out the trace.</summary>
    private static ConjugateTrace Trace(string model, int seed, ParameterEstimate estimate)
    {
        var (y, missing) = ConjugateData.Ragged(seed, Width, missing: model != "AR-HMM");
        int[][] states = [.. y.Select(s => Enumerable.Range(0, (int)s.shape[0]).Select(t => t / 4 % 2).ToArray())];
        Tensor[] latents = [.. y.Select(s => s.narrow(1, 0, 2))];
        Minibatches data = ConjugateData.Together(y, missing);
        var settings = new VariationalEmSettings { Iterations = 25, Tolerance = -1, Estimate = estimate };
        var emission = new LinearGaussianEmission { Observed = Width };
        var inner = new FixedPointOptions { MaxSweeps = 20, Tolerance = 1e-9 };
        switch (model)
        {
            case "mixture":
                var mixture = new ConjugateMixture(new MixtureSettings { Components = 2, Dimension = Width, Concentration = 1.5 });
                return Run(mixture, mixture.Model.Posterior(y, states, 1));
            case "HMM":
                var hmm = new ConjugateHmm(new HmmSettings { States = 2, Dimension = Width, Concentration = 3 });
                return Run(hmm, hmm.Model.Posterior(y, states, 1));
            case "AR-HMM":
                var autoregressive = new ConjugateArHmm(new SldsSettings { States = 2, Dimension = Width, Concentration = 3 });
                return Run(autoregressive, autoregressive.Model.Posterior(y, states, 1));
            case "LDS":
                var lds = new ConjugateLds(new LdsSettings { Dimension = 2 }, emission);
                return Run(lds, lds.Posterior(latents, y));
            default:
                var slds = new ConjugateSlds(new SldsSettings { States = 2, Dimension = 2, Concentration = 3, Inner = inner }, emission);
                return Run(slds, slds.Posterior(latents, states, y));
        }

        ConjugateTrace Run<T>(IConjugateModel<T> conjugate, T start) where T : INaturalParameters<T>
        {
            var fit = VariationalEm.Fit(conjugate, data, settings, start);
            return new(fit.Bounds, fit.Halvings);
        }
    }

    private sealed record ConjugateTrace(IReadOnlyList<double> Bounds, int Halvings);

    public static TheoryData<string, ParameterEstimate> Models()
    {
        var data = new TheoryData<string, ParameterEstimate>();
        foreach (string model in new[] { "mixture", "HMM", "AR-HMM", "LDS", "SLDS" })
            foreach (var estimate in new[] { ParameterEstimate.Posterior, ParameterEstimate.MaximumAPosteriori })
                data.Add(model, estimate);
        return data;
    }

    [Theory, MemberData(nameof(Models))]
    public void The_bound_never_falls(string model, ParameterEstimate estimate)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            using var scope = NewDisposeScope();
            var (bounds, halvings) = Trace(model, seed, estimate);
            Assert.Equal(25, bounds.Count);
            Assert.Equal(0, halvings);
            double scale = 1 + bounds.Max(Math.Abs);
            foreach (var (before, after) in bounds.Zip(bounds.Skip(1)))
                Assert.True(after >= before - 1e-9 * scale, $"seed {seed}: the bound fell from {before} to {after}");
            Assert.True(bounds[^1] > bounds[0] + 1e-3, "the fit must have gained something");
        }
    }

    [Fact]
    public void One_component_of_maximum_likelihood_is_the_sample_mean_and_covariance()
    {
        using var scope = NewDisposeScope();
        var (y, _) = ConjugateData.Ragged(1, 2);
        var model = new ConjugateMixture(new MixtureSettings { Components = 1, Dimension = 2, Concentration = 1 });
        var fit = VariationalEm.Fit(model, ConjugateData.Together(y), new() { Estimate = ParameterEstimate.MaximumLikelihood });
        Tensor all = cat(y), mean = all.mean([0L]), centred = all - mean, covariance = matmul(centred.t(), centred) / all.shape[0];
        var expected = new NormalInverseWishart().Statistics(new(mean, covariance));
        foreach (var (want, got) in expected.Blocks.Zip(fit.Statistics.Components.Blocks)) AssertClose.Equal(want, got[0]);
        Tensor logLikelihood = -0.5 * (all.shape[0] * (2 * Math.Log(2 * Math.PI) + 2) + all.shape[0] * linalg.slogdet(covariance).Item2);
        AssertClose.Equal(logLikelihood, tensor(fit.Bounds[^1]));
        Assert.True(fit.Converged);
    }

    [Fact]
    public void Variational_Bayes_of_one_component_is_the_exact_posterior_with_the_exact_evidence()
    {
        using var scope = NewDisposeScope();
        var (y, _) = ConjugateData.Ragged(2, 2);
        var model = new ConjugateMixture(new MixtureSettings { Components = 1, Dimension = 2 });
        var fit = VariationalEm.Fit(model, ConjugateData.Together(y));
        Tensor all = cat(y);
        NormalInverseWishart.Natural prior = model.Prior.Components;
        AssertClose.Equal(prior.A[0] + matmul(all.t(), all), fit.Parameters.Components.A[0]);
        AssertClose.Equal(prior.b[0] + all.sum([0L]), fit.Parameters.Components.b[0]);
        // log p(y) = log Z(η) − log Z(η₀) − N (n/2) log 2π, in closed form
        var family = new NormalInverseWishart();
        Tensor evidence = family.LogPartition(fit.Parameters.Components) - family.LogPartition(prior) - all.shape[0] * Math.Log(2 * Math.PI);
        AssertClose.Equal(evidence.sum(), tensor(fit.Bounds[^1]));
    }

    [Fact]
    public void A_cancelled_fit_stops()
    {
        var (y, _) = ConjugateData.Ragged(1, 2);
        var model = new ConjugateMixture(new MixtureSettings { Components = 2, Dimension = 2 });
        using var stop = new CancellationTokenSource();
        var told = new List<WorkProgress>();
        var progress = new Told(value => { told.Add(value); if (told.Count == 2) stop.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => VariationalEm.Fit(model, ConjugateData.Together(y), new() { Tolerance = -1 }, progress: progress, cancel: stop.Token));
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public void A_mode_that_does_not_exist_is_refused_by_name()
    {
        var (y, _) = ConjugateData.Ragged(1, 2);
        var model = new ConjugateMixture(new MixtureSettings { Components = 2, Dimension = 2, Concentration = 0.1 });
        var error = Assert.Throws<DomainException>(() =>
            VariationalEm.Fit(model, ConjugateData.Together(y), new() { Estimate = ParameterEstimate.MaximumAPosteriori }));
        Assert.Contains("concentration", error.Message);
    }

    private sealed class Told(Action<WorkProgress> report) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => report(value);
    }
}
