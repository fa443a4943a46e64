namespace Svae.Workbench.Data;

/// <summary>Why something could not be loaded, in one line for a person.</summary>
/// <param name="File">The file or pattern, as the user would type it.</param>
/// <param name="Dataset">The dataset or array inside it; empty where the whole file is meant.</param>
/// <param name="Problem">What is wrong and what was expected.</param>
public sealed record RecordingProblem(string File, string Dataset, string Problem)
{
    /// <summary>"file: dataset: problem", always a single line.</summary>
    public override string ToString() =>
        OneLine(Dataset.Length == 0 ? $"{File}: {Problem}" : $"{File}: {Dataset}: {Problem}");

    private static string OneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
