using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>What stays the same from sweep to sweep, as memory: the model's potentials laid out for products, the node potentials, the labels.</summary>
internal sealed unsafe class SldsSystem
{
    private const int Others = 5; // log π, P, Pᵀ, Jn, hn

    /// <summary>How many tensors <see cref="Tensors"/> has.</summary>
    public const int Count = StateAverage.TableCount + PathAverage.TableCount + Others;

    /// <summary>Everything but labels, which no gradient depends on.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>Label log-potentials, [B, T, K], or null.</summary>
    public double* Labels { get; }

    public SldsSize Size { get; }

    public StateAverage States { get; }

    public PathAverage Paths { get; }

    /// <summary>The largest entry of log A, which P lacks.</summary>
    public double LargestTransition { get; private init; }

    public double* LogInitial { get; }

    /// <summary>Constants of the first frame and of all others, [2, K].</summary>
    public double* Constants { get; }

    private readonly double* Jn, hn;
    private readonly Tensor? labels; // keeps the memory

    /// <param name="size">Sizes.</param>
    /// <param name="tensors">As <see cref="Tensors"/>.</param>
    /// <param name="labels">Contiguous, or null.</param>
    public SldsSystem(SldsSize size, IReadOnlyList<Tensor> tensors, Tensor? labels = null)
    {
        (Size, Tensors) = (size, tensors);
        Tensor[] paths = [.. tensors.Skip(StateAverage.TableCount).Take(PathAverage.TableCount)], others = [.. tensors.TakeLast(Others)];
        (States, Paths) = (new StateAverage(tensors, size.T, size.n, size.K), new PathAverage(paths, size.T, size.n, size.K));
        LogInitial = Native.Doubles(others[0]);
        Constants = Native.Doubles(paths[2]);
        Jn = Native.Doubles(others[3]);
        hn = Native.Doubles(others[4]);
        this.labels = labels;
        Labels = labels is null ? null : Native.Doubles(labels);
    }

    /// <summary>Lays out potentials; no gradient passes.</summary>
    public static SldsSystem Of(SldsSize size, SldsInputs inputs, Tensor? labels)
    {
        using var plain = no_grad();
        var (transition, transposed, largest) = HmmMessages.Transitions(inputs.LogTransition);
        return new SldsSystem(size,
        [
            .. StateAverage.Tables(inputs.Blocks, size.n), .. PathAverage.Tables(inputs.Weights, inputs.Constants, size.n),
            inputs.LogInitial.contiguous(), transition, transposed, inputs.Jn.contiguous(), inputs.hn.contiguous(),
        ], labels?.contiguous())
        { LargestTransition = largest.item<double>() };
    }

    /// <summary>P and Pᵀ.</summary>
    public (Tensor P, Tensor Transposed) Transitions => (Tensors[^4], Tensors[^3]);

    /// <summary>A sequence's node precisions.</summary>
    public double* NodePrecisions(int b) => Jn + (long)b * Size.T * (Size.Dense ? Size.n * Size.n : Size.n);

    /// <summary>A sequence's node linear terms.</summary>
    public double* NodeLinear(int b) => hn + (long)b * Size.T * Size.n;

    /// <summary>What a sequence's node potentials are worth.</summary>
    public NodeExpectation Node(int b) => new(NodePrecisions(b), NodeLinear(b), Size.Dense, Size.T, Size.n);
}

/// <summary>The potentials as a kernel takes them, each with its gradient.</summary>
/// <param name="Blocks">Of <see cref="SldsPotentials.Blocks"/>.</param>
/// <param name="Weights">Of <see cref="SldsPotentials.PathWeights"/>.</param>
/// <param name="Constants">Of <see cref="SldsPotentials.PathConstants"/>.</param>
/// <param name="LogInitial">log π, [K].</param>
/// <param name="LogTransition">log A, [K, K].</param>
/// <param name="Jn">Node precisions.</param>
/// <param name="hn">Node linear terms.</param>
internal sealed record SldsInputs(Tensor Blocks, Tensor Weights, Tensor Constants, Tensor LogInitial, Tensor LogTransition, Tensor Jn, Tensor hn);
