using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Linear networks that begin as principal components: for a linear decoder the best local factor is known.</summary>
/// <param name="Recognition">m(y) = W y + b at the start.</param>
/// <param name="Decoder">y | x ~ N(C x + d, diag σ²).</param>
internal sealed record LinearNetworks(GaussianRecognition Recognition, GaussianDecoder Decoder)
{
    /// <summary>Encoder and decoder of whitened components, with the variances that they leave over.</summary>
    public static LinearNetworks Of(PrincipalComponents components, IReadOnlyList<Tensor> train, Generator generator)
    {
        long latent = components.Components.shape[0], observed = components.Components.shape[1];
        var networks = new LinearNetworks(new GaussianRecognition(observed, latent, [], generator), new GaussianDecoder(latent, observed, [], generator));
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var (encoder, code) = Affine(components.Transform, observed);
        var (decoder, frame) = Affine(components.Inverse, latent);
        Tensor y = cat([.. train]), left = (y - components.Inverse(components.Transform(y))).square().mean([0L]);
        networks.Recognition.SetLinear(encoder, code);
        networks.Decoder.SetLinear(decoder, frame, left.to(ScalarType.Float32));
        return networks;
    }

    /// <summary>t([C d], R) at the decoder's weights.</summary>
    public MatrixNormalInverseWishart.Natural Emission(int latent)
    {
        var (map, offset) = Affine(Decoder.Mean, latent);
        Tensor affine = cat([map, offset.unsqueeze(1)], 1).to(ScalarType.Float64);
        return new MatrixNormalInverseWishart().Statistics(new(affine, diag(Decoder.Variance.to(ScalarType.Float64))));
    }

    /// <summary>The matrix [outputs, inputs] and the offset of an affine function, float32.</summary>
    private static (Tensor Matrix, Tensor Offset) Affine(Func<Tensor, Tensor> function, long inputs)
    {
        Tensor offset = function(zeros(1, inputs));
        Tensor matrix = (function(eye(inputs)) - offset).t().contiguous();
        return (matrix.to(ScalarType.Float32), offset.squeeze(0).to(ScalarType.Float32));
    }
}
