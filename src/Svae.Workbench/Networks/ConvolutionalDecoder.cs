using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>
/// Frames from latents, the mirror image of <see cref="ConvolutionalEncoder"/>: a linear layer to the smallest maps, then 3 × 3
/// transposed convolutions that double height and width each, up to the very size that the encoder halved.
/// </summary>
public sealed class ConvolutionalDecoder : Module<Tensor, Tensor>
{
    private readonly Linear first;
    private readonly Module<Tensor, Tensor> activation;
    private readonly ModuleList<ConvTranspose2d> convolutions = ModuleList<ConvTranspose2d>();
    private readonly IReadOnlyList<(long Height, long Width)> sizes;
    private readonly long channelsOfFirst, outputs;

    /// <param name="inputs">Input size.</param>
    /// <param name="height">Rows of a frame.</param>
    /// <param name="width">Columns of a frame.</param>
    /// <param name="channels">Channels of the maps that each convolution takes, from the smallest maps on; at least one.</param>
    /// <param name="generator">Source of the initial weights.</param>
    /// <param name="activation">Before each convolution.</param>
    /// <param name="featuresPerPixel">2 when a likelihood takes two features for each output, all of the first before all of the second.</param>
    public ConvolutionalDecoder(long inputs, long height, long width, IReadOnlyList<long> channels, Generator generator,
        Activation activation = Activation.Gelu, int featuresPerPixel = 1) : base(nameof(ConvolutionalDecoder))
    {
        sizes = [.. FramePyramid.Sizes(height, width, channels).Reverse()];
        (channelsOfFirst, outputs) = (channels[0], height * width * featuresPerPixel);
        this.activation = Layers.Of(activation);
        first = Linear(inputs, channels[0] * sizes[0].Height * sizes[0].Width);
        Layers.Start(first, generator);
        for (int i = 0; i < channels.Count; i++)
        {
            long next = i + 1 < channels.Count ? channels[i + 1] : featuresPerPixel;
            ConvTranspose2d layer = ConvTranspose2d(channels[i], next, 3, stride: 2, padding: 1, output_padding: 1);
            Layers.Start(layer.weight!, layer.bias, 9.0 / 4 * channels[i], generator); // each pixel is reached by a quarter of the steps
            convolutions.Add(layer);
        }
        RegisterComponents();
    }

    /// <summary>Features [..., height · width · features per pixel] of latents [..., inputs].</summary>
    public override Tensor forward(Tensor x)
    {
        Tensor maps = first.call(x).reshape(-1, channelsOfFirst, sizes[0].Height, sizes[0].Width);
        foreach (var (layer, size) in convolutions.Zip(sizes.Skip(1))) // doubled, then cropped by the row and column that halving rounded up
            maps = layer.call(activation.call(maps)).narrow(2, 0, size.Height).narrow(3, 0, size.Width);
        return maps.reshape([.. x.shape[..^1], outputs]);
    }
}
