using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>What batch and stochastic inference share: the E-step, and the parts of the bound that concern θ.</summary>
internal static class ConjugateStep
{
    /// <summary>The E-step of one batch.</summary>
    /// <returns>s · E_q[t] block by block, s · the local bound in nats, and where the local factor arrived.</returns>
    /// <exception cref="NonFiniteException">The bound is not finite.</exception>
    public static (Tensor[] Statistics, double Bound, Tensor? Point) Expect<T>(
        IConjugateModel<T> model, T theta, Batch batch, double scale, Tensor? start) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        T leaves = T.FromBlocks([.. theta.Blocks.Select(block => block.detach().clone().requires_grad_())]);
        LocalOptimum local = model.Expect(leaves, batch, start);
        Tensor bound = scale * local.Bound.sum();
        double value = bound.item<double>();
        if (!double.IsFinite(value)) throw new NonFiniteException("local bound", value);
        bound.backward();
        Tensor[] statistics = [.. leaves.Blocks.Select(block => (block.grad ?? zeros_like(block)).MoveToOuterDisposeScope())];
        return (statistics, value, local.Point?.detach().MoveToOuterDisposeScope());
    }

    /// <summary>What stands for t(θ): its expectation, or its value at the mode.</summary>
    public static T Statistics<T>(IConjugateModel<T> model, T eta, ParameterEstimate estimate) where T : INaturalParameters<T>
    {
        using var mode = no_grad();
        return estimate == ParameterEstimate.Posterior ? model.Family.ExpectedStatistics(eta) : model.StatisticsAtMode(eta);
    }

    /// <summary>What the bound holds beside the local factors: −KL(q(θ) ‖ p(θ)), or log p(θ̂) up to a constant, or nothing.</summary>
    public static double GlobalBound<T>(IConjugateModel<T> model, T eta, T theta, ParameterEstimate estimate) where T : INaturalParameters<T>
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return estimate switch
        {
            ParameterEstimate.Posterior => -ExponentialFamily.Kl(model.Family, eta, model.Prior).sum().item<double>(),
            ParameterEstimate.MaximumAPosteriori => ExponentialFamily.Inner(model.Prior, theta).sum().item<double>(),
            _ => 0,
        };
    }

    /// <summary>The observations in double precision, 0 where a frame is missing, and what was observed, float64 [B, T].</summary>
    /// <exception cref="ArgumentException">The observations are not [B, T, D].</exception>
    public static (Tensor Observations, Tensor Observed) Data(Batch batch, long size)
    {
        Guard.Shape(batch.Observations, "observations", ("sequence", -1), ("time", -1), ("observed", size));
        Tensor observed = batch.Observed.to(ScalarType.Float64);
        return (batch.Observations.to(ScalarType.Float64).masked_fill(observed.unsqueeze(2) == 0, 0), observed);
    }

    /// <summary>Evidence for the states, [B, T, K], with −∞ for all but the known one where a state is known.</summary>
    public static Tensor Labelled(Tensor evidence, Batch batch) =>
        StateLabels.LogPotentials(batch.Labels, evidence.shape[0], evidence.shape[1], (int)evidence.shape[2]) is { } known ? evidence + known : evidence;

    /// <summary>The same parameters, no longer disposed with any scope.</summary>
    public static T Keep<T>(T parameters) where T : INaturalParameters<T>
    {
        foreach (Tensor block in parameters.Blocks) block.DetachFromDisposeScope();
        return parameters;
    }
}
