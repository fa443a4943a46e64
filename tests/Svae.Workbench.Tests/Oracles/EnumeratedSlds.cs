using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>A switching linear dynamical system by enumeration of all K^T state paths, each with its exact Gaussian chain: one sequence, slow and obvious.</summary>
public sealed class EnumeratedSlds
{
    /// <summary>log Z over x and z.</summary>
    public double LogZ { get; }

    /// <summary>E x_t, [T, n].</summary>
    public Tensor Mean { get; }

    /// <summary>E x_t x_tᵀ, [T, n, n].</summary>
    public Tensor Second { get; }

    /// <summary>p(z_t = k), [T, K].</summary>
    public Tensor Marginals { get; }

    public EnumeratedSlds(SldsPotentials potentials, Tensor Jn, Tensor hn)
    {
        using var mode = no_grad();
        var (frames, K) = ((int)hn.shape[1], (int)potentials.States);
        int count = (int)Math.Pow(K, frames);
        var paths = Enumerable.Range(0, count).Select(i => Enumerable.Range(0, frames).Select(t => (long)(i / (int)Math.Pow(K, t) % K)).ToArray()).ToArray();
        Tensor gamma = nn.functional.one_hot(tensor(paths.SelectMany(p => p).ToArray(), [count, frames]), K).to(ScalarType.Float64);
        var (chain, constant) = potentials.AverageOverStates(gamma, Jn.expand([count, .. Jn.shape[1..]]), hn.expand(count, frames, hn.shape[2]));
        var posterior = DenseGaussianChain.Infer(chain, [.. Enumerable.Repeat((long)frames, count)], null);
        Tensor prior = tensor(paths.Select(p => potentials.LogInitial[p[0]].item<double>()
            + Enumerable.Range(1, frames - 1).Sum(t => potentials.LogTransition[p[t - 1], p[t]].item<double>())).ToArray());
        Tensor weights = posterior.LogZ + constant + prior;
        LogZ = weights.logsumexp(0).item<double>();
        Tensor probabilities = weights.softmax(0);
        Mean = einsum("p,ptn->tn", probabilities, posterior.Mean);
        Second = einsum("p,ptij->tij", probabilities, posterior.Covariance + posterior.Mean.unsqueeze(3) * posterior.Mean.unsqueeze(2));
        Marginals = einsum("p,ptk->tk", probabilities, gamma);
    }
}
