using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>
/// A recognition network from parts: any network for the features of a frame, and a head that turns them into potentials.
/// </summary>
/// <example><code>new RecognitionNetwork(new ConvolutionalEncoder(30, 30, [16, 32], 100, g), new PotentialHead(100, 10, g, dense: true))</code></example>
public sealed class RecognitionNetwork : Module<Tensor, NodePotentials>
{
    private readonly Module<Tensor, Tensor> body;
    private readonly Module<Tensor, NodePotentials> head;

    /// <param name="body">Frames [B, T, D] to features [B, T, F]; becomes this module's own.</param>
    /// <param name="head">Features to potentials, for instance a <see cref="PotentialHead"/>; becomes this module's own.</param>
    public RecognitionNetwork(Module<Tensor, Tensor> body, Module<Tensor, NodePotentials> head) : base(nameof(RecognitionNetwork))
    {
        (this.body, this.head) = (body, head);
        RegisterComponents();
    }

    /// <summary>Potentials of frames y [B, T, D].</summary>
    public override NodePotentials forward(Tensor y) => head.call(body.call(y.to(Layers.Precision(body))));
}
