using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Learning;

/// <summary>Which natural gradient of q(θ) a training step follows.</summary>
public enum NaturalGradientEstimator
{
    /// <summary>The full derivative of the ELBO in mean parameters, through the local inference too (no term dropped).</summary>
    Unbiased,

    /// <summary>The estimator of the 2016 code: the expected sufficient statistics alone. Biased; stays in the domain for steps up to 1.</summary>
    Coordinate,
}

/// <summary>
/// A natural-gradient step on q(θ): <c>η ← η + ρ (η₀ − η + ∂(s · local ELBO)/∂E[t(θ)])</c>. In mean parameters the
/// gradient is the natural gradient, symmetrised where the parameter is a symmetric matrix (Johnson et al. 2016, proposition 4.2; Hoffman et al. 2013).
/// </summary>
public static class NaturalGradient
{
    private const int MostHalvings = 30;

    /// <summary>Takes the step; one that leaves the domain is halved until it stays inside.</summary>
    /// <param name="family">The family of q and of the prior.</param>
    /// <param name="q">η.</param>
    /// <param name="prior">η₀.</param>
    /// <param name="gradients">∂(s · local ELBO)/∂E[t(θ)], block by block.</param>
    /// <param name="rate">ρ in (0, 1].</param>
    /// <returns>The new η, and how often the step was halved.</returns>
    /// <exception cref="DomainException">No step inside the domain was found; q itself lies outside or on its border.</exception>
    public static (T Parameters, int Halvings) Step<T>(
        IExponentialFamily<T> family, T q, T prior, IReadOnlyList<Tensor> gradients, double rate) where T : INaturalParameters<T>
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        IReadOnlyList<Tensor> direction = Direction(q, prior, gradients).Blocks;
        for (int halvings = 0; halvings <= MostHalvings; halvings++, rate /= 2)
        {
            T next = T.FromBlocks([.. q.Blocks.Zip(direction, (eta, d) => eta + rate * d)]);
            if (family.Contains(next)) return (next.Survive(), halvings);
        }
        family.Require(q, "q(θ)");
        throw new InvalidOperationException($"q(θ): no natural-gradient step down to {rate:g2} stays inside the domain; lower the rate");
    }

    /// <summary>The natural gradient of the ELBO, η₀ − η + ∂(s · local ELBO)/∂E[t(θ)].</summary>
    internal static T Direction<T>(T q, T prior, IReadOnlyList<Tensor> gradients) where T : INaturalParameters<T> =>
        T.FromBlocks([.. q.Blocks.Zip(prior.Blocks, Symmetrised<T>(gradients)).Select(b => b.Second - b.First + b.Third)]);

    /// <summary>Gradients with those of symmetric matrices made symmetric.</summary>
    internal static IReadOnlyList<Tensor> Symmetrised<T>(IReadOnlyList<Tensor> gradients) where T : INaturalParameters<T> =>
        [.. gradients.Zip(T.SymmetricBlocks, (g, symmetric) => symmetric ? 0.5 * (g + g.mT) : g)];
}
