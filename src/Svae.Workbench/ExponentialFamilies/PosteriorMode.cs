using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// <c>t(θ̂)</c> at the mode <c>θ̂ = argmax_θ ⟨η, t(θ)⟩</c> of a conjugate family's density with respect to its base measure: what
/// expectation–maximisation puts in the place of E[t(θ)]. With η = η₀ + Σ t(x) it is a maximum a posteriori estimate, with η = Σ t(x) the
/// estimate of maximum likelihood.
/// </summary>
public static class PosteriorMode
{
    /// <summary>Smallest probability that is kept apart from 0, so that its logarithm is finite.</summary>
    private const double LeastProbability = 2.2250738585072014e-308;

    /// <summary>log π̂ with π̂ = η / Σ η = (α − 1) / Σ (α − 1), in the block of η; the centre of the simplex where all α are 1.</summary>
    /// <exception cref="DomainException">An α below 1: the density then has no mode inside the simplex.</exception>
    public static Dirichlet.Natural Of(Dirichlet.Natural eta)
    {
        using var scope = NewDisposeScope();
        if ((eta.Eta < 0).any().item<bool>())
            throw new DomainException($"Dirichlet α = {eta.Eta.min().item<double>() + 1:g4} is below 1: it has no mode; "
                + "raise the concentration to at least 1 for each category, or keep the whole posterior");
        Tensor total = eta.Eta.sum(-1, keepdim: true);
        Tensor mode = where(total > 0, eta.Eta / total, 1.0 / eta.Eta.shape[^1]);
        return new Dirichlet.Natural(mode.clamp_min(LeastProbability).log()).Survive();
    }

    /// <summary>t(μ̂, Σ̂) with μ̂ = m, Σ̂ = S/ν.</summary>
    public static NormalInverseWishart.Natural Of(NormalInverseWishart.Natural eta)
    {
        using var scope = NewDisposeScope();
        var (m, _, s, nu) = NormalInverseWishart.ToStandard(eta);
        return new NormalInverseWishart().Statistics(new(m, s / nu.unsqueeze(-1).unsqueeze(-1))).Survive();
    }

    /// <summary>t(Â, Σ̂) with Â = M, Σ̂ = S/ν.</summary>
    public static MatrixNormalInverseWishart.Natural Of(MatrixNormalInverseWishart.Natural eta)
    {
        using var scope = NewDisposeScope();
        var (mean, _, s, nu) = MatrixNormalInverseWishart.ToStandard(eta);
        return new MatrixNormalInverseWishart().Statistics(new(mean, s / nu.unsqueeze(-1).unsqueeze(-1))).Survive();
    }
}
