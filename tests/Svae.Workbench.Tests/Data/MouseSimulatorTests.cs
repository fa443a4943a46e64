using Svae.Workbench.Data;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data;

public class MouseSimulatorTests
{
    private static byte[] Bytes(Recording recording) => recording.Frames!.bytes.ToArray();

    [Fact]
    public void A_seed_gives_the_same_recordings_whatever_the_number_of_threads_or_of_mice()
    {
        using var scope = NewDisposeScope();
        MouseSimulation settings = new() { Mice = 3, FramesPerMouse = 60, Seed = 5 };
        var many = MouseSimulator.Simulate(settings);
        var one = MouseSimulator.Simulate(settings with { Mice = 1 });
        var again = MouseSimulator.Simulate(settings);
        Assert.Equal(Bytes(many[0]), Bytes(one[0]));
        Assert.Equal(many.SelectMany(Bytes), again.SelectMany(Bytes));
        Assert.NotEqual(Bytes(many[0]), Bytes(MouseSimulator.Simulate(settings with { Seed = 6 })[0]));
        Assert.NotEqual(Bytes(many[0]), Bytes(many[1]));
    }

    [Fact]
    public void A_recording_comes_with_its_truth()
    {
        using var scope = NewDisposeScope();
        Recording mouse = MouseSimulator.Simulate(new() { Mice = 1, FramesPerMouse = 600 })[0];
        Assert.Equal([600L, 80, 80], mouse.Frames!.shape);
        Assert.Equal(ScalarType.Byte, mouse.Frames.dtype);
        Assert.Equal(600, mouse.Length);
        Assert.Equal(600, mouse.Labels!.Length);
        Assert.Equal(12, mouse.LabelNames!.Count);
        Assert.All(mouse.Labels, k => Assert.InRange(k, 0, 11));
        Assert.Equal([600L, mouse.PoseNames!.Count], mouse.Pose!.shape);
        Assert.Equal(1 / 30.0, mouse.Timestamps![1], 12);
        Assert.All(mouse.Scalars.Values, s => Assert.Equal(600, s.Length));
    }

    [Fact]
    public void A_rear_goes_up_holds_and_comes_down_and_no_behaviour_follows_itself()
    {
        var repertoire = MouseBehavior.Repertoire;
        int up = 5, hold = 6, down = 7;
        Assert.Equal(("rear up", "rear hold", "rear down"), (repertoire[up].Name, repertoire[hold].Name, repertoire[down].Name));
        RandomStream random = new(3, 0);
        int[] labels = new MouseGrammar(repertoire, random).Sample(repertoire, 20_000, 30, random);
        foreach ((int from, int to) in labels.Zip(labels.Skip(1)).Where(p => p.First != p.Second))
        {
            if (from == up) Assert.Equal(hold, to);
            if (from == hold) Assert.Equal(down, to);
            if (to == hold) Assert.Equal(up, from);
            if (to == down) Assert.Equal(hold, from);
        }
        Assert.All(repertoire, b => Assert.DoesNotContain(b.Next, n => n.Name == b.Name));
        Assert.All(repertoire, b => Assert.Equal(1, b.Next.Sum(n => n.Probability), 12));
    }

    [Fact]
    public void Progress_reaches_one_and_cancelling_stops_the_work()
    {
        using var scope = NewDisposeScope();
        using CancellationTokenSource source = new();
        Recorder seen = new();
        MouseSimulator.Simulate(new() { Mice = 2, FramesPerMouse = 250 }, seen);
        Assert.Equal(1, seen.Fractions.Max());
        Assert.Throws<OperationCanceledException>(() => MouseSimulator.Simulate(
            new() { Mice = 2, FramesPerMouse = 100_000 }, new Stopper(source), source.Token));
    }

    private sealed class Recorder : IProgress<WorkProgress>
    {
        public System.Collections.Concurrent.ConcurrentBag<double> Fractions { get; } = [];
        public void Report(WorkProgress value) => Fractions.Add(value.Fraction);
    }

    private sealed class Stopper(CancellationTokenSource source) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => source.Cancel();
    }
}
