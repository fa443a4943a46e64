using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>How long, and how large the steps are.</summary>
public sealed record StochasticVariationalSettings
{
    /// <summary>At most this many passes over the data.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>τ ≥ 0, the delay: larger, and the first steps are smaller.</summary>
    public double Delay { get; init; } = 1;

    /// <summary>κ, the forgetting rate: above ½ and up to 1 for convergence; 0 for steps of constant size 1.</summary>
    public double Forgetting { get; init; } = 0.7;

    /// <summary>Stop when the mean bound of an epoch exceeds that of the one before by less than this, nats per frame; −∞ for never.</summary>
    public double Tolerance { get; init; } = double.NegativeInfinity;
}

/// <summary>
/// Stochastic variational inference (Hoffman, Blei, Wang and Paisley 2013): for each minibatch the local factors, then the natural-gradient
/// step <c>η ← η + ρ_t (η₀ + s · E_q[t] − η)</c> with <c>ρ_t = (t + τ)^−κ</c>, t = 1, 2, …. It is the training step of the structured VAE
/// without the networks.
/// </summary>
public static class StochasticVariationalInference
{
    /// <summary>Fits the model to minibatches of subsequences.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The minibatches.</param>
    /// <param name="settings">Length and step sizes.</param>
    /// <param name="start">η to start from; the prior when absent, from which the components of a mixture cannot tell themselves apart.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancel">Stops between two steps.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="NonFiniteException">The bound is not finite.</exception>
    public static ConjugateFit<TParameters> Fit<TParameters>(
        IConjugateModel<TParameters> model, Minibatches data, StochasticVariationalSettings? settings = null, TParameters? start = default,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default) where TParameters : INaturalParameters<TParameters>
    {
        settings ??= new StochasticVariationalSettings();
        if (settings.Epochs < 1) throw new ArgumentException($"{nameof(settings.Epochs)}: must be at least 1, got {settings.Epochs}");
        if (!(settings.Delay >= 0 && settings.Forgetting >= 0))
            throw new ArgumentException($"{nameof(settings.Delay)}, {nameof(settings.Forgetting)}: not below 0, got {settings.Delay}, {settings.Forgetting}");
        using var scope = NewDisposeScope();
        TParameters eta = start ?? model.Prior;
        var (bounds, halvings, converged, before) = (new List<double>(), 0, false, double.NegativeInfinity);
        for (int epoch = 0; epoch < settings.Epochs && !converged; epoch++)
        {
            int first = bounds.Count;
            foreach (Batch batch in data.Epoch())
            {
                cancel.ThrowIfCancellationRequested();
                using var step = NewDisposeScope();
                double rate = Math.Pow(bounds.Count + 1 + settings.Delay, -settings.Forgetting);
                var (next, bound, halved) = Step(model, eta, batch, rate);
                if (bounds.Count > 0) Dispose(eta);
                eta = ConjugateStep.Keep(next);
                bounds.Add(bound);
                halvings += halved;
                progress?.Report(new WorkProgress("stochastic variational inference",
                    (double)bounds.Count / (settings.Epochs * data.PerEpoch), $"bound {bounds[^1] / data.Frames:f4} nats/frame"));
            }
            double mean = bounds.Skip(first).Average();
            converged = mean - before < settings.Tolerance * data.Frames;
            before = mean;
        }
        TParameters found = ConjugateStep.Keep(ConjugateStep.Statistics(model, eta, ParameterEstimate.Posterior));
        return new ConjugateFit<TParameters>(eta, found, bounds, halvings, converged);
    }

    /// <summary>One step on one minibatch: the new η, the bound that the minibatch estimates at the old one, and how often it was halved.</summary>
    /// <exception cref="DomainException">A standard gradient step, which is never halved, leaves the domain.</exception>
    internal static (T Parameters, double Bound, int Halvings) Step<T>(
        IConjugateModel<T> model, T eta, Batch batch, double rate, GradientGeometry geometry = GradientGeometry.Natural)
        where T : INaturalParameters<T>
    {
        T theta = ConjugateStep.Statistics(model, eta, ParameterEstimate.Posterior);
        var (statistics, local, _) = ConjugateStep.Expect(model, theta, batch, batch.Scale, start: null);
        double bound = local + ConjugateStep.GlobalBound(model, eta, theta, ParameterEstimate.Posterior);
        var (next, halvings) = geometry == GradientGeometry.Natural
            ? NaturalGradient.Step(model.Family, eta, model.Prior, statistics, rate)
            : (StandardGradient.Step(model.Family, eta, model.Prior, statistics, rate), 0);
        return (next, bound, halvings);
    }

    private static void Dispose<T>(T parameters) where T : INaturalParameters<T>
    {
        foreach (Tensor block in parameters.Blocks) block.Dispose();
    }
}
