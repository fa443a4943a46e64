using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench;

/// <summary>One recording, parsed.</summary>
/// <param name="States">Most probable state path (Viterbi) under q(z), one state for each frame.</param>
/// <param name="Marginals">q(z_t = k), float64 [T, K].</param>
/// <param name="Latents">E x_t, float64 [T, n].</param>
public sealed record Segmentation(int[] States, Tensor Marginals, Tensor Latents)
{
    /// <summary>Probability of the state that holds at each frame.</summary>
    public double[] Confidence()
    {
        using var scope = NewDisposeScope();
        Tensor path = tensor(States.Select(s => (long)s).ToArray()).unsqueeze(1);
        return Marginals.gather(1, path).squeeze(1).data<double>().ToArray();
    }
}
