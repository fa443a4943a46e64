using System.Globalization;
using Svae.Workbench.Baselines;
using Svae.Workbench.Data;

namespace Svae.Benchmarks;

/// <summary>Message passing with learned potentials against recurrent posteriors: the gap to the exact evidence by training step.</summary>
internal static class RecurrentPosteriorBenchmark
{
    private const int Seeds = 3;

    public static void Run()
    {
        for (int seed = 0; seed < Seeds; seed++)
            foreach (LinearGaussianRotation process in new[] { new LinearGaussianRotation(), LinearGaussianRotation.FiveOfTen })
                Print(process, seed, PosteriorComparison.Run(process, new PosteriorComparisonSettings(), seed));
    }

    private static void Print(LinearGaussianRotation process, int seed, IReadOnlyList<PosteriorGap> gaps) => MarkdownTable.Print(
        $"log p(y) − ELBO, nats per frame: {process.LatentSize} latents, {process.Observed} observed, "
        + $"{process.TrainingSequences} trials of {process.Frames} frames, seed {seed}",
        ["posterior", .. gaps[0].Steps.Select(step => $"step {step}"), "ms a step"],
        gaps.Select(posterior => (IReadOnlyList<string>)[posterior.Name, .. posterior.Gaps.Select(Number), Number(posterior.MillisecondsPerStep)]));

    private static string Number(double value) => value.ToString(Math.Abs(value) < 1 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);
}
