using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>A Gaussian estimate of the latent state (or of anything else) at every frame, to be drawn.</summary>
/// <param name="Name">"filtered", "smoothed", "true".</param>
/// <param name="Mean">Mean at every frame, [T, n].</param>
/// <param name="Covariance">Covariance [T, n, n], or variances [T, n]; none is drawn when absent.</param>
public sealed record LatentSeries(string Name, Tensor Mean, Tensor? Covariance = null)
{
    /// <summary><c>#RRGGBB</c>; by default the next of the palette.</summary>
    public string? Color { get; init; }

    /// <summary>Dashed, as what is true or predicted often is.</summary>
    public bool Dashed { get; init; }

    /// <summary>Two standard deviations of component <paramref name="index"/>, or null without a covariance.</summary>
    internal double[]? TwoDeviations(int index)
    {
        if (Covariance is not { } covariance) return null;
        using var scope = NewDisposeScope();
        Tensor variance = covariance.dim() > Mean.dim() ? covariance.select(-1, index).select(-1, index) : covariance.select(-1, index);
        return Array.ConvertAll(TensorNumbers.Flat(variance), v => 2 * Math.Sqrt(Math.Max(v, 0)));
    }
}
