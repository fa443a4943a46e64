using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Clusters that are Gaussian in latent space and bent by a decoder (Johnson et al. 2016, figure 1).</summary>
public static class WarpedMixture
{
    /// <summary>Three panels: the observations, the latent space with its clusters, and the density that each cluster decodes to.</summary>
    /// <param name="observations">y, [N, 2].</param>
    /// <param name="latents">E x, [N, 2].</param>
    /// <param name="states">Most probable cluster of each observation.</param>
    /// <param name="clusters">q(μ_k, Σ_k), batch [K].</param>
    /// <param name="decode">μ(x): latents [N, 2] → observations [N, 2].</param>
    /// <param name="variance">σ² of the likelihood, shape [2] or [1].</param>
    /// <param name="generator">Source of the draws behind the density.</param>
    /// <param name="labels">True cluster of each observation, for the colours of the first panel; by default the inferred ones.</param>
    /// <param name="title">Title of the figure.</param>
    /// <param name="least">Clusters that hold less than this part of the observations are left out.</param>
    public static Figure Of(Tensor observations, Tensor latents, IReadOnlyList<int> states, NormalInverseWishart.Natural clusters,
        Func<Tensor, Tensor> decode, Tensor variance, Generator generator, IReadOnlyList<int>? labels = null,
        string title = "Clusters in latent space, bent by the decoder", double least = .01)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Gaussian.Standard typical = TypicalGaussian.Of(clusters);
        var styles = StateStyle.For((int)typical.Mu.shape[0]);
        int[] used = [.. states.GroupBy(k => k).Where(g => g.Key >= 0 && g.Count() >= least * states.Count).Select(g => g.Key).Order()];
        var truth = labels is null ? styles
            : StateStyle.For(Enumerable.Range(0, labels.Max() + 1).Select(k => $"true {k}").ToArray());
        return new Figure(title)
        {
            Subtitle = $"{used.Length} of {styles.Count} clusters in use; latent ellipses at 2 standard deviations; decoded regions hold 50 % and 90 %",
            Width = 880, Columns = 3, SharedX = false,
            Panels =
            [
                Square("observations", "y").ClusterPoints(observations, labels ?? states, truth),
                Square("latent space", "x").ClusterPoints(latents, states, styles).ClusterEllipses(typical.Mu, typical.Sigma, styles, used),
                Square("decoded densities", "y").ClusterPoints(observations, [.. states.Select(_ => -1)], styles, 2.5f, .5)
                    .ClusterDensities(observations, typical.Mu, typical.Sigma, decode, variance, styles, generator, used),
            ],
        };
    }

    private static Panel Square(string title, string symbol) =>
        new(Subscript.Of(symbol, 0), Subscript.Of(symbol, 1)) { Title = title, Height = 230, EqualAspect = true };
}
