using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>How long, how far, and what is kept of θ.</summary>
public sealed record VariationalEmSettings
{
    /// <summary>At most this many iterations, each one pass over the recordings.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>The fit has converged when an iteration gains less than this, nats per frame.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>What is kept of θ between two E-steps.</summary>
    public ParameterEstimate Estimate { get; init; } = ParameterEstimate.Posterior;
}

/// <summary>
/// Batch inference in a conjugate model by coordinate ascent: the local factors of all data (E-step), then
/// <c>η = η₀ + Σ E_q[t]</c>, the natural-gradient step of size 1 (M-step; Ghahramani and Beal 2001). With a point estimate of θ it is
/// expectation–maximisation. The bound never falls.
/// </summary>
public static class VariationalEm
{
    /// <summary>Fits the model to whole recordings.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The recordings; each is one sequence, whatever the length of the subsequences.</param>
    /// <param name="settings">Length and kind of the fit.</param>
    /// <param name="start">η to start from; the prior when absent, from which the components of a mixture cannot tell themselves apart.</param>
    /// <param name="progress">Told after each iteration.</param>
    /// <param name="cancel">Stops between two recordings.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="NonFiniteException">The bound is not finite.</exception>
    /// <exception cref="DomainException">The estimate does not exist: a covariance of maximum likelihood became singular, or a Dirichlet has no mode.</exception>
    public static ConjugateFit<TParameters> Fit<TParameters>(
        IConjugateModel<TParameters> model, Minibatches data, VariationalEmSettings? settings = null, TParameters? start = default,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default) where TParameters : INaturalParameters<TParameters>
    {
        settings ??= new VariationalEmSettings();
        if (settings.Iterations < 1) throw new ArgumentException($"{nameof(settings.Iterations)}: must be at least 1, got {settings.Iterations}");
        using var scope = NewDisposeScope();
        TParameters prior = settings.Estimate == ParameterEstimate.MaximumLikelihood
            ? TParameters.FromBlocks([.. model.Prior.Blocks.Select(block => zeros_like(block))]) : model.Prior;
        TParameters eta = start ?? model.Prior;
        var (points, bounds, halvings) = (new Tensor?[data.Recordings], new List<double>(), 0);
        while (true)
        {
            using var iteration = NewDisposeScope();
            TParameters theta = ConjugateStep.Statistics(model, eta, settings.Estimate);
            var (statistics, local) = ExpectAll(model, theta, data, points, cancel);
            bounds.Add(local + ConjugateStep.GlobalBound(model, eta, theta, settings.Estimate));
            progress?.Report(new WorkProgress("variational EM", (double)bounds.Count / settings.Iterations, $"bound {bounds[^1] / data.Frames:f4} nats/frame"));
            bool converged = bounds.Count > 1 && bounds[^1] - bounds[^2] < settings.Tolerance * data.Frames;
            if (converged || bounds.Count >= settings.Iterations)
                return new ConjugateFit<TParameters>(ConjugateStep.Keep(eta), ConjugateStep.Keep(theta), bounds, halvings, converged);
            (eta, int halved) = NaturalGradient.Step(model.Family, eta, prior, statistics, rate: 1);
            eta.Survive();
            halvings += halved;
        }
    }

    /// <summary>Σ E_q[t] and the local bound over all recordings; points are where their local factors begin and end.</summary>
    private static (Tensor[] Statistics, double Bound) ExpectAll<T>(
        IConjugateModel<T> model, T theta, Minibatches data, Tensor?[] points, CancellationToken cancel) where T : INaturalParameters<T>
    {
        Tensor[] sum = [.. theta.Blocks.Select(block => zeros_like(block))];
        var (bound, recording) = (0.0, 0);
        foreach (Batch batch in data.Whole())
        {
            cancel.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var (statistics, local, point) = ConjugateStep.Expect(model, theta, batch, scale: 1, points[recording]);
            foreach (var (total, one) in sum.Zip(statistics)) total.add_(one);
            bound += local;
            points[recording]?.Dispose();
            points[recording++] = point?.DetachFromDisposeScope();
        }
        return (sum, bound);
    }
}
