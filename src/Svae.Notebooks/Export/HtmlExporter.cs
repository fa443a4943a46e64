using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Export;

/// <summary>One HTML file out of a notebook, which opens anywhere and loads nothing.</summary>
public static class HtmlExporter
{
    /// <summary>Writes the file in one step.</summary>
    public static void Save(NotebookDocument notebook, string name, string path) => AtomicFile.Write(path, ToHtml(notebook, name));

    /// <summary>The page.</summary>
    public static string ToHtml(NotebookDocument notebook, string name) => $"<title>{name}</title>{notebook.Cells.Count} cells";
}
