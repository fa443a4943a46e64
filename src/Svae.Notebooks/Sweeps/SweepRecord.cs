using System.Text.Json;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Ledger;
using Svae.Workbench.Diagnostics;

namespace Svae.Notebooks.Sweeps;

/// <summary>
/// How one run of a sweep ended. It is written last, as <c>run.json</c>, and names every file with its size: a run without it, or whose
/// files differ from it, is only half there and is run again.
/// </summary>
internal sealed record SweepRecord
{
    public const string FileName = "run.json";

    /// <summary>Fingerprint of the notebook's code.</summary>
    public required string Code { get; init; }

    /// <summary>How the run ended.</summary>
    public required string Status { get; init; }

    /// <summary>Wall time.</summary>
    public double Seconds { get; init; }

    /// <summary>What went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>The computer it ran on.</summary>
    public string Host { get; init; } = Environment.MachineName;

    /// <summary>The numbers recorded in the ledger.</summary>
    public required IReadOnlyList<ReproductionScore> Scores { get; init; }

    /// <summary>The files of the run and their sizes in bytes.</summary>
    public required IReadOnlyDictionary<string, long> Files { get; init; }

    /// <summary>Did the notebook run to its end?</summary>
    public bool Succeeded() => Status == Text(RunStatus.Succeeded);

    /// <summary>Did it go wrong? A run that was stopped did not; it is only not done.</summary>
    public bool Failed() => !Succeeded() && Status != Text(RunStatus.Cancelled);

    /// <summary>A status as it is stored.</summary>
    public static string Text(RunStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>The record of a run whose files are all there, made by this code; otherwise null.</summary>
    public static SweepRecord? Of(SweepPlan plan, int task)
    {
        string folder = plan.FolderOf(task);
        try
        {
            var record = JsonSerializer.Deserialize<SweepRecord>(File.ReadAllText(Path.Combine(folder, FileName)), NotebookLedger.Format);
            return record is not null && record.Code == plan.Code && record.Files.All(file => Size(Path.Combine(folder, file.Key)) == file.Value) ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the record of what is in the run's folder.</summary>
    public static SweepRecord Write(SweepPlan plan, int task, RunStatus status, TimeSpan elapsed, string? error, IReadOnlyList<ReproductionScore> scores)
    {
        string folder = Directory.CreateDirectory(plan.FolderOf(task)).FullName;
        var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Name != FileName);
        var record = new SweepRecord
        {
            Code = plan.Code, Status = Text(status), Seconds = Math.Round(elapsed.TotalSeconds, 1), Error = error, Scores = scores,
            Files = files.OrderBy(file => file.FullName, StringComparer.Ordinal).ToDictionary(file => Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'), file => file.Length),
        };
        AtomicFile.Write(Path.Combine(folder, FileName), JsonSerializer.Serialize(record, NotebookLedger.Format) + "\n");
        return record;
    }

    /// <summary>Removes the record, so that the run counts as not done.</summary>
    public static void Forget(SweepPlan plan, int task)
    {
        if (Directory.Exists(plan.FolderOf(task))) File.Delete(Path.Combine(plan.FolderOf(task), FileName));
    }

    private static long Size(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : -1;
}
