using System.Globalization;
using Svae.Workbench.Baselines;

namespace Svae.Benchmarks;

/// <summary>
/// Message passing with learned potentials against recurrent posteriors: the gap to the exact evidence by training step, over three seeds.
/// </summary>
internal static class RecurrentPosteriorBenchmark
{
    private const int Seeds = 3;

    public static void Run()
    {
        foreach (var (latent, observed) in new[] { (3, 5), (5, 10) })
        {
            var settings = new PosteriorComparisonSettings { Latent = latent, Observed = observed };
            var runs = Enumerable.Range(0, Seeds).Select(seed => PosteriorComparison.Run(settings, seed)).ToArray();
            var rows = runs[0].Select((posterior, i) => (IReadOnlyList<string>)
            [
                posterior.Name, .. posterior.Gaps.Select((_, s) => Cell([.. runs.Select(run => run[i].Gaps[s])])),
                Number(runs.Average(run => run[i].MillisecondsPerStep)),
            ]);
            MarkdownTable.Print(
                $"D = {latent} latents, N = {observed} observed, T = {settings.Frames}, {settings.Trials} trials: log p(y) − ELBO, nats per frame, mean (lowest to highest) of {Seeds} seeds",
                ["posterior", .. runs[0][0].Steps.Select(step => $"step {step}"), "ms a step"], rows);
        }
    }

    private static string Cell(double[] values) => $"{Number(values.Average())} ({Number(values.Min())} to {Number(values.Max())})";

    private static string Number(double value) => value.ToString(Math.Abs(value) < 1 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);
}
