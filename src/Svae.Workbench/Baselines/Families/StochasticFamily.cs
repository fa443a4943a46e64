using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Natural-gradient stochastic variational inference in the conjugate model.</summary>
internal sealed class StochasticFamily : IInferenceFamily
{
    private readonly ConjugateLds model;
    private readonly StepSettings step;
    private WithEmission<LdsParameters> eta;

    public StochasticFamily(FamilyStart start)
    {
        step = start.Step;
        model = new ConjugateLds(new LdsSettings { Dimension = start.Latents }, new LinearGaussianEmission { Observed = (int)start.Train[0].shape[1] });
        eta = model.PrincipalStart(start.Components, start.Train) with { System = model.Prior.System };
    }

    public string Name => "natural-gradient SVI";

    public bool LearnsParameters => true;

    public void Step(Batch batch)
    {
        using var scope = NewDisposeScope();
        eta = ConjugateStep.Keep(StochasticVariationalInference.Step(model, eta, batch, step.NaturalRate, step.Geometry).Parameters);
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
