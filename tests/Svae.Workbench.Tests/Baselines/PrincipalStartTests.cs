using Svae.Workbench.Baselines;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Learning;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class PrincipalStartTests
{
    [Fact]
    public void Linear_networks_encode_and_decode_as_the_whitened_components_do()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(0);
        Tensor[] data = LearningToy.Rotations(3, 30, 1);
        Tensor y = cat(data);
        var components = PrincipalComponents.Fit(y, 2, whiten: true);
        var (recognition, decoder) = (new GaussianRecognition(5, 2, [], g), new GaussianDecoder(2, 5, [], g));
        components.StartNetworks(recognition, decoder, data);

        Tensor codes = components.Transform(y), decoded = components.Inverse(codes);
        var potentials = recognition.call(y.unsqueeze(0));
        AssertClose.Equal(codes, potentials.Modes()[0], 1e-4, "codes");
        AssertClose.Equal(decoded, decoder.Mean(codes).to(ScalarType.Float64), 1e-4, "decoded");
        AssertClose.Equal((y - decoded).square().mean([0L]), decoder.Variance.to(ScalarType.Float64), 1e-4, "what is left over");
    }
}
