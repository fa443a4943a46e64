using Svae.Workbench.Data;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Behavior;

/// <summary>
/// Recordings made ready for a model: depth video as pixels in centimetres, plain features standardised, some
/// recordings held out, and the true behaviour where somebody knows it.
/// </summary>
public sealed class Study
{
    private Study(IReadOnlyList<Recording> recordings, double heldOut, int seed)
    {
        Recordings = recordings;
        Pixels = recordings[0].Frames is null ? null : FramePixels.Fit([.. recordings.Select(r => r.Frames!)]);
        Observations = Pixels is null ? Standardise(recordings) : [.. recordings.Select(r => Pixels.Observe(r.Frames!))];
        int[] order = [.. Enumerable.Range(0, recordings.Count)];
        new Random(seed).Shuffle(order);
        HeldOut = [.. order.Take((int)Math.Round(heldOut * recordings.Count)).Order()];
        Training = [.. order.Except(HeldOut).Order()];
    }

    /// <summary>The recordings, in order.</summary>
    public IReadOnlyList<Recording> Recordings { get; }

    /// <summary>What the model sees, float32 [T_i, D].</summary>
    public IReadOnlyList<Tensor> Observations { get; }

    /// <summary>How frames became observations; null for plain features.</summary>
    public FramePixels? Pixels { get; }

    /// <summary>Indices of the recordings that are trained on.</summary>
    public IReadOnlyList<int> Training { get; }

    /// <summary>Indices of the recordings that are kept for scoring.</summary>
    public IReadOnlyList<int> HeldOut { get; }

    /// <summary>Observation size D.</summary>
    public long Size => Observations[0].shape[1];

    /// <summary>Frames a second.</summary>
    public double FrameRate => Recordings[0].FrameRate;

    /// <summary>Whether the true behaviour of every recording is known.</summary>
    public bool HasTruth => Recordings.All(r => r.Labels is not null);

    /// <summary>Opens recordings, or simulates mice when no pattern is given.</summary>
    /// <param name="patterns">Files, folders and globs separated by <c>;</c>; empty for simulated mice.</param>
    /// <param name="simulation">The mice to simulate.</param>
    /// <param name="heldOut">Share of the recordings kept for scoring, rounded.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <param name="progress">Told of each file or mouse.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <exception cref="UserInputException">A recording cannot be used; the message says which, where and why, and lists the others.</exception>
    public static Study Open(
        string patterns, MouseSimulation simulation, double heldOut = 0.2, int seed = 0,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        if (!(heldOut >= 0 && heldOut < 1)) throw new UserInputException($"held-out share: must lie in [0, 1), got {heldOut}");
        if (string.IsNullOrWhiteSpace(patterns)) return new Study(MouseSimulator.Simulate(simulation, progress, cancel), heldOut, seed);
        RecordingSet set = Data.Recordings.Load(patterns, progress, cancel);
        IReadOnlyList<string> problems = [.. set.Problems.Select(p => p.ToString()), .. Misfits(set.Loaded)];
        if (problems.Count > 0)
            throw new UserInputException(problems[0], [.. problems.Skip(1), .. set.Loaded.Select(r => $"readable: {Describe(r)}")]);
        return new Study(set.Loaded, heldOut, seed);
    }

    /// <summary>Minibatches of the training recordings.</summary>
    public Minibatches TrainingBatches(SldsVaeSettings settings) => Batches(Training, settings);

    /// <summary>All recordings, in order, for parsing.</summary>
    public Minibatches AllBatches(SldsVaeSettings settings) => Batches([.. Enumerable.Range(0, Recordings.Count)], settings);

    private Minibatches Batches(IReadOnlyList<int> which, SldsVaeSettings settings) => new(
        Pick(which, Observations), settings.SubsequenceLength, settings.BatchSize, settings.Seed, Pick(which, [.. Recordings.Select(r => r.Missing)]));

    /// <summary>True behaviour of the recordings with these indices.</summary>
    /// <exception cref="InvalidOperationException">It is not known.</exception>
    public IReadOnlyList<int[]> Truth(IReadOnlyList<int> which) => [.. which.Select(i => Recordings[i].Labels
        ?? throw new InvalidOperationException($"{Recordings[i].Name}: the true behaviour is not known"))];

    /// <summary>The entries with these indices.</summary>
    public static IReadOnlyList<T> Pick<T>(IReadOnlyList<int> which, IReadOnlyList<T> of) => [.. which.Select(i => of[i])];

    /// <summary>One line: name, frames, size, where from.</summary>
    public static string Describe(Recording recording) =>
        $"{recording.Name} ({recording.Length:n0} frames of {string.Join(" × ", (recording.Frames ?? recording.Features)!.shape[1..])}, {recording.Source})";

    /// <summary>Recordings that cannot stand in one study with the first.</summary>
    private static IEnumerable<string> Misfits(IReadOnlyList<Recording> recordings)
    {
        foreach (Recording other in recordings.Skip(1))
        {
            Recording first = recordings[0];
            long[] wanted = (first.Frames ?? first.Features)!.shape[1..], got = (other.Frames ?? other.Features)!.shape[1..];
            if (!wanted.SequenceEqual(got))
                yield return $"{other.Source}: {other.Name}: frames of {string.Join(" × ", got)} do not go with {first.Name}'s {string.Join(" × ", wanted)}";
            else if (Math.Abs(other.FrameRate / first.FrameRate - 1) > 0.05)
                yield return $"{other.Source}: {other.Name}: {other.FrameRate:g4} frames a second do not go with {first.Name}'s {first.FrameRate:g4}";
        }
    }

    private static IReadOnlyList<Tensor> Standardise(IReadOnlyList<Recording> recordings)
    {
        using var scope = NewDisposeScope();
        Tensor all = cat([.. recordings.Select(r => r.Features!)]);
        Tensor mean = all.mean([0L]), scale = all.std([0L], unbiased: false).clamp_min(1e-6);
        return [.. recordings.Select(r => ((r.Features! - mean) / scale).MoveToOuterDisposeScope())];
    }
}
