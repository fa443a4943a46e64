using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Expectation–maximisation for an <see cref="AutoregressiveHmm"/> from given first states of any number. It ascends
/// <c>J = log Σ_z p(z) Π_t p(x_t | x_{t−1}, …, z_t)^ζ + ζ log p(dynamics) + log p(transitions)</c>.
/// </summary>
internal sealed class AutoregressiveHmmEm(AutoregressiveFeatures features, AutoregressivePrior prior, AutoregressiveHmmSettings settings)
{
    private readonly Tensor lengths = tensor(features.Lengths, ScalarType.Int64, features.Device);

    /// <summary>log p(z_1), log π and the dynamics, in the units of the features.</summary>
    public sealed record Parameters(Tensor LogInitial, Tensor LogTransition, LinearRegimes Regimes)
    {
        /// <summary>Survives the present dispose scope.</summary>
        public Parameters MoveOut()
        {
            foreach (Tensor tensor in new[] { LogInitial, LogTransition, Regimes.Coefficients, Regimes.Covariance }) tensor.MoveToOuterDisposeScope();
            return this;
        }
    }

    /// <summary>Where a start ended: parameters, the trace of J, and whether it settled.</summary>
    public sealed record Result(Parameters Parameters, IReadOnlyList<double> Trace, bool Converged)
    {
        public double Score => Trace[^1];
    }

    /// <summary>Runs from state probabilities [N, K] until J settles; <paramref name="report"/> is told the iteration and J.</summary>
    public Result Run(Tensor weights, Action<int, double> report, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        Parameters now = First(weights);
        var trace = new List<double>();
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            using var iteration = NewDisposeScope();
            HmmPosterior posterior = Expect(now);
            trace.Add(Objective(posterior.LogZ, now));
            report(trace.Count, trace[^1]);
            bool converged = trace.Count > 1 && trace[^1] - trace[^2] < settings.Tolerance * Math.Max(1, features.Count);
            if (converged || trace.Count >= settings.Iterations) return new Result(now.MoveOut().MoveOut(), trace, converged);
            now = Maximize(posterior).MoveOut();
        }
    }

    /// <summary>State probabilities [N, K] of every frame, and expected transitions [K, K], at a result.</summary>
    public (Tensor Weights, Tensor Transitions) Explain(Parameters parameters)
    {
        HmmPosterior posterior = Expect(parameters);
        return (Weights(posterior), posterior.PairMarginalSum.sum(dim: 0));
    }

    /// <summary>Dynamics of the given states, and transitions that stay as long as a window.</summary>
    private Parameters First(Tensor weights)
    {
        long K = weights.shape[1];
        Tensor stay = Identity(K);
        double leave = K > 1 ? 1 / settings.WindowLength : 0;
        Tensor transition = stay * (1 - leave) + (1 - stay) * (leave / Math.Max(1, K - 1));
        Tensor initial = torch.ones(K, ScalarType.Float64, features.Device) / K;
        return new Parameters(initial.log(), transition.log(), Regimes(weights));
    }

    private Parameters Maximize(HmmPosterior posterior) => new(
        LogNormalized(posterior.Marginals.select(1, 0).sum(dim: 0) + settings.TransitionCounts),
        LogNormalized(posterior.PairMarginalSum.sum(dim: 0) + settings.TransitionCounts + settings.Stickiness * Identity(posterior.Marginals.shape[2])),
        Regimes(Weights(posterior)));

    private Tensor Weights(HmmPosterior posterior) => posterior.Marginals.flatten(0, 1).index_select(0, features.Positions);

    private Tensor Identity(long states) => eye(states, dtype: ScalarType.Float64, device: features.Device);

    private LinearRegimes Regimes(Tensor weights) => prior.MostProbable(features, features.PackedMoments(weights), weights.sum(dim: 0));

    private HmmPosterior Expect(Parameters now)
    {
        Tensor evidence = zeros([features.B * features.T, now.LogInitial.shape[0]], ScalarType.Float64, features.Device);
        evidence.index_copy_(0, features.Positions, features.LogLikelihood(now.Regimes) * settings.LikelihoodPower);
        return ForwardBackward.Infer(
            new HmmPotentials(now.LogInitial, now.LogTransition, evidence.reshape(features.B, features.T, -1)), lengths);
    }

    private double Objective(Tensor logZ, Parameters now)
    {
        double transitions = (settings.TransitionCounts * (now.LogTransition.sum() + now.LogInitial.sum())
            + settings.Stickiness * now.LogTransition.diagonal().sum()).item<double>();
        return logZ.sum().item<double>() + transitions + settings.LikelihoodPower * prior.LogDensity(now.Regimes);
    }

    private static Tensor LogNormalized(Tensor counts) => (counts / counts.sum(-1, keepdim: true)).log();
}
