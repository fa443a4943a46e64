using Svae.Workbench.Baselines;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

/// <summary>The entropy of a Gaussian Markov chain from its dense joint covariance, built by the Markov property.</summary>
internal static class GaussianChainEntropy
{
    /// <summary>H(q) = ½ log |2πe Σ| with Σ over all T·n coordinates of one sequence.</summary>
    public static double Of(Tensor covariance, Tensor? cross)
    {
        var (T, n) = ((int)covariance.shape[0], covariance.shape[1]);
        var blocks = new Tensor[T, T];
        for (int s = 0; s < T; s++)
        {
            blocks[s, s] = covariance[s];
            for (int t = s + 1; t < T; t++) // Cov(x_s, x_t) = Cov(x_s, x_{t−1}) Σ_{t−1}⁻¹ Cov(x_{t−1}, x_t)
            {
                blocks[s, t] = cross is null ? zeros_like(covariance[0]) : blocks[s, t - 1].matmul(linalg.solve(covariance[t - 1], cross[t - 1]));
                blocks[t, s] = blocks[s, t].mT;
            }
        }
        Tensor joint = cat([.. Enumerable.Range(0, T).Select(s => cat([.. Enumerable.Range(0, T).Select(t => blocks[s, t])], 1))]);
        return 0.5 * (linalg.slogdet(joint).Item2.item<double>() + T * n * Math.Log(2 * Math.PI * Math.E));
    }
}
