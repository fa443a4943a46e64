using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Posteriors over latent sequences: means in bands of ±2 standard deviations, and the most probable states above them.</summary>
public static class PosteriorFigure
{
    /// <summary>q(x, z) of a batch of sequences; a mixture's points, which have no order, lie in the plane instead.</summary>
    /// <param name="posterior">The posterior.</param>
    /// <param name="sequence">Which sequence to show in detail; several are small multiples when absent.</param>
    /// <param name="title">Title of the figure.</param>
    public static Figure Of(ILocalPosterior posterior, int? sequence = null, string title = "Posterior of the latent states")
    {
        using var scope = NewDisposeScope();
        Tensor? marginals = (posterior as IStatePosterior)?.StateMarginals;
        return posterior is MixturePosterior ? Cloud(title, posterior.Mean, marginals!)
            : Of(title, posterior.Mean, posterior.Covariance, marginals, sequence);
    }

    /// <summary>q(x) of a Gaussian chain.</summary>
    /// <param name="chain">The posterior.</param>
    /// <param name="sequence">Which sequence to show in detail; several are small multiples when absent.</param>
    public static Figure Of(ChainPosterior chain, int? sequence = null) =>
        Of("Posterior of a Gaussian chain", chain.Mean, chain.Covariance, null, sequence);

    /// <summary>q(x) q(z) of a switching linear dynamical system.</summary>
    /// <param name="field">The posterior.</param>
    /// <param name="sequence">Which sequence to show in detail; several are small multiples when absent.</param>
    public static Figure Of(SldsMeanFieldPosterior field, int? sequence = null) =>
        Of("Mean field of a switching system", field.Chain.Mean, field.Chain.Covariance, field.States.Marginals, sequence);

    /// <summary>What the node potentials alone say of each frame: mean J⁻¹h and covariance J⁻¹, a gap where J = 0.</summary>
    /// <param name="potentials">The potentials.</param>
    /// <param name="sequence">Which sequence to show in detail; several are small multiples when absent.</param>
    public static Figure Of(NodePotentials potentials, int? sequence = null)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor j = TensorNumbers.Plain(potentials.J), h = TensorNumbers.Plain(potentials.h), nothing = full_like(h, double.NaN);
        Tensor known = (potentials.Dense ? j.diagonal(0, -2, -1) : j) > 0, mean, variance;
        if (potentials.Dense)
        {
            Tensor missing = known.all(-1).logical_not().to(ScalarType.Float64).unsqueeze(-1).unsqueeze(-1);
            Tensor covariance = linalg.inv(j + (missing + 1e-9) * eye(h.shape[^1], dtype: ScalarType.Float64)); // J may be singular
            (mean, variance) = (matmul(covariance, h.unsqueeze(-1)).squeeze(-1), covariance.diagonal(0, -2, -1));
        }
        else (mean, variance) = (h / j, j.reciprocal());
        return SequencePanels.Of("What the potentials alone say", where(known, mean, nothing), where(known, variance, nothing), null,
            [.. Enumerable.Repeat((int)h.shape[1], (int)h.shape[0])], sequence);
    }

    /// <summary>Latent paths, simulated or sampled, with their states where there are some.</summary>
    /// <param name="paths">Latents [..., T, n].</param>
    public static Figure Of(LatentPaths paths)
    {
        using var scope = NewDisposeScope();
        long frames = paths.Latents.shape[^2];
        Tensor x = TensorNumbers.Plain(paths.Latents).reshape(-1, frames, paths.Latents.shape[^1]);
        int[][]? states = paths.States is null ? null
            : [.. TensorNumbers.Flat(paths.States).Select(z => (int)z).Chunk((int)frames)];
        return SequencePanels.Of("Latent paths", x, null, states, [.. Enumerable.Repeat((int)frames, (int)x.shape[0])]);
    }

    /// <summary>One recording, parsed: its states, how sure they are, its latent path.</summary>
    /// <param name="segmentation">The parsed recording.</param>
    /// <param name="title">Title of the figure.</param>
    public static Figure Of(Segmentation segmentation, string title = "A parsed recording")
    {
        double[] sure = segmentation.Confidence(), time = [.. sure.Select((_, t) => (double)t)];
        Figure traces = LatentTraces.Of(title, [new LatentSeries("E x", segmentation.Latents)]);
        return new Figure(title)
        {
            Subtitle = traces.Subtitle,
            Panels =
            [
                SequencePanels.Ribbons([segmentation.States], _ => "state"),
                new Panel("time (frames)", new Axis("confidence") { Min = 0, Max = 1.05 }) { Height = 70 }.Line(time, sure, color: Palette.Neutral, width: 1.2f),
                .. traces.Panels,
            ],
        };
    }

    private static Figure Of(string title, Tensor mean, Tensor covariance, Tensor? marginals, int? sequence)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        // Entries past a sequence's end are zero, and a covariance within it is not.
        int[] lengths = [.. TensorNumbers.Flat((covariance.select(-1, 0).select(-1, 0) > 0).sum(1)).Select(t => (int)t)];
        int[][]? states = marginals is null ? null : MostProbable(marginals, lengths);
        return SequencePanels.Of(title, mean, covariance, states, lengths, sequence);
    }

    /// <summary>argmax_k q(z_t = k) of each sequence.</summary>
    internal static int[][] MostProbable(Tensor marginals, IReadOnlyList<int> lengths)
    {
        using Tensor best = marginals.argmax(-1);
        return [.. TensorNumbers.Flat(best).Select(z => (int)z).Chunk((int)marginals.shape[1]).Select((row, b) => row[..lengths[b]])];
    }

    private static Figure Cloud(string title, Tensor mean, Tensor marginals)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor points = TensorNumbers.Plain(mean).reshape(-1, mean.shape[^1]), within = TensorNumbers.Plain(marginals).sum(-1).flatten() > .5;
        Tensor shown = points[within];
        int[] states = [.. TensorNumbers.Flat(marginals.reshape(-1, marginals.shape[^1])[within].argmax(-1)).Select(z => (int)z)];
        if (shown.shape[1] < 2) shown = cat([shown, zeros_like(shown)], 1);
        var plane = LatentPlane.Of(shown.shape[1], [shown]);
        return new Figure(title)
        {
            Subtitle = "E x of each point, coloured by its most probable component",
            Panels = [new Panel(plane.Labels[0], plane.Labels[1]) { Height = 380, EqualAspect = true }
                .ClusterPoints(plane.Project(shown), states, StateStyle.For((int)marginals.shape[^1]), 5)],
        };
    }
}
