using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Random SLDS potentials that any node potentials make proper.</summary>
internal static class RandomSlds
{
    public static (SldsPotentials, Tensor Jn, Tensor hn) Problem(int batch, int frames, int n, int states, int seed)
    {
        var g = new Generator((ulong)seed + 1);
        Tensor R(params long[] shape) => randn(shape, ScalarType.Float64, generator: g);
        Tensor Spd() { Tensor a = R(states, n, n); return matmul(a, a.mT) / n + 0.5 * eye(n, dtype: ScalarType.Float64); }
        Tensor A = 0.6 * R(states, n, n), L = Spd(), b = 0.5 * R(states, n, 1);
        Tensor AtL = matmul(A.mT, L);
        var potentials = new SldsPotentials(Spd(), R(states, n), R(states), matmul(AtL, A), -AtL, L,
            -matmul(AtL, b).squeeze(2), matmul(L, b).squeeze(2), R(states), R(states), R(states, states));
        return (potentials, R(batch, frames, n).square() + 0.1, 2 * R(batch, frames, n));
    }
}
