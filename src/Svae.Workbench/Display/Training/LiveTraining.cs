using Svae.Workbench.Learning;

namespace Svae.Workbench.Display;

/// <summary>
/// The training curve, drawn anew while training goes on: hand it to whatever trains as its progress. At most twice a second, and never
/// more than a tenth of the time; the last state is drawn when it is disposed of, also when training was stopped or failed.
/// </summary>
/// <example><code>using (LiveTraining live = Notebook.Watch(history, oracle: 17.67)) trainer.Run(live, Notebook.Cancellation);</code></example>
public sealed class LiveTraining : IProgress<WorkProgress>, IDisposable
{
    private static readonly TimeSpan shortest = TimeSpan.FromSeconds(.5);
    private readonly TrainingHistory history;
    private readonly Action<IMimeBundle> show;
    private readonly IProgress<WorkProgress>? also;
    private readonly double? oracle;
    private readonly string title;
    private readonly TimeProvider clock;
    private long drawnAt;
    private TimeSpan pause = shortest;

    /// <param name="history">What is drawn.</param>
    /// <param name="show">Replaces what is shown, for instance <c>display(history).Update</c>.</param>
    /// <param name="also">Who else is told of the progress.</param>
    /// <param name="oracle">The best ELBO that any model can have on average, if known.</param>
    /// <param name="title">Title of the figure.</param>
    /// <param name="clock">Tells the time; the system's by default.</param>
    public LiveTraining(TrainingHistory history, Action<IMimeBundle> show, IProgress<WorkProgress>? also = null, double? oracle = null,
        string title = "Learning", TimeProvider? clock = null)
    {
        (this.history, this.show, this.also, this.oracle, this.title) = (history, show, also, oracle, title);
        this.clock = clock ?? TimeProvider.System;
        drawnAt = this.clock.GetTimestamp();
    }

    /// <summary>Passes the progress on, and draws if it is time.</summary>
    public void Report(WorkProgress value)
    {
        also?.Report(value);
        if (clock.GetElapsedTime(drawnAt) >= pause) Draw();
    }

    /// <summary>Draws the last state.</summary>
    public void Dispose() => Draw();

    private void Draw()
    {
        long begun = clock.GetTimestamp();
        show(TrainingCurve.Of(history.Records, oracle, title: title));
        drawnAt = clock.GetTimestamp();
        TimeSpan nine = 9 * clock.GetElapsedTime(begun, drawnAt);
        pause = nine > shortest ? nine : shortest;
    }
}
