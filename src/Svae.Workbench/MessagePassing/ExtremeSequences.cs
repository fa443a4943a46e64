using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>The sequences of a batch that scaled messages could not represent, which are inferred again in log-space.</summary>
internal sealed class ExtremeSequences
{
    private readonly Tensor indices;

    /// <summary>Sizes of the batch of these sequences alone.</summary>
    public HmmShape Shape { get; }

    private ExtremeSequences(Tensor indices, HmmShape whole)
    {
        this.indices = indices;
        long[] sequences = indices.cpu().data<long>().ToArray();
        Shape = whole with { B = sequences.Length, Lengths = [.. sequences.Select(b => whole.Lengths[b])], Origin = sequences };
    }

    /// <summary>Those whose log Z, [B], a scaled form left NaN; null when there are none.</summary>
    public static ExtremeSequences? Of(Tensor logZ, HmmShape shape) =>
        double.IsFinite(logZ.detach().sum().item<double>()) ? null : new ExtremeSequences(logZ.detach().isnan().nonzero().flatten(), shape);

    /// <summary>Their part of a potential, which is shared by the batch when it has only so many dimensions.</summary>
    public Tensor PartOf(Tensor potential, int sharedDimensions) => potential.dim() > sharedDimensions ? potential.index_select(0, indices) : potential;

    /// <summary>An output of the whole batch with theirs in its place; moved out of the dispose scope.</summary>
    public Tensor Into(Tensor scaled, Tensor exact) => scaled.index_copy(0, indices, exact).MoveToOuterDisposeScope();
}
