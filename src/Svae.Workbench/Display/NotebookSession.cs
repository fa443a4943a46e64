using Svae.Workbench.Learning;

namespace Svae.Workbench.Display;

/// <summary>
/// What a notebook may ask of whoever runs it: where to report progress, when to stop, where results go, what to say at the end.
/// Our host gives every cell one as <c>Notebook</c>; in another host write <c>var Notebook = new NotebookSession();</c>.
/// </summary>
public sealed class NotebookSession
{
    private readonly List<(string Name, string Value)> summary = [];
    private readonly Lock gate = new();
    private readonly string folder;
    private readonly Func<string, CheckpointSettings>? checkpoints;

    /// <param name="outputFolder">Folder for result files; made when first asked for. Default: <c>artifacts/notebooks</c> under the current folder.</param>
    /// <param name="progress">Receives progress; default: nobody.</param>
    /// <param name="checkpoints">Answers <see cref="Checkpoint"/>; default: a file in the output folder.</param>
    public NotebookSession(string? outputFolder = null, IProgress<WorkProgress>? progress = null, Func<string, CheckpointSettings>? checkpoints = null)
    {
        this.checkpoints = checkpoints;
        folder = Path.GetFullPath(outputFolder ?? Path.Combine("artifacts", "notebooks"));
        Progress = progress ?? new Nobody();
    }

    /// <summary>Pass this to anything that takes long.</summary>
    public IProgress<WorkProgress> Progress { get; }

    /// <summary>Cancelled when the user stops the cell; the host renews it for every cell, so read it in the cell that uses it.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>
    /// Shows a value in the running cell and returns what replaces it. Set by our host; in another one
    /// <c>Notebook.Show = value => display(value).Update</c>.
    /// </summary>
    public Func<object, Action<object>>? Show { get; set; }

    /// <summary>Shows the training curve and draws it anew while training goes on; give what comes back to the training as its progress.</summary>
    /// <param name="history">What is drawn.</param>
    /// <param name="oracle">The best ELBO that any model can have on average, if known.</param>
    /// <param name="title">Title of the figure.</param>
    public LiveTraining Watch(TrainingHistory history, double? oracle = null, string title = "Learning")
    {
        Action<object>? update = Show?.Invoke(TrainingCurve.Of(history.Records, oracle, title: title));
        return new LiveTraining(history, figure => update?.Invoke(figure), Progress, oracle, title);
    }

    /// <summary>Absolute path of the folder for result files; exists once it has been read.</summary>
    public string OutputFolder => Directory.CreateDirectory(folder).FullName;

    /// <summary>
    /// Where a training keeps what it goes on from after a stop: in an editor when its cell is run again, with <c>svae run</c> when the same
    /// command is given again.
    /// </summary>
    /// <param name="name">The training's name, one of its own among those that the cell starts.</param>
    public CheckpointSettings Checkpoint(string name)
    {
        BeforeCheckpoint?.Invoke();
        return checkpoints?.Invoke(name) ?? new CheckpointSettings(Path.Combine(OutputFolder, $"{name}.checkpoint"))
        {
            Refused = why => Console.WriteLine($"{why}; training starts anew"),
        };
    }

    /// <summary>Called when the running cell asks for a checkpoint. Set by our host, which then gives it time to save when it is stopped.</summary>
    public Action? BeforeCheckpoint { get; set; }

    /// <summary>Says one result at the end of the run: "accuracy: .58 (ceiling .71)". The same name again replaces the value.</summary>
    /// <param name="name">What is said.</param>
    /// <param name="value">Its value, formatted, with unit.</param>
    public void Summarize(string name, string value)
    {
        lock (gate)
        {
            int at = summary.FindIndex(line => line.Name == name);
            if (at < 0) summary.Add((name, value));
            else summary[at] = (name, value);
        }
    }

    /// <summary>The lines said so far, in the order of their first saying.</summary>
    public IReadOnlyList<(string Name, string Value)> Summary
    {
        get { lock (gate) return summary.ToArray(); }
    }

    /// <summary>The numbers that the notebook claims, each with what it is held against.</summary>
    public ReproductionLedger Ledger { get; } = new();

    /// <summary>Writes a text file into <see cref="OutputFolder"/> so that it is never seen half written.</summary>
    /// <param name="fileName">Name inside the folder.</param>
    /// <param name="text">The content.</param>
    /// <returns>The absolute path.</returns>
    public string Save(string fileName, string text)
    {
        string path = Path.Combine(OutputFolder, fileName), unfinished = path + ".part";
        File.WriteAllText(unfinished, text);
        File.Move(unfinished, path, overwrite: true);
        return path;
    }

    private sealed class Nobody : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) { }
    }
}
