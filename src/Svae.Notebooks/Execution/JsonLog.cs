using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Notebooks.Scripting;
using Svae.Workbench;

namespace Svae.Notebooks.Execution;

/// <summary>
/// A run as JSON, one event a line, for other programs. Every line has <c>time</c> (UTC) and <c>event</c>:
/// <list type="table">
/// <item><term>notebook-started</term><description><c>notebook</c>, <c>cells</c>, <c>expectedSeconds</c> where an earlier run tells</description></item>
/// <item><term>cell-started</term><description><c>cell</c> (from 1), <c>title</c></description></item>
/// <item><term>progress</term><description><c>stage</c>, <c>fraction</c> (0 to 1), <c>detail</c>; at most one a second</description></item>
/// <item><term>note</term><description><c>text</c></description></item>
/// <item><term>cell-ended</term><description><c>cell</c>, <c>status</c> (completed, failed, interrupted), <c>seconds</c></description></item>
/// <item><term>notebook-ended</term><description><c>notebook</c>, <c>status</c> (succeeded, failed, usererror, timedout, cancelled), <c>seconds</c>,
/// <c>summary</c>, <c>scores</c>, <c>claims</c> and <c>holding</c>, <c>files</c>, and <c>continues</c> (true when a checkpoint is there for the next run), on failure <c>error</c> with <c>name</c>, <c>message</c>, <c>cell</c>, <c>line</c></description></item>
/// <item><term>batch-ended</term><description><c>notebooks</c>, <c>exitCode</c></description></item>
/// </list>
/// </summary>
internal sealed class JsonLog(TextWriter writer) : IRunObserver
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock gate = new();
    private Stopwatch? sinceProgress;

    public void NotebookStarted(string notebook, RunForecast forecast)
    {
        var fields = new JsonObject { ["notebook"] = notebook, ["cells"] = forecast.Cells };
        if (forecast.Remaining() is { } expected) fields["expectedSeconds"] = Seconds(expected);
        Write("notebook-started", fields);
    }

    public void CellStarted(CellPosition cell)
    {
        lock (gate) sinceProgress = null;
        Write("cell-started", new() { ["cell"] = cell.Number, ["title"] = cell.Title });
    }

    public void Progressed(WorkProgress progress)
    {
        lock (gate)
        {
            if (sinceProgress?.Elapsed < Often) return;
            sinceProgress = Stopwatch.StartNew();
        }
        var fields = new JsonObject { ["stage"] = progress.Stage };
        if (double.IsFinite(progress.Fraction)) fields["fraction"] = Math.Round(progress.Fraction, 4);
        if (progress.Detail is { } detail) fields["detail"] = detail;
        Write("progress", fields);
    }

    public void Noted(string line) => Write("note", new() { ["text"] = line });

    public void CellEnded(CellPosition cell, CellResult result, TimeSpan elapsed) =>
        Write("cell-ended", new() { ["cell"] = cell.Number, ["status"] = result.Status.ToString().ToLowerInvariant(), ["seconds"] = Seconds(elapsed) });

    /// <summary>A notebook is done.</summary>
    public void Ended(RunOutcome outcome)
    {
        var fields = Ending(outcome.Notebook, outcome.Status);
        fields["seconds"] = Seconds(outcome.Elapsed);
        foreach (var (name, value) in outcome.Summary) Documents.Json.ObjectAt(fields, "summary")[name] = value;
        foreach (var score in outcome.Scores) Documents.Json.ObjectAt(fields, "scores")[score.Name] = double.IsFinite(score.Value) ? score.Value : score.Value.ToString(CultureInfo.InvariantCulture);
        if (outcome.Scores.Count(score => score.Holds() is not null) is > 0 and int claims)
            (fields["claims"], fields["holding"]) = (claims, outcome.Scores.Count(score => score.Holds() == true));
        fields["files"] = new JsonArray(outcome.Files.Select(file => (JsonNode)file).ToArray());
        if (outcome.Continues) fields["continues"] = true;
        if (outcome.Error is { } error)
        {
            var failure = new JsonObject { ["name"] = error.Name, ["message"] = error.Message };
            if (outcome.FailedCell is { } cell) failure["cell"] = cell.Number;
            if (outcome.FailedLine() is { } line) failure["line"] = line;
            fields["error"] = failure;
        }
        Write("notebook-ended", fields);
    }

    /// <summary>A notebook could not even begin.</summary>
    public void Refused(string notebook, string why)
    {
        var fields = Ending(notebook, RunStatus.UserError);
        fields["error"] = new JsonObject { ["message"] = why };
        Write("notebook-ended", fields);
    }

    /// <summary>All are done.</summary>
    public void BatchEnded(int notebooks, int exitCode) => Write("batch-ended", new() { ["notebooks"] = notebooks, ["exitCode"] = exitCode });

    private static JsonObject Ending(string notebook, RunStatus status) => new() { ["notebook"] = notebook, ["status"] = status.ToString().ToLowerInvariant() };

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    private void Write(string name, JsonObject fields)
    {
        fields.Insert(0, "time", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        fields.Insert(1, "event", name);
        lock (gate)
        {
            writer.WriteLine(fields.ToJsonString(Line));
            writer.Flush();
        }
    }
}
