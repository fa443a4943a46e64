using Svae.Workbench.Display;
using Svae.Workbench.Learning;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class LiveTrainingTests
{
    private sealed class Clock : TimeProvider
    {
        public long Ticks { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Ticks;
    }

    private sealed class Counter : IProgress<WorkProgress>
    {
        public int Count { get; private set; }

        public void Report(WorkProgress value) => Count++;
    }

    private static readonly WorkProgress step = new("training", .5);

    [Fact]
    public void Twice_a_second_and_once_at_the_end()
    {
        var (clock, others, drawn) = (new Clock(), new Counter(), new List<long>());
        using (var live = new LiveTraining(new TrainingHistory(), _ => drawn.Add(clock.Ticks), others, clock: clock))
            for (; clock.Ticks < 2200; clock.Ticks += 10) live.Report(step);
        Assert.Equal([500, 1000, 1500, 2000, 2200], drawn);
        Assert.Equal(220, others.Count);
    }

    [Fact]
    public void Slow_drawing_takes_no_more_than_a_tenth_of_the_time()
    {
        var (clock, drawing) = (new Clock(), 0L);
        var live = new LiveTraining(new TrainingHistory(), _ => { clock.Ticks += 200; drawing += 200; }, clock: clock);
        for (; clock.Ticks < 20_000; clock.Ticks += 10) live.Report(step);
        Assert.InRange(drawing / 20_000.0, .05, .105);
    }

    [Fact]
    public void A_session_shows_the_curve_once_and_then_replaces_it()
    {
        var shown = new List<object>();
        var replaced = new List<object>();
        var session = new NotebookSession { Show = value => { shown.Add(value); return replaced.Add; } };
        var history = new TrainingHistory();
        using (session.Watch(history, 3)) history.Add("joint", new StepReport(5, 1, 1, 0), 1);
        Assert.Single(shown);
        Assert.Matches("last ELBO 3 .* after 1 steps", Assert.IsType<Figure>(Assert.Single(replaced)).Subtitle);
    }

    [Fact]
    public void Without_a_place_to_show_training_is_watched_in_silence()
    {
        using LiveTraining live = new NotebookSession().Watch(new TrainingHistory());
        live.Report(step);
    }
}
