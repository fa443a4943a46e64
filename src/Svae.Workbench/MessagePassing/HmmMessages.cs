using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>The messages of a whole batch as memory, and its division into groups that <see cref="ScaledForwardBackward"/> takes side by side.</summary>
internal sealed unsafe class HmmMessages
{
    private readonly HmmShape shape;
    private readonly bool keep;
    private readonly double* transition, transposed, filtered, future, weight;

    /// <summary>P, Pᵀ and [α, β, w]. Each worker writes u anew for the group at hand, in memory that stays in its cache.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>Sequences that step through time together.</summary>
    public int Size { get; }

    private HmmMessages(HmmShape shape, int size, bool keep, IReadOnlyList<Tensor> tensors)
    {
        (this.shape, this.keep, Size, Tensors) = (shape, keep, size, tensors);
        transition = Native.Doubles(tensors[0]);
        transposed = Native.Doubles(tensors[1]);
        filtered = Native.Doubles(tensors[2]);
        future = filtered + tensors[2].shape[1];
        weight = future + tensors[2].shape[1];
    }

    /// <summary>The messages that a forward pass kept.</summary>
    public static HmmMessages Kept(HmmShape shape, int size, IReadOnlyList<Tensor> tensors) => new(shape, size, keep: true, tensors);

    /// <summary>Room for the messages of all groups, or of one group for each worker where they are not to be kept.</summary>
    /// <param name="shape">Sizes of the batch.</param>
    /// <param name="size">Sequences in a group; one where transitions are not shared.</param>
    /// <param name="transition">P, from <see cref="Transitions"/>.</param>
    /// <param name="transposed">Pᵀ.</param>
    /// <param name="keep">Will a backward pass need them?</param>
    public static HmmMessages Room(HmmShape shape, int size, Tensor transition, Tensor transposed, bool keep)
    {
        long width = PaddedRow.Padded(shape.K), places = keep ? shape.B : (long)size * Native.Workers((shape.B + size - 1) / size);
        return new HmmMessages(shape, size, keep, [transition, transposed, empty([3, places * shape.T * width], ScalarType.Float64)]);
    }

    /// <summary>
    /// Sequences of a group of their own accord: few where models are small, so that all their messages stay in a core's cache, and where they
    /// are large as many as one pass over a shared transition matrix can serve.
    /// </summary>
    public static int SizeFor(int K, bool shared) => !shared ? 1 : K <= 48 ? 4 : 8;

    /// <summary>P = exp(log A − max) padded with zeros to whole vectors, [1 or B, width, width], Pᵀ, and max, [1 or B].</summary>
    public static (Tensor Transition, Tensor Transposed, Tensor Largest) Transitions(Tensor logTransition)
    {
        int K = (int)logTransition.shape[^1], padding = PaddedRow.Padded(K) - K;
        Tensor blocks = logTransition.reshape(-1, K, K);
        Tensor largest = blocks.amax([1, 2]).clamp_min(double.MinValue); // a matrix of −∞ becomes one of zeros
        Tensor P = nn.functional.pad((blocks - largest.reshape(-1, 1, 1)).exp_(), [0, padding, 0, padding]);
        return (P, P.transpose(1, 2).contiguous(), largest);
    }

    public int Width => PaddedRow.Padded(shape.K);

    /// <summary>Doubles in a square of width by width.</summary>
    public long Square => (long)Width * Width;

    public int Groups => (shape.B + Size - 1) / Size;

    /// <summary>Doubles in one message of one group.</summary>
    public long GroupSize => (long)Size * shape.T * Width;

    private bool Shared => Tensors[0].shape[0] == 1;

    /// <summary>A group, with room for u in <paramref name="onward"/>.</summary>
    /// <param name="index">The group.</param>
    /// <param name="worker">Whose memory it takes where messages are not kept.</param>
    /// <param name="onward">[<see cref="GroupSize"/>].</param>
    public ScaledForwardBackward Group(int index, int worker, double* onward)
    {
        int first = index * Size, last = Math.Min(shape.B, first + Size);
        long rows = keep ? (long)first * shape.T * Width : worker * GroupSize, squares = Shared ? 0 : first * Square;
        return new ScaledForwardBackward
        {
            K = shape.K, Width = Width, T = shape.T, Lengths = shape.Lengths[first..last],
            Transition = transition + squares, Transposed = transposed + squares,
            Filtered = filtered + rows, Future = future + rows, Weight = weight + rows, Onward = onward,
        };
    }

    /// <summary>The gradient of log A, P ∘ outer + direct, [1 or B, K, K], from [outer, direct] of every part, [parts, 2 · width, width].</summary>
    public Tensor TransitionGradient(Tensor sums)
    {
        if (Shared) sums = sums.sum(dim: 0, keepdim: true);
        return addcmul(sums.narrow(1, Width, Width), sums.narrow(1, 0, Width), Tensors[0], value: 1).narrow(1, 0, shape.K).narrow(2, 0, shape.K);
    }
}
