using System.Diagnostics;
using Svae.Workbench;

namespace Svae.Notebooks.Terminal;

/// <summary>When a stage of work will be done, from how long its part so far took.</summary>
internal sealed class StageClock
{
    private readonly Stopwatch clock = new();
    private double startFraction;

    /// <summary>The latest report, null before the first.</summary>
    public WorkProgress? Latest { get; private set; }

    /// <summary>Takes a report in; a new stage starts the clock anew.</summary>
    public void Report(WorkProgress progress)
    {
        if (Latest?.Stage != progress.Stage || progress.Fraction < Latest.Fraction)
        {
            clock.Restart();
            startFraction = progress.Fraction;
        }
        Latest = progress;
    }

    /// <summary>Forgets the stage.</summary>
    public void Reset() => Latest = null;

    /// <summary>Time left; null until there is something to judge by.</summary>
    public TimeSpan? Remaining => Latest is { } now && now.Fraction - startFraction > .005 && clock.Elapsed.TotalSeconds > 1
        ? clock.Elapsed * ((1 - now.Fraction) / (now.Fraction - startFraction)) : null;

    /// <summary>"joint training 40 %, 1:20 min left, ELBO −512.3".</summary>
    public string? Describe()
    {
        if (Latest is not { } now) return null;
        string left = Remaining is { } time && now.Fraction < 1 ? $", {Durations.Short(time)} left" : "";
        string detail = now.Detail is null ? "" : $", {now.Detail}";
        return $"{now.Stage} {100 * now.Fraction:0} %{left}{detail}";
    }
}
