using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Expectation–maximisation for an <see cref="AutoregressiveHmm"/> from given first states. It ascends
/// <c>J = log Σ_z p(z) Π_t p(x_t | x_{t−1}, …, z_t)^ζ + ζ log p(dynamics) + log p(transitions)</c>.
/// </summary>
internal sealed class AutoregressiveHmmEm(AutoregressiveFeatures features, AutoregressivePrior prior, AutoregressiveHmmSettings settings)
{
    private readonly Tensor lengths = tensor(features.Lengths, ScalarType.Int64, features.Device);

    /// <summary>Where a start ended: parameters in the units of the features, the trace of J, and whether it settled.</summary>
    public sealed record Result(Tensor LogInitial, Tensor LogTransition, LinearRegimes Regimes, IReadOnlyList<double> Trace, bool Converged)
    {
        public double Score => Trace[^1];

        public IEnumerable<Tensor> Tensors => [LogInitial, LogTransition, Regimes.Coefficients, Regimes.Covariance];
    }

    /// <summary>Runs from hard states [N] until J settles; <paramref name="report"/> is told the iteration and J.</summary>
    public Result Run(Tensor states, Action<int, double> report, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        int K = settings.States;
        Tensor weights = nn.functional.one_hot(states, K).to(ScalarType.Float64);
        Tensor stay = eye(K, dtype: ScalarType.Float64, device: features.Device);
        double leave = K > 1 ? 1 / Math.Max(settings.ExpectedDwell, 2) : 0;
        Tensor logTransition = (stay * (1 - leave) + (1 - stay) * (leave / Math.Max(1, K - 1))).log();
        Tensor logInitial = zeros(K, ScalarType.Float64, features.Device) - Math.Log(K);
        LinearRegimes regimes = Maximize(weights);
        var trace = new List<double>();
        bool converged = false;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            using var iteration = NewDisposeScope();
            HmmPosterior posterior = Expect(logInitial, logTransition, regimes);
            trace.Add(Objective(posterior.LogZ, logInitial, logTransition, regimes));
            report(trace.Count, trace[^1]);
            converged = trace.Count > 1 && trace[^1] - trace[^2] < settings.Tolerance * Math.Max(1, features.Count);
            if (converged || trace.Count >= settings.Iterations) break;
            regimes = Maximize(posterior.Marginals.reshape(-1, K).index_select(0, features.Positions));
            logTransition = LogNormalized(posterior.PairMarginalSum.sum(dim: 0) + settings.TransitionCounts + settings.Stickiness * stay);
            logInitial = LogNormalized(posterior.Marginals.select(1, 0).sum(dim: 0) + settings.TransitionCounts);
            foreach (Tensor kept in new[] { regimes.Coefficients, regimes.Covariance, logTransition, logInitial }) kept.MoveToOuterDisposeScope();
        }
        Result result = new(logInitial, logTransition, regimes, trace, converged);
        foreach (Tensor tensor in result.Tensors) tensor.MoveToOuterDisposeScope();
        return result;
    }

    private LinearRegimes Maximize(Tensor weights) => prior.MostProbable(features, features.PackedMoments(weights), weights.sum(dim: 0));

    private HmmPosterior Expect(Tensor logInitial, Tensor logTransition, LinearRegimes regimes)
    {
        Tensor evidence = zeros([features.B * features.T, settings.States], ScalarType.Float64, features.Device);
        evidence.index_copy_(0, features.Positions, features.LogLikelihood(regimes) * settings.LikelihoodPower);
        return ForwardBackward.Infer(new HmmPotentials(logInitial, logTransition, evidence.reshape(features.B, features.T, -1)), lengths);
    }

    private double Objective(Tensor logZ, Tensor logInitial, Tensor logTransition, LinearRegimes regimes)
    {
        double transitions = (settings.TransitionCounts * (logTransition.sum() + logInitial.sum())
            + settings.Stickiness * logTransition.diagonal().sum()).item<double>();
        return logZ.sum().item<double>() + transitions + settings.LikelihoodPower * prior.LogDensity(regimes);
    }

    private static Tensor LogNormalized(Tensor counts) => (counts / counts.sum(-1, keepdim: true)).log();
}
