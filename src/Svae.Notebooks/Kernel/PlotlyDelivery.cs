using System.Diagnostics;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Kernel;

/// <summary>
/// Brings plotly.js to the client's page, so that figures are live there without a network. It goes before the first figure after a
/// client has connected, in an output of its own that is emptied when the cell ends: the page keeps the library, the notebook does not.
/// </summary>
internal sealed class PlotlyDelivery
{
    // A client that gathers outputs must have shown this one before it is emptied.
    private static readonly TimeSpan UntilShown = TimeSpan.FromMilliseconds(700);
    private readonly Stopwatch sinceSent = new();
    private volatile bool wanted = true;
    private string? id;

    /// <summary>A page has connected, which has no library yet.</summary>
    public void PageConnected() => wanted = true;

    /// <summary>The output that has to come before this one; null when there is none.</summary>
    public (string Id, IReadOnlyDictionary<string, string> Bundle)? Before(IReadOnlyDictionary<string, string> bundle)
    {
        if (!wanted || !bundle.TryGetValue("text/html", out string? html) || !html.Contains("Plotly", StringComparison.Ordinal)) return null;
        wanted = false;
        id = Guid.NewGuid().ToString("N");
        sinceSent.Restart();
        return (id, new Dictionary<string, string> { ["text/html"] = PlotlyLibrary.Loader, ["text/plain"] = "" });
    }

    /// <summary>At the end of a cell: the update that empties the output, once it has been shown; null when there is none.</summary>
    public async Task<(string Id, IReadOnlyDictionary<string, string> Bundle)?> AfterCellAsync()
    {
        if (id is not { } sent) return null;
        id = null;
        var left = UntilShown - sinceSent.Elapsed;
        if (left > TimeSpan.Zero) await Task.Delay(left).ConfigureAwait(false);
        return (sent, new Dictionary<string, string> { ["text/html"] = "<!-- plotly.js -->", ["text/plain"] = "" });
    }
}
