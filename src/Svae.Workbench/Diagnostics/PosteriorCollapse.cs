using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.Diagnostics;

/// <summary>
/// How loud the recognition potentials are: for each latent dimension i the ratio <c>J_t[i, i] · Var_cavity(x_t[i])</c> of the potential's
/// precision to that of what all other frames and the prior say. Far below 1 the potentials are ignored (the posterior has collapsed onto
/// the prior); far above 1 they dictate the posterior, and the graphical model has no say.
/// </summary>
/// <param name="Dimensions">One line per latent dimension.</param>
public sealed record PosteriorCollapse(IReadOnlyList<PosteriorCollapse.Line> Dimensions)
{
    /// <summary>The ratio of one latent dimension over all observed frames.</summary>
    /// <param name="Dimension">i, from 0.</param>
    /// <param name="Low">5 % of frames lie below.</param>
    /// <param name="Median">Half of them lie below.</param>
    /// <param name="High">95 % of frames lie below.</param>
    public sealed record Line(int Dimension, double Low, double Median, double High);

    /// <summary>The dimensions that the data hardly reach.</summary>
    /// <param name="below">Largest median ratio that counts.</param>
    public IReadOnlyList<int> Ignored(double below = 0.01) => [.. Dimensions.Where(line => line.Median < below).Select(line => line.Dimension)];

    /// <summary>The dimensions on which the graphical model hardly acts.</summary>
    /// <param name="above">Smallest median ratio that counts.</param>
    public IReadOnlyList<int> Dictated(double above = 100) => [.. Dimensions.Where(line => line.Median > above).Select(line => line.Dimension)];

    /// <summary>The ratios of a model on a batch.</summary>
    /// <param name="vae">The model.</param>
    /// <param name="batch">The batch; missing frames are left out.</param>
    public static PosteriorCollapse Of<T>(StructuredVae<T> vae, Batch batch) where T : INaturalParameters<T>
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return Of(vae.Infer(batch), vae.Potentials(batch), batch.Observed);
    }

    /// <summary>The ratios of a posterior and the potentials it was inferred from.</summary>
    /// <param name="posterior">Of the batch.</param>
    /// <param name="potentials">ψ of the batch.</param>
    /// <param name="observed">1 where a frame was observed and 0 where it is missing or past its sequence's end, shape [B, T].</param>
    /// <exception cref="ArgumentException">No frame was observed.</exception>
    public static PosteriorCollapse Of(ILocalPosterior posterior, NodePotentials potentials, Tensor observed)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Guard.Shape(observed, "observed", ("sequence", potentials.h.shape[0]), ("time", potentials.h.shape[1]));
        Tensor frames = observed.flatten().nonzero().flatten();
        if (frames.shape[0] == 0) throw new ArgumentException("observed: expected at least one observed frame, got none");
        Tensor At(Tensor values) => values.flatten(0, 1).index_select(0, frames);
        var own = new NodePotentials(At(potentials.J), At(potentials.h));
        Tensor variance = Cavity.Of(At(posterior.Mean), At(posterior.Covariance), own).Covariance.diagonal(0, 1, 2);
        Tensor ratio = Cavity.DensePrecision(own).diagonal(0, 1, 2) * variance;
        double[][] quantiles = [.. new[] { 0.05, 0.5, 0.95 }.Select(level => ratio.quantile(tensor(level, device: ratio.device), 0).cpu().data<double>().ToArray())];
        return new PosteriorCollapse([.. Enumerable.Range(0, (int)ratio.shape[1]).Select(i => new Line(i, quantiles[0][i], quantiles[1][i], quantiles[2][i]))]);
    }
}
