using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// Depth video of mice with known behaviour: a grammar chooses behaviours, behaviours pull a pose, the pose bends a body of
/// ellipsoids, and a noisy sensor sees it from above. Statistics follow a real extraction (see <see cref="FrameStatistics"/>).
/// </summary>
public static class MouseSimulator
{
    /// <summary>Frames a second.</summary>
    public const double FrameRate = 30;

    /// <summary>Height and width of a frame, pixels of 1.70 mm.</summary>
    public const int Side = 80;

    private const double SizeSpread = .03;
    private const int FramesPerReport = 100;

    /// <summary>What the behaviours are called, in the order of the labels.</summary>
    public static IReadOnlyList<string> BehaviorNames { get; } = [.. MouseBehavior.Repertoire.Select(b => b.Name)];

    /// <summary>
    /// Simulates the mice: frames <c>[T, 80, 80]</c> uint8 mm, labels, true pose <c>[T, 8]</c>, timestamps and scalars.
    /// </summary>
    /// <param name="settings">How many mice, how long, how hard, and the seed.</param>
    /// <param name="progress">Told the fraction of all frames that is done, from several threads.</param>
    /// <param name="cancel">Stops the work at once.</param>
    /// <returns>One recording a mouse, the same for the same settings.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not at least one mouse with one frame, or more than 335,000 frames a mouse.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static IReadOnlyList<Recording> Simulate(
        MouseSimulation settings, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Mice, 1, "settings.Mice");
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.FramesPerMouse, 1, "settings.FramesPerMouse");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(settings.FramesPerMouse, Array.MaxLength / (Side * Side), "settings.FramesPerMouse");
        var video = new Video[settings.Mice];
        long done = 0, total = (long)settings.Mice * settings.FramesPerMouse;
        void Done(int frames)
        {
            long now = Interlocked.Add(ref done, frames);
            progress?.Report(new WorkProgress("simulating mice", (double)now / total, $"{now:N0} of {total:N0} frames"));
        }
        Parallel.For(0, settings.Mice, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount },
            mouse => video[mouse] = Film(settings, mouse, Done, cancel));
        return [.. video.Select((v, mouse) => ToRecording(v, settings, mouse))];
    }

    private sealed record Video(byte[] Frames, int[] Labels, float[] Pose);

    private static Video Film(MouseSimulation settings, int mouse, Action<int> done, CancellationToken cancel)
    {
        // Behaviour and sensor have streams of their own: the same seed gives the same ethogram at every difficulty.
        RandomStream habits = new(settings.Seed, 3 * mouse), motion = new(settings.Seed, 3 * mouse + 1), light = new(settings.Seed, 3 * mouse + 2);
        IReadOnlyList<MouseBehavior> repertoire = MouseBehavior.Repertoire;
        int length = settings.FramesPerMouse, columns = MousePostures.Names.Count;
        MouseBody body = new(1 + SizeSpread * habits.NextNormal());
        int[] labels = new MouseGrammar(repertoire, habits).Sample(repertoire, length, FrameRate, habits);
        MousePosture[] postures = new MousePostures(settings.Difficulty, FrameRate, motion).Sample(repertoire, labels);
        DepthSensor sensor = new(settings.Difficulty, Side, light);

        var frames = new byte[length * Side * Side];
        var pose = new float[length * columns];
        var heights = new float[Side * Side];
        for (int t = 0; t < length; t++)
        {
            cancel.ThrowIfCancellationRequested();
            MousePostures.Write(postures[t], pose.AsSpan(t * columns, columns));
            body.Draw(postures[t], heights, Side);
            sensor.Capture(heights, frames.AsSpan(t * Side * Side, Side * Side));
            if ((t + 1) % FramesPerReport == 0 || t + 1 == length) done(t % FramesPerReport + 1);
        }
        return new Video(frames, labels, pose);
    }

    private static Recording ToRecording(Video video, MouseSimulation settings, int mouse)
    {
        int length = video.Labels.Length;
        return new Recording
        {
            Name = $"mouse {mouse + 1}",
            Source = "simulated",
            Frames = tensor(video.Frames, [length, Side, Side], dtype: ScalarType.Byte),
            FrameRate = FrameRate,
            Timestamps = [.. Enumerable.Range(0, length).Select(t => t / FrameRate)],
            Scalars = BodyScalars.Of(video.Frames, Side),
            Metadata = new Dictionary<string, string>
            {
                ["acquisition/SubjectName"] = $"mouse {mouse + 1}",
                ["acquisition/SessionName"] = $"simulated, {settings.Difficulty.ToString().ToLowerInvariant()}, seed {settings.Seed}",
                ["extraction/true_height_units"] = "mm",
            },
            Labels = video.Labels,
            LabelNames = BehaviorNames,
            Pose = tensor(video.Pose, [length, MousePostures.Names.Count]),
            PoseNames = MousePostures.Names,
        };
    }
}
