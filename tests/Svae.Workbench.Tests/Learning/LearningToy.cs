using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Learning;

/// <summary>Noisy rotations seen through a random linear map: small, and quick to learn.</summary>
internal static class LearningToy
{
    public static Tensor[] Rotations(int sequences, int frames, int seed)
    {
        var g = new Generator((ulong)seed);
        Tensor map = randn([2, 5], generator: g);
        return [.. Enumerable.Range(0, sequences).Select(i =>
        {
            Tensor angle = 0.3 * arange(frames, ScalarType.Float32) + i;
            return matmul(stack([angle.cos(), angle.sin()], 1), map) + 0.1f * randn([frames, 5], generator: g);
        })];
    }

    public static StructuredVae<LdsParameters> Lds(int seed)
    {
        var g = new Generator((ulong)seed);
        return new(new LinearDynamicalSystem(new() { Dimension = 2 }), new GaussianRecognition(5, 2, [8], g), new GaussianDecoder(2, 5, [8], g));
    }

    public static string Fingerprint<T>(StructuredVae<T> vae) where T : INaturalParameters<T> =>
        string.Join(' ', vae.State.Select(entry => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(entry.Value.detach().contiguous().bytes))));
}
