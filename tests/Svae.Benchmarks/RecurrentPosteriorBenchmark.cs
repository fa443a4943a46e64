using System.Globalization;
using Svae.Workbench.Baselines;
using Svae.Workbench.Data;

namespace Svae.Benchmarks;

/// <summary>
/// Message passing with learned potentials against recurrent posteriors: the gap to the exact evidence by training step, over three seeds.
/// </summary>
internal static class RecurrentPosteriorBenchmark
{
    private const int Seeds = 3;

    public static void Run()
    {
        var settings = new PosteriorComparisonSettings();
        foreach (LinearGaussianRotation process in new[] { new LinearGaussianRotation(), LinearGaussianRotation.FiveOfTen })
        {
            var runs = Enumerable.Range(0, Seeds).Select(seed => PosteriorComparison.Run(process, settings, seed)).ToArray();
            var rows = runs[0].Select((posterior, i) => (IReadOnlyList<string>)
            [
                posterior.Name, .. posterior.Gaps.Select((_, s) => Cell([.. runs.Select(run => run[i].Gaps[s])])),
                Number(runs.Average(run => run[i].MillisecondsPerStep)),
            ]);
            MarkdownTable.Print(
                $"D = {process.LatentSize} latents, N = {process.Observed} observed, T = {process.Frames}, {process.TrainingSequences} trials: log p(y) − ELBO, nats per frame, mean (lowest to highest) of {Seeds} seeds",
                ["posterior", .. runs[0][0].Steps.Select(step => $"step {step}"), "ms a step"], rows);
        }
    }

    private static string Cell(double[] values) => $"{Number(values.Average())} ({Number(values.Min())} to {Number(values.Max())})";

    private static string Number(double value) => value.ToString(Math.Abs(value) < 1 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);
}
