using Microsoft.AspNetCore.Html;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Scripting;

/// <summary>What every cell can say without declaring it: <c>display(x)</c>, <c>HTML("…")</c>, <c>Notebook.Progress</c>.</summary>
public sealed class CellGlobals
{
    internal CellGlobals(NotebookSession notebook)
    {
        Notebook = notebook;
        Notebook.Show = value => display(value).Update;
    }

    /// <summary>Progress, cancellation, the output folder and the closing summary.</summary>
    public NotebookSession Notebook { get; }

    /// <summary>Shows a value in its richest representation, or in the one that is asked for.</summary>
    /// <param name="value">Anything.</param>
    /// <param name="mimeType">For instance <c>text/plain</c>; default: the type's preferred ones. A string with a MIME type is content as it stands.</param>
    /// <returns>The place, which can be updated.</returns>
    public DisplayedValue display(object? value, string? mimeType = null)
    {
        var output = CellContext.Output ?? throw new InvalidOperationException("display: there is no running cell to show this in");
        string id = Guid.NewGuid().ToString("N");
        output.Display(id, MimeBundles.Of(value, mimeType));
        return new DisplayedValue(output, id);
    }

    /// <summary>Text to be shown as HTML.</summary>
    public IHtmlContent HTML(string markup) => new HtmlString(markup);

    /// <summary>Removes what the cell has shown so far.</summary>
    /// <param name="wait">Only when the next output comes.</param>
    public void clear_output(bool wait = false) => CellContext.Output?.Clear(wait);
}
