using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Networks that begin as principal components, so that what they learn is what is not linear.</summary>
public static class PrincipalStart
{
    /// <summary>
    /// Recognition and decoder as whitened principal components: <c>m(y) = L⁺(y − μ)</c>, <c>μ(x) = L x + μ</c> with the columns of L the
    /// components times their standard deviations, and σ² what the components leave over of each output.
    /// </summary>
    /// <param name="components">Components of the training observations, as many as there are latents.</param>
    /// <param name="recognition">Takes its linear part.</param>
    /// <param name="decoder">Takes its linear part and its variances, one for each output.</param>
    /// <param name="observations">The training observations, float32 [T_i, D].</param>
    public static void StartNetworks(
        this PrincipalComponents components, GaussianRecognition recognition, GaussianDecoder decoder, IReadOnlyList<Tensor> observations)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor mean = components.Mean.to(ScalarType.Float32), axes = components.Components.to(ScalarType.Float32);
        Tensor scale = components.ExplainedVariance.to(ScalarType.Float32).sqrt().clamp_min(1e-6).unsqueeze(1);
        Tensor encode = axes / scale, decode = (axes * scale).t();
        Tensor left = zeros_like(mean);
        foreach (Tensor y in observations)
        {
            using var inner = NewDisposeScope();
            Tensor centred = y - mean;
            left.add_((centred - matmul(matmul(centred, axes.t()), axes)).square().sum([0L]));
        }
        recognition.SetLinear(encode, -matmul(encode, mean));
        decoder.SetLinear(decode, mean, (left / observations.Sum(y => y.shape[0])).clamp_min(RegressionStart.LeastVariance));
    }
}
