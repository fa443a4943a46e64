using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>
/// Features of frames: 3 × 3 convolutions that halve height and width each (rounded up), an activation after each, and a linear
/// layer on what is left. Frames come as flat pixels, row by row, D = height · width.
/// </summary>
public sealed class ConvolutionalEncoder : Module<Tensor, Tensor>
{
    private readonly Sequential convolutions = Sequential();
    private readonly Linear last;
    private readonly long height, width;

    /// <param name="height">Rows of a frame.</param>
    /// <param name="width">Columns of a frame.</param>
    /// <param name="channels">Channels of each convolution, at least one.</param>
    /// <param name="outputs">Output size.</param>
    /// <param name="generator">Source of the initial weights.</param>
    /// <param name="activation">After each convolution.</param>
    public ConvolutionalEncoder(long height, long width, IReadOnlyList<long> channels, long outputs, Generator generator,
        Activation activation = Activation.Gelu) : base(nameof(ConvolutionalEncoder))
    {
        (this.height, this.width) = (height, width);
        var sizes = FramePyramid.Sizes(height, width, channels);
        long before = 1;
        foreach (long next in channels)
        {
            Conv2d layer = Conv2d(before, next, 3, stride: 2, padding: 1);
            Layers.Start(layer.weight!, layer.bias, 9 * before, generator);
            convolutions.append(layer);
            convolutions.append(Layers.Of(activation));
            before = next;
        }
        last = Linear(before * sizes[^1].Height * sizes[^1].Width, outputs);
        RegisterComponents();
        Layers.Start(last, generator);
    }

    /// <summary>Features [..., outputs] of frames [..., height · width].</summary>
    /// <exception cref="ArgumentException">A frame has another number of pixels.</exception>
    public override Tensor forward(Tensor y)
    {
        Layers.RequireInputs(y, "frames", height * width, $"pixels of {height} × {width}");
        Tensor maps = convolutions.call(y.reshape(-1, 1, height, width));
        return last.call(maps.flatten(1)).reshape([.. y.shape[..^1], -1]);
    }
}
