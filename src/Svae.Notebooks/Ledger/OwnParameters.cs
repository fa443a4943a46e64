using Svae.Notebooks.Documents;
using Svae.Notebooks.Parameters;

namespace Svae.Notebooks.Ledger;

/// <summary>Which runs speak for a notebook as it stands: those with the values of its parameters cell, the seed and quick mode aside.</summary>
/// <param name="folder">Where the notebooks are.</param>
internal sealed class OwnParameters(string folder)
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>?> known = [];

    /// <summary>Why a run does not speak for its notebook: "Latents = 4, where the notebook has 8"; null when it does.</summary>
    /// <exception cref="NotebookFormatException">The notebook cannot be read.</exception>
    public string? Objection(NotebookLedger run)
    {
        if (Of(run.Notebook) is not { } own) return $"no such notebook in {folder}";
        foreach (string name in own.Keys.Union(run.Parameters.Keys).Where(name => name is not ("Seed" or "Quick")))
        {
            if (!own.TryGetValue(name, out string? value)) return $"{name}, which is no parameter of the notebook any more";
            if (!run.Parameters.TryGetValue(name, out string? given)) return $"without {name}, a parameter that is new";
            if (!ParameterValue.Same(given, value)) return $"{name} = {given}, where the notebook has {value}";
        }
        return null;
    }

    private IReadOnlyDictionary<string, string>? Of(string notebook)
    {
        if (known.TryGetValue(notebook, out var own)) return own;
        string path = Path.Combine(folder, notebook + ".ipynb");
        return known[notebook] = File.Exists(path) ? ParametersCell.Defaults(NotebookDocument.Load(path)) : null;
    }
}
