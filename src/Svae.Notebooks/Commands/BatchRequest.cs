using Svae.Workbench;
using Svae.Notebooks.Execution;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Commands;

/// <summary>What <c>svae run</c> was asked for.</summary>
internal sealed record BatchRequest
{
    public required IReadOnlyList<string> Paths { get; init; }

    public required IReadOnlyList<string> Parameters { get; init; }

    public required string OutputFolder { get; init; }

    /// <summary>The user named the folder, so a single notebook's own files go straight into it.</summary>
    public bool OwnFolder { get; init; }

    public bool Quick { get; init; }

    public bool InPlace { get; init; }

    public bool Html { get; init; }

    public TimeSpan? Timeout { get; init; }

    /// <summary>File for the <see cref="JsonLog"/> of the batch; null for none, "-" for the standard output.</summary>
    public string? Log { get; init; }

    /// <summary>A claim that does not hold is a failure.</summary>
    public bool Check { get; init; }

    /// <summary>One request per notebook.</summary>
    /// <exception cref="UserInputException">A path leads nowhere, or a parameter is not <c>name=value</c>.</exception>
    public IReadOnlyList<RunRequest> Notebooks()
    {
        string[] files = NotebookPaths.Find(Paths);
        var values = Parameters.Select(Split).ToArray();
        return files.Select(file => new RunRequest
        {
            Notebook = file,
            OutputFolder = OutputFolder,
            ResultsFolder = OwnFolder && files.Length == 1 ? OutputFolder : null,
            Parameters = values,
            Quick = Quick,
            InPlace = InPlace,
            Html = Html,
            Timeout = Timeout,
        }).ToArray();
    }

    internal static (string Name, string Value) Split(string parameter)
    {
        int equals = parameter.IndexOf('=');
        return equals > 0 ? (parameter[..equals].Trim(), parameter[(equals + 1)..])
            : throw new UserInputException($"-p {parameter}: a parameter is given as name=value");
    }
}
