using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>Sequences of a toy process together with everything that is hidden in real data.</summary>
/// <param name="Observations">y, float32 [N, T, D].</param>
/// <param name="Clean">The observations before their noise was added, float32 [N, T, D].</param>
/// <param name="Latents">The true latent states x, float32 [N, T, n].</param>
/// <param name="Labels">The true discrete state of every frame, one array of T for each sequence; null where there is none.</param>
public sealed record ToyData(Tensor Observations, Tensor Clean, Tensor Latents, IReadOnlyList<int[]>? Labels = null) : IDisposable
{
    /// <summary>The observations one sequence at a time, views [T, D].</summary>
    public IReadOnlyList<Tensor> Sequences => Observations.unbind(0);

    /// <summary>Releases the tensors.</summary>
    public void Dispose()
    {
        Observations.Dispose();
        Clean.Dispose();
        Latents.Dispose();
    }
}
