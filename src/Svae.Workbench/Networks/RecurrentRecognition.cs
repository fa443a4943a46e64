using Svae.Workbench.MessagePassing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>
/// A bidirectional recurrent recognition network: one GRU reads a sequence forwards and one backwards, and a
/// <see cref="PotentialHead"/> turns both states at a frame into its potentials. A missing frame is read as zeros with its mark
/// "missing"; the backward reader starts at a sequence's own last frame.
/// </summary>
public sealed class RecurrentRecognition : Module<Tensor, NodePotentials>, ISequenceRecognition
{
    private readonly GRU forwards, backwards;
    private readonly PotentialHead head;
    private readonly long observedSize;

    /// <param name="observed">Observation size D.</param>
    /// <param name="latent">Latent dimension n.</param>
    /// <param name="hidden">State size of each GRU.</param>
    /// <param name="generator">Source of the initial weights.</param>
    /// <param name="dense">Dense precisions; otherwise diagonal ones.</param>
    public RecurrentRecognition(long observed, long latent, long hidden, Generator generator, bool dense = false) : base(nameof(RecurrentRecognition))
    {
        observedSize = observed;
        forwards = GRU(observed + 1, hidden, batchFirst: true);
        backwards = GRU(observed + 1, hidden, batchFirst: true);
        head = new PotentialHead(2 * hidden, latent, generator, dense);
        RegisterComponents();
        foreach (Parameter weight in forwards.parameters().Concat(backwards.parameters()))
            Layers.Start(weight, null, 3 * hidden, generator); // uniform on ±1/√hidden, the customary start of a GRU
    }

    /// <summary>Potentials of sequences y [B, T, D] that are all T long and observed throughout.</summary>
    public override NodePotentials forward(Tensor y)
    {
        var (batch, frames) = (y.shape[0], y.shape[1]);
        return Potentials(y, ones(batch, frames, device: y.device), full(batch, frames, ScalarType.Int64, y.device));
    }

    /// <inheritdoc/>
    public NodePotentials Potentials(Tensor y, Tensor observed, Tensor lengths)
    {
        Guard.Shape(y, "y", ("sequence", -1), ("time", -1), ("observed", observedSize));
        Guard.Shape(observed, "observed", ("sequence", y.shape[0]), ("time", y.shape[1]));
        Guard.Shape(lengths, "lengths", ("sequence", y.shape[0]));
        Tensor mask = observed.to(Layers.Precision(this)).unsqueeze(2);
        Tensor read = cat([where(mask > 0, y.to(mask.dtype), zeros_like(mask)), mask], 2);
        Tensor order = Reversal(lengths, y.shape[1]);
        Tensor ahead = forwards.call(read).Item1, back = Reordered(backwards.call(Reordered(read, order)).Item1, order);
        return head.call(cat([ahead, back], 2));
    }

    /// <summary>Index of the frame that comes t-th when each sequence is read from its end: length − 1 − t, and t past the end; [B, T].</summary>
    private static Tensor Reversal(Tensor lengths, long frames)
    {
        Tensor t = arange(frames, device: lengths.device).unsqueeze(0), end = lengths.unsqueeze(1);
        return where(t < end, end - 1 - t, t);
    }

    private static Tensor Reordered(Tensor frames, Tensor order) =>
        frames.gather(1, order.unsqueeze(2).expand(order.shape[0], order.shape[1], frames.shape[2]));
}
