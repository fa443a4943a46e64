using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Ledger;
using Svae.Notebooks.Parameters;
using Svae.Workbench;

namespace Svae.Notebooks.Sweeps;

/// <summary>
/// What a sweep runs: a copy of the notebook and a list of settings, kept as <c>sweep.json</c> in the sweep's folder, so that processes
/// elsewhere, or a day later, run the same.
/// </summary>
internal sealed partial record SweepPlan
{
    public const string FileName = "sweep.json";

    /// <summary>Name of the notebook.</summary>
    public required string Notebook { get; init; }

    /// <summary>Fingerprint of the notebook's code: results of other code are not mixed in.</summary>
    public required string Code { get; init; }

    /// <summary>Where the notebook came from; pictures in its text are found there.</summary>
    public required string Home { get; init; }

    /// <summary>Run in quick mode.</summary>
    public bool Quick { get; init; }

    /// <summary>Seconds allowed for each run; null: any.</summary>
    public double? Timeout { get; init; }

    /// <summary>Write an HTML page for each run.</summary>
    public bool Html { get; init; } = true;

    /// <summary>The settings, each a list of name and value.</summary>
    public required IReadOnlyList<IReadOnlyList<string[]>> Tasks { get; init; }

    /// <summary>The sweep's folder; not stored.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Folder { get; private init; } = "";

    /// <summary>Path of the copy of the notebook.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string NotebookPath => Path.Combine(Folder, Notebook + ".ipynb");

    // What Save writes; a plan that was loaded has it on disk.
    private NotebookDocument? Copy { get; init; }

    /// <summary>Makes a plan; nothing is written. Every setting is tried on the notebook's parameters.</summary>
    /// <exception cref="UserInputException">A setting does not fit the notebook.</exception>
    /// <exception cref="NotebookFormatException">The notebook cannot be read.</exception>
    public static SweepPlan Make(string notebookPath, IReadOnlyList<Setting> settings, string folder, bool quick, TimeSpan? timeout, bool html)
    {
        var notebook = NotebookDocument.Load(notebookPath);
        Try(notebook, settings, quick);
        foreach (var cell in notebook.Cells) cell.ClearResults();
        return new SweepPlan
        {
            Notebook = Path.GetFileNameWithoutExtension(notebookPath), Code = CodeOf(notebook), Home = Path.GetDirectoryName(Path.GetFullPath(notebookPath))!,
            Quick = quick, Timeout = timeout?.TotalSeconds, Html = html, Folder = Path.GetFullPath(folder), Copy = notebook,
            Tasks = settings.Select(setting => (IReadOnlyList<string[]>)setting.Values.Select(value => new[] { value.Name, value.Value }).ToArray()).ToArray(),
        };
    }

    /// <summary>Writes the plan and the copy of the notebook into the folder.</summary>
    public void Save()
    {
        Copy?.Save(NotebookPath);
        AtomicFile.Write(Path.Combine(Folder, FileName), JsonSerializer.Serialize(this, NotebookLedger.Format) + "\n");
    }

    /// <summary>Reads the plan of a folder.</summary>
    /// <exception cref="UserInputException">There is none that can be read.</exception>
    public static SweepPlan Load(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            var plan = JsonSerializer.Deserialize<SweepPlan>(File.ReadAllText(path), NotebookLedger.Format)!;
            return plan with { Folder = Path.GetFullPath(folder) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UserInputException($"{folder}: there is no sweep in this folder ({FileName} is {(e is JsonException ? "broken" : "missing")}); `svae sweep NOTEBOOK --out {folder}` makes one", e);
        }
    }

    /// <summary>One of the settings.</summary>
    public Setting this[int task] => new(Tasks[task].Select(value => (value[0], value[1])).ToArray());

    /// <summary>Folder of a task: readable, and the same for the same setting.</summary>
    public string FolderOf(int task)
    {
        string text = this[task].ToString(), readable = Strange().Replace(text.Replace(' ', ','), "_");
        return Path.Combine(Folder, "runs", $"{(readable.Length > 80 ? readable[..80] : readable)}-{Fingerprint($"{text}\n{Quick}")[..6]}".TrimStart('-'));
    }

    /// <summary>Where the output of a task's process goes.</summary>
    public string LogOf(int task) => Path.Combine(Folder, "logs", Path.GetFileName(FolderOf(task)) + ".log");

    /// <summary>Waits until no other process is at work on a task, such as one whose sweep was killed and that is about to end, and keeps others away.</summary>
    public async Task<IDisposable> TakeAsync(int task, CancellationToken cancel)
    {
        string path = LogOf(task) + ".lock";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try { return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
            catch (IOException) when (File.Exists(path)) { await Task.Delay(500, cancel).ConfigureAwait(false); }
        }
    }

    private static void Try(NotebookDocument notebook, IReadOnlyList<Setting> settings, bool quick)
    {
        // Compiling takes its time, so every name and every value is tried once, not every combination.
        var tried = new HashSet<(string, string)>();
        try
        {
            foreach (var setting in settings)
                if (setting.Values.Count(tried.Add) > 0) ParametersCell.Inject(notebook.Clone(), setting.Values, quick);
        }
        catch (ParameterException e)
        {
            throw new UserInputException(e.Message, e);
        }
    }

    private static string CodeOf(NotebookDocument notebook) =>
        Fingerprint(string.Join("\n\f\n", notebook.Cells.Where(cell => cell.IsCode).Select(cell => cell.Source)));

    private static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    [GeneratedRegex(@"[^A-Za-z0-9=.,+_-]+")]
    private static partial Regex Strange();
}
