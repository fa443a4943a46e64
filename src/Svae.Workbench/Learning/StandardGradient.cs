using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Learning;

/// <summary>In which geometry a step on q(θ) is steepest.</summary>
public enum GradientGeometry
{
    /// <summary>Distances between distributions, by the Fisher information: the natural gradient.</summary>
    Natural,

    /// <summary>Distances between natural parameters, entry by entry: the standard gradient, what q(θ) is saved from. For comparison only.</summary>
    Standard,
}

/// <summary>
/// A standard gradient step on q(θ), <c>η ← η + ρ ∇_η L</c>, which the paper compares the natural gradient with (Johnson et al. 2016, section
/// 5). As <c>E[t(θ)] = ∇ log Z(η)</c>, the chain rule makes it the Fisher information times the natural gradient:
/// <c>∇_η L = F(η) (η₀ − η + ∂(s · local ELBO)/∂E[t(θ)])</c> with <c>F(η) = ∇² log Z(η)</c>.
/// </summary>
/// <remarks>A step that leaves the domain is an error here, where a natural-gradient step is halved: how soon it happens is what is compared.</remarks>
public static class StandardGradient
{
    /// <summary>Takes the step.</summary>
    /// <param name="family">The family of q and of the prior.</param>
    /// <param name="q">η.</param>
    /// <param name="prior">η₀.</param>
    /// <param name="gradients">∂(s · local ELBO)/∂E[t(θ)], block by block.</param>
    /// <param name="rate">ρ.</param>
    /// <exception cref="DomainException">The step leaves the domain; the message names the parameter that does and the rate.</exception>
    public static T Step<T>(IExponentialFamily<T> family, T q, T prior, IReadOnlyList<Tensor> gradients, double rate)
        where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        T gradient = TimesFisher(family, q, NaturalGradient.Direction(q, prior, gradients));
        using var mode = no_grad();
        T next = T.FromBlocks([.. q.Blocks.Zip(gradient.Blocks, (eta, g) => eta + rate * g)]);
        family.Require(next, FormattableString.Invariant($"q(θ) after a standard gradient step of rate {rate:g3}:"));
        return next.Survive();
    }

    /// <summary>
    /// <c>F(η) d</c> for a direction d of η-space, without the matrix F: the vector–Jacobian product of <c>E[t(θ)]</c> with d, F being symmetric.
    /// </summary>
    /// <param name="family">The family.</param>
    /// <param name="q">η.</param>
    /// <param name="direction">d, block by block.</param>
    public static T TimesFisher<T>(IExponentialFamily<T> family, T q, T direction) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        T eta = T.FromBlocks([.. q.Blocks.Select(block => block.detach().requires_grad_())]);
        ExponentialFamily.Inner(family.ExpectedStatistics(eta), direction).sum().backward();
        return T.FromBlocks(NaturalGradient.Symmetrised<T>([.. eta.Blocks.Select(block => block.grad ?? zeros_like(block))])).Survive();
    }
}
