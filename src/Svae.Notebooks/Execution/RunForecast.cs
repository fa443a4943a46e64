using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Execution;

/// <summary>How long a notebook will take, judged by the times of its cells in an earlier run.</summary>
public sealed class RunForecast
{
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(1);
    private readonly TimeSpan[] earlier;

    /// <param name="earlier">Time of each code cell in an earlier run; all zero when there was none.</param>
    public RunForecast(IEnumerable<TimeSpan> earlier) => this.earlier = earlier.ToArray();

    /// <summary>How many code cells there are.</summary>
    public int Cells => earlier.Length;

    /// <summary>The time from here to the end; null when no earlier run tells.</summary>
    /// <param name="done">Cells that have ended.</param>
    /// <param name="doneTime">The time they took.</param>
    /// <param name="inCell">The time of the running cell so far.</param>
    public TimeSpan? Remaining(int done = 0, TimeSpan doneTime = default, TimeSpan inCell = default)
    {
        if (Sum(earlier) == TimeSpan.Zero) return null;
        var before = Sum(earlier.Take(done));
        // A machine under load is slower throughout.
        double pace = before > Telling ? Math.Clamp(doneTime / before, .1, 10) : 1;
        var running = done < earlier.Length ? earlier[done] * pace - inCell : TimeSpan.Zero;
        return Sum(earlier.Skip(done + 1)) * pace + (running > TimeSpan.Zero ? running : TimeSpan.Zero);
    }

    /// <summary>Judges by the executed notebook in the output folder or by the notebook itself, whichever was run as it is to be run now.</summary>
    internal static RunForecast Of(NotebookDocument notebook, RunRequest request)
    {
        int cells = notebook.Cells.Count(cell => cell.IsCode);
        return new[] { Executed(request), notebook }.OfType<NotebookDocument>()
            .Where(candidate => RunMark.Of(candidate) is { Status: RunStatus.Succeeded } mark && mark.Quick == request.Quick)
            .Select(Times).FirstOrDefault(times => times.Length == cells) is { } known
            ? new RunForecast(known) : new RunForecast(new TimeSpan[cells]);
    }

    private static NotebookDocument? Executed(RunRequest request)
    {
        try
        {
            string path = request.ExecutedNotebook;
            return File.Exists(path) ? NotebookDocument.Load(path) : null;
        }
        catch (NotebookFormatException)
        {
            return null;
        }
    }

    private static TimeSpan[] Times(NotebookDocument notebook) =>
        notebook.Cells.Where(cell => cell.IsCode).Select(cell => CellTimes.Elapsed(cell) ?? TimeSpan.Zero).ToArray();

    private static TimeSpan Sum(IEnumerable<TimeSpan> times) => times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);
}
