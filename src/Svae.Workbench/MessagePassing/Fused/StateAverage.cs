using System.Runtime.CompilerServices;
using TorchSharp;
using static Svae.Workbench.MessagePassing.PaddedRow;
using static Svae.Workbench.MessagePassing.RowArithmetic;
using static Svae.Workbench.MessagePassing.RowProduct;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// A sequence's chain potentials averaged over q(z), <c>Σ_k γ[t, k] φ_k</c>, and the adjoint. Frame t is the earlier one of the pair whose
/// state is z_{t+1} and the later one of that of z_t, so what stands at it is one product of <c>[γ_t, γ_{t+1}]</c>, overlapping rows of γ,
/// with the blocks of both roles. γ_1 belongs to no pair: it weighs what stands at the first frame alone.
/// </summary>
/// <param name="tables">From <see cref="Tables"/>.</param>
/// <param name="T">Frames.</param>
/// <param name="n">Latent dimension.</param>
/// <param name="K">States.</param>
internal sealed unsafe class StateAverage(IReadOnlyList<Tensor> tables, int T, int n, int K)
{
    private readonly double* roles = Native.Doubles(tables[0]), couplings = Native.Doubles(tables[1]), initial = Native.Doubles(tables[2]);
    private readonly double* toLater = Native.Doubles(tables[3]), toFirst = Native.Doubles(tables[4]);
    private readonly int square = n * n, role = n * n + n, width = Padded(K);

    /// <summary>How many tensors <see cref="Tables"/> makes.</summary>
    public const int TableCount = 5;

    /// <summary>Numbers in each state's row of blocks: J22, g2, J11, g1, J12, J0, h0.</summary>
    public static int BlockEntries(int n) => 4 * n * n + 3 * n;

    /// <summary>Doubles from one frame's potentials (n² of the node precision, n of the linear term) to the next frame's.</summary>
    public static int FrameStride(int n) => Padded(n * n + n);

    /// <summary>Doubles from one coupling to the next.</summary>
    public static int CouplingStride(int n) => Padded(n * n);

    /// <summary>Doubles from one frame's gradients (node precision, linear term, coupling to the next frame) to the next frame's.</summary>
    public int GradientStride => role + square;

    /// <summary>Scratch that <see cref="Forward"/> needs.</summary>
    public long ForwardScratch => (T + 1L) * K;

    /// <summary>Scratch that <see cref="Adjoint"/> needs.</summary>
    public long AdjointScratch => (long)T * width;

    /// <summary>Rows of <see cref="width"/> numbers that <see cref="AddOuterProducts"/> sums.</summary>
    public int SumRows => GradientStride + 2 * role;

    /// <summary>The blocks as operands of products.</summary>
    /// <param name="blocks">Each state's blocks end to end, [K, <see cref="BlockEntries"/>].</param>
    /// <param name="n">Latent dimension.</param>
    public static IReadOnlyList<Tensor> Tables(Tensor blocks, int n)
    {
        int square = n * n, role = square + n;
        Tensor later = blocks.narrow(1, 0, role), earlier = blocks.narrow(1, role, role), coupling = blocks.narrow(1, 2 * role, square), first = blocks.narrow(1, 2 * role + square, role);
        return
        [
            WholeVectors(cat([later, earlier])), WholeVectors(coupling), WholeVectors(first),
            WholeVectors(cat([earlier, coupling, later], 1).t()), WholeVectors(first.t()),
        ];
    }

    /// <summary>What stands at each frame and between frames.</summary>
    /// <param name="gamma">γ, [T, K].</param>
    /// <param name="Jn">Node precisions, [T, n], or [T, n, n] when <paramref name="dense"/>.</param>
    /// <param name="hn">Node linear terms, [T, n].</param>
    /// <param name="dense">Are node precisions whole matrices?</param>
    /// <param name="frames">Set to precision and linear term of each frame, <see cref="FrameStride"/> apart.</param>
    /// <param name="coupling">Set to the T − 1 couplings, <see cref="CouplingStride"/> apart.</param>
    /// <param name="states">Scratch.</param>
    public void Forward(double* gamma, double* Jn, double* hn, bool dense, double* frames, double* coupling, double* states)
    {
        int stride = FrameStride(n), between = CouplingStride(n);
        Fill(states, K, 0);
        Copy(gamma + K, states + K, (T - 1) * K);
        Fill(states + (long)T * K, K, 0);
        Multiply(new Left(states, K, 1), roles, stride, frames, stride, T, 2 * K, stride, fresh: true);
        Multiply(new Left(gamma, K, 1), initial, stride, frames, stride, 1, K, stride, fresh: false);
        AddNodes(frames, stride, Jn, hn, dense);
        Multiply(new Left(states + K, K, 1), couplings, between, coupling, between, T - 1, K, between, fresh: true);
    }

    /// <summary>γ̄ from the gradients of what <see cref="Forward"/> made.</summary>
    /// <param name="rows">
    /// [∂ at frame t, ∂ of the coupling (t, t+1)], <see cref="GradientStride"/> apart: all that γ_{t+1} reaches, row t and frame t + 1, is contiguous.
    /// </param>
    /// <param name="gamma">Set to γ̄, [T, K].</param>
    /// <param name="products">Scratch.</param>
    public void Adjoint(double* rows, double* gamma, double* products)
    {
        Multiply(new Left(rows, GradientStride, 1), toFirst, width, products, width, 1, role, width, fresh: true);
        Multiply(new Left(rows, GradientStride, 1), toLater, width, products + width, width, T - 1, GradientStride + role, width, fresh: true);
        for (int t = 0; t < T; t++, gamma += K, products += width) Copy(products, gamma, K);
    }

    /// <summary>sum += Σ_t row_t γ_{t+1}ᵀ over overlapping rows, and below it the first frame's row times γ_1ᵀ.</summary>
    /// <param name="rows">As in <see cref="Adjoint"/>.</param>
    /// <param name="gamma">γ in rows of whole vectors, [T, width].</param>
    /// <param name="sum">[<see cref="SumRows"/>, width].</param>
    public void AddOuterProducts(double* rows, double* gamma, double* sum) => AddOverlapping(rows, GradientStride, role, gamma, width, T, sum);

    /// <summary>The gradient of the blocks, [K, <see cref="BlockEntries"/>], from the sums of all sequences.</summary>
    public Tensor BlockGradient(Tensor sums)
    {
        Tensor total = sums.narrow(1, 0, K).t();
        Tensor earlier = total.narrow(1, 0, role), coupling = total.narrow(1, role, square), later = total.narrow(1, GradientStride, role);
        return cat([later, earlier, coupling, total.narrow(1, GradientStride + role, role)], 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddNodes(double* frames, int stride, double* Jn, double* hn, bool dense)
    {
        for (int t = 0; t < T; t++, frames += stride, Jn += dense ? square : n, hn += n)
        {
            if (dense) AddScaled(frames, 1, Jn, frames, square);
            else
                for (int i = 0; i < n; i++) frames[i * (n + 1)] += Jn[i];
            AddScaled(frames + square, 1, hn, frames + square, n);
        }
    }
}
