using Svae.Workbench.ExponentialFamilies;

namespace Svae.Workbench.Baselines;

/// <summary>What is kept of θ between two E-steps.</summary>
public enum ParameterEstimate
{
    /// <summary>The whole posterior q(θ): variational Bayes.</summary>
    Posterior,

    /// <summary>The mode of q(θ): expectation–maximisation with a prior.</summary>
    MaximumAPosteriori,

    /// <summary>The mode without the prior: the expectation–maximisation of Dempster, Laird and Rubin (1977).</summary>
    MaximumLikelihood,
}

/// <summary>What was found, and how.</summary>
/// <typeparam name="TParameters">Natural parameters η.</typeparam>
/// <param name="Parameters">η of q(θ); of a point estimate, the natural parameters whose mode it is.</param>
/// <param name="Statistics">E_q(θ)[t(θ)] or t(θ̂): what the model's inference takes.</param>
/// <param name="Bounds">The bound at each iteration, nats; an estimate from one minibatch each in stochastic inference.</param>
/// <param name="Halvings">How often a step was halved to stay inside the domain.</param>
/// <param name="Converged">Whether the bound settled before the iterations ran out.</param>
public sealed record ConjugateFit<TParameters>(
    TParameters Parameters, TParameters Statistics, IReadOnlyList<double> Bounds, int Halvings, bool Converged)
    where TParameters : INaturalParameters<TParameters>;
