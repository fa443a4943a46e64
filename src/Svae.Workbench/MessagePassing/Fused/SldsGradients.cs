using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Gradients of the potentials. Those that all sequences share are summed in parts, in an order that does not depend on the number of threads.
/// </summary>
internal sealed unsafe class SldsGradients
{
    private readonly SldsSystem system;
    private readonly Tensor blocks, weights, transition, rows, Jn, hn;
    private readonly double* toBlocks, toWeights, toTransition, toRows, toJn, tohn;
    private readonly int width;

    public SldsGradients(SldsSystem system)
    {
        this.system = system;
        SldsSize size = system.Size;
        width = PaddedRow.Padded(size.K);
        Tensor Zeros(params long[] shape) => zeros([size.SumParts, .. shape], ScalarType.Float64);
        (blocks, weights, transition, rows) = (Zeros(system.States.SumRows, width), Zeros(PathAverage.WeightRows(size.n), width), Zeros(2 * width, width), Zeros(3, width));
        Jn = empty(size.Dense ? [size.B, size.T, size.n, size.n] : [size.B, size.T, size.n], ScalarType.Float64);
        hn = empty([size.B, size.T, size.n], ScalarType.Float64);
        toBlocks = Native.Doubles(blocks);
        toWeights = Native.Doubles(weights);
        toTransition = Native.Doubles(transition);
        toRows = Native.Doubles(rows);
        toJn = Native.Doubles(Jn);
        tohn = Native.Doubles(hn);
    }

    /// <summary>Sums of the states' blocks for a sequence's part, as <see cref="StateAverage.AddOuterProducts"/> leaves them.</summary>
    public double* Blocks(int b) => toBlocks + Part(b) * blocks.stride(0);

    /// <summary>Sums of the weights, as <see cref="PathAverage.AddOuterProducts"/> leaves them.</summary>
    public double* Weights(int b) => toWeights + Part(b) * weights.stride(0);

    /// <summary>Sums of outer products for log A, and below them its direct gradient: see <see cref="ScaledForwardBackward.AddAdjointPairs"/>.</summary>
    public double* Transition(int b) => toTransition + Part(b) * transition.stride(0);

    /// <summary>The direct part.</summary>
    public double* DirectTransition(int b) => Transition(b) + width * width;

    /// <summary>The sum of log π's gradient.</summary>
    public double* Initial(int b) => toRows + Part(b) * rows.stride(0);

    /// <summary>The sum of the constants' gradients, of the first frame and of all others, each in a row of whole vectors.</summary>
    public double* Constants(int b, bool first) => Initial(b) + (first ? width : 2 * width);

    /// <summary>A sequence's node precisions.</summary>
    public double* NodePrecisions(int b) => toJn + b * Jn.stride(0);

    /// <summary>A sequence's node linear terms.</summary>
    public double* NodeLinear(int b) => tohn + b * hn.stride(0);

    /// <summary>The gradients in the order of <see cref="SldsInputs"/>.</summary>
    public IReadOnlyList<Tensor> Collect(HmmMessages messages)
    {
        int K = system.Size.K;
        Tensor vectors = rows.sum(dim: 0).narrow(1, 0, K);
        return
        [
            system.States.BlockGradient(blocks.sum(dim: 0)), weights.sum(dim: 0).narrow(1, 0, K).contiguous(), vectors.narrow(0, 1, 2).contiguous(),
            vectors[0].contiguous(), messages.TransitionGradient(transition)[0].contiguous(), Jn, hn,
        ];
    }

    private int Part(int b) => b / system.Size.Side % system.Size.SumParts;
}
