using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>A hidden Markov model by enumeration of all K^T paths of one sequence: slow and obvious.</summary>
public sealed class EnumeratedPaths
{
    /// <summary>All paths, [K^T, T].</summary>
    public Tensor Paths { get; }

    /// <summary>Log-weight of each path, [K^T]; differentiable.</summary>
    public Tensor LogWeights { get; }

    private readonly int K, T;

    /// <summary>Sequence b of the potentials, its first <paramref name="length"/> time steps.</summary>
    public EnumeratedPaths(HmmPotentials potentials, int b, int length)
    {
        (T, K) = (length, (int)potentials.LogLikelihood.shape[2]);
        Tensor initial = potentials.LogInitial.dim() == 2 ? potentials.LogInitial[b] : potentials.LogInitial;
        Tensor transition = potentials.LogTransition.dim() == 3 ? potentials.LogTransition[b] : potentials.LogTransition;
        Tensor states = arange(K, dtype: ScalarType.Int64);
        Paths = T == 1 ? states.unsqueeze(1) : cartesian_prod([.. Enumerable.Repeat(states, T)]);
        LogWeights = initial[Paths[.., 0]];
        for (int t = 0; t < T; t++) LogWeights = LogWeights + potentials.LogLikelihood[b, t][Paths[.., t]];
        for (int t = 1; t < T; t++) LogWeights = LogWeights + transition[Paths[.., t - 1], Paths[.., t]];
    }

    public Tensor LogZ => logsumexp(LogWeights, 0);

    public Tensor Probabilities => softmax(LogWeights, 0);

    /// <summary>p(z_t = k), [T, K].</summary>
    public Tensor Marginals => (nn.functional.one_hot(Paths, K) * Probabilities.reshape(-1, 1, 1)).sum(dim: 0);

    /// <summary>p(z_t = i, z_{t+1} = j), [T−1, K, K].</summary>
    public Tensor PairMarginals
    {
        get
        {
            Tensor states = nn.functional.one_hot(Paths, K).to(ScalarType.Float64);
            return einsum("pti,ptj,p->tij", states[.., ..(T - 1)], states[.., 1..], Probabilities);
        }
    }
}
