using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Natural-gradient stochastic variational inference in the conjugate model.</summary>
internal sealed class StochasticFamily : IInferenceFamily
{
    private readonly ConjugateLds model;
    private readonly StochasticVariationalSettings rates = new();
    private WithEmission<LdsParameters> eta;
    private int steps;

    public StochasticFamily(PrincipalComponents components, IReadOnlyList<Tensor> train)
    {
        model = new ConjugateLds(new LdsSettings { Dimension = (int)components.Components.shape[0] }, new LinearGaussianEmission { Observed = (int)train[0].shape[1] });
        eta = model.Posterior([.. train.Select(components.Transform)], train);
    }

    public string Name => "natural-gradient SVI";

    public bool NaturalGradient => true;

    public void Step(Batch batch)
    {
        using var scope = NewDisposeScope();
        double rate = Math.Pow(++steps + rates.Delay, -rates.Forgetting);
        eta = ConjugateStep.Keep(StochasticVariationalInference.Step(model, eta, batch, rate).Parameters);
    }

    public void Finish(Minibatches data) { }

    public Tensor LocalBound(Batch batch)
    {
        WithEmission<LdsParameters> theta = model.Family.ExpectedStatistics(eta);
        return GaussianPathPosterior.Of(model.Infer(theta, batch).Chain, batch.Lengths).Elbo(theta, batch);
    }

    public Tensor BestLocalBound(Batch batch) => model.Infer(model.Family.ExpectedStatistics(eta), batch).Bound;

    public Tensor Predict(Tensor past, int steps) => model.Predict(eta, Batch.Whole(past), steps);

    public Tensor Reconstruct(Batch batch) => model.Reconstruct(eta, batch);
}
