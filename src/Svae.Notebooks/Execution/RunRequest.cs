namespace Svae.Notebooks.Execution;

/// <summary>What is to be run, and where what comes of it goes.</summary>
public sealed record RunRequest
{
    /// <summary>Path of the notebook.</summary>
    public required string Notebook { get; init; }

    /// <summary>Folder for the executed notebook and its HTML.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Folder for the files the notebook writes; default: <c>NAME-results</c> in the output folder.</summary>
    public string? ResultsFolder { get; init; }

    /// <summary>Values for the parameters cell.</summary>
    public IReadOnlyList<(string Name, string Value)> Parameters { get; init; } = [];

    /// <summary>Set the parameter <c>Quick</c> where there is one.</summary>
    public bool Quick { get; init; }

    /// <summary>Write the executed notebook over the notebook itself.</summary>
    public bool InPlace { get; init; }

    /// <summary>Write an HTML file beside the executed notebook.</summary>
    public bool Html { get; init; } = true;

    /// <summary>Time allowed for the whole notebook; null: any.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Folder that pictures in the text are found in; default: where the notebook lies.</summary>
    public string? PicturesFolder { get; init; }

    /// <summary>Path of the executed notebook.</summary>
    public string ExecutedNotebook => InPlace ? Notebook : Path.Combine(OutputFolder, Name + ".ipynb");

    /// <summary>Path of the HTML page.</summary>
    public string Page => Path.Combine(OutputFolder, Name + ".html");

    /// <summary>Folder for what the training of a run that did not succeed goes on from.</summary>
    public string CheckpointFolder => Path.Combine(OutputFolder, $".{Name}-checkpoints");

    /// <summary>The notebook's name: the file's, without the extension.</summary>
    public string Name => Path.GetFileNameWithoutExtension(Notebook);
}
