using System.Diagnostics;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Learning;

namespace Svae.Workbench.Baselines;

/// <summary>Trains one family and measures it.</summary>
/// <param name="start">The family before training, with these steps on q(θ).</param>
/// <param name="data">The minibatches from their beginning.</param>
/// <param name="judge">Held-out sequences.</param>
/// <param name="settings">Length and rates.</param>
/// <param name="progress">Told after each epoch.</param>
/// <param name="cancel">Stops between two steps.</param>
internal sealed class FamilyMeasurement(
    Func<StepSettings, IInferenceFamily> start, Func<Minibatches> data, FamilyJudge judge, InferenceFamiliesSettings settings,
    IProgress<WorkProgress>? progress, CancellationToken cancel)
{
    /// <summary>Step sizes of the standard gradient that are tried, from the largest one down.</summary>
    private static readonly double[] Rates = [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7];

    /// <summary>Nats per frame below the best bound at which a training counts as there.</summary>
    private const double Tolerance = 0.02;

    public InferenceFamily Run()
    {
        IInferenceFamily family = start(new StepSettings { NaturalRate = settings.NaturalRate });
        var clock = new Stopwatch();
        var bounds = Train(family, clock);
        family.Finish(data());
        return new InferenceFamily(family.Name, judge.LocalGap(family), clock.Elapsed.TotalMilliseconds / bounds[^1].Steps, judge.EvidenceGap(family),
            judge.PredictionError(family), judge.ImputationError(family), family.LearnsParameters ? Contest(bounds) : null);
    }

    /// <summary>All steps of the training; the held-out bound after each epoch.</summary>
    private List<(int Steps, double Bound)> Train(IInferenceFamily family, Stopwatch clock)
    {
        Minibatches batches = data();
        var bounds = new List<(int Steps, double Bound)>();
        for (int epoch = 1; epoch <= settings.Epochs; epoch++)
        {
            clock.Start();
            foreach (Batch batch in batches.Epoch())
            {
                cancel.ThrowIfCancellationRequested();
                family.Step(batch);
            }
            clock.Stop();
            bounds.Add((epoch * batches.PerEpoch, judge.Bound(family)));
            progress?.Report(new WorkProgress(family.Name, (double)epoch / settings.Epochs, $"bound {bounds[^1].Bound:f4} nats/frame"));
        }
        return bounds;
    }

    private GradientContest Contest(List<(int Steps, double Bound)> natural)
    {
        double level = natural.Max(b => b.Bound) - Tolerance;
        int? Reached(List<(int Steps, double Bound)> bounds) => bounds.Where(b => b.Bound >= level).Select(b => (int?)b.Steps).FirstOrDefault();
        foreach (double rate in Rates)
        {
            try
            {
                var standard = Train(start(new StepSettings { NaturalRate = rate, Geometry = GradientGeometry.Standard }), new Stopwatch());
                return new GradientContest(Reached(natural)!.Value, Reached(standard), rate);
            }
            catch (DomainException)
            {
                // A standard gradient of this size left the domain; a smaller one is tried.
            }
        }
        throw new InvalidOperationException($"{GradientGeometry.Standard} gradient: no step size down to {Rates[^1]:g1} stays in the domain; begin closer to the optimum");
    }
}
