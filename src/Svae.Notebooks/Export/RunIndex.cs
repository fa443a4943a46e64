using System.Globalization;
using System.Text;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Terminal;

namespace Svae.Notebooks.Export;

/// <summary>A page over the runs in a folder: how each ended, how long it took, its first picture, and where to read on.</summary>
internal static class RunIndex
{
    public const string FileName = "index.html";

    /// <summary>Writes the page from the executed notebooks in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="elsewhere">Executed notebooks that lie elsewhere.</param>
    /// <param name="refused">Notebooks that could not be run, and why.</param>
    /// <returns>The page's path.</returns>
    public static string Save(string folder, IEnumerable<string> elsewhere, IEnumerable<(string Name, string Why)> refused)
    {
        folder = Path.GetFullPath(folder);
        var inside = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.ipynb") : [];
        var others = elsewhere.Select(Path.GetFullPath).ToArray();
        // The same notebook run in place counts, not what a former run left here.
        var paths = others.Concat(inside.Where(path => others.All(other => Path.GetFileName(other) != Path.GetFileName(path)))).Distinct();
        var cards = paths.Select(path => (Name: Path.GetFileNameWithoutExtension(path), Card: Executed(path, folder)))
            .Concat(refused.Select(one => (one.Name, Card: (Card?)new Card(RunStatus.UserError, Refused(one.Name, one.Why)))))
            .Where(one => one.Card is not null).GroupBy(one => one.Name).Select(group => (Name: group.Key, Card: group.Last().Card!))
            .OrderBy(one => one.Name, StringComparer.Ordinal).ToArray();
        string page = Path.Combine(folder, FileName);
        AtomicFile.Write(page, HtmlPage.Of("Notebook runs", Body(cards.Select(one => one.Card).ToArray()), "index"));
        return page;
    }

    private sealed record Card(RunStatus Status, string Html, double Seconds = 0);

    private static string Body(IReadOnlyList<Card> cards)
    {
        int failed = cards.Count(card => card.Status != RunStatus.Succeeded);
        string count = failed == 0 ? $"{cards.Count} ran" : $"{cards.Count - failed} ran, <b class=\"bad\">{failed} did not</b>";
        string time = Durations.Short(TimeSpan.FromSeconds(cards.Sum(card => card.Seconds)));
        string when = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return $"<main class=\"wide\">\n<h1>Notebook runs</h1>\n<p class=\"soft\">{count}, {time} in all · {when}</p>\n<div class=\"cards\">\n{string.Join('\n', cards.Select(card => card.Html))}\n</div>\n</main>";
    }

    private static Card? Executed(string path, string folder)
    {
        NotebookDocument notebook;
        try { notebook = NotebookDocument.Load(path); }
        catch (NotebookFormatException) { return null; }
        if (RunMark.Of(notebook) is not { } mark) return null;
        string name = Path.GetFileNameWithoutExtension(path), title = Title(notebook) ?? name;
        var links = new List<(string Text, string File)> { ("page", Path.Combine(folder, name + ".html")), ("notebook", path), ("files", Path.Combine(folder, name + "-results")) };
        string first = links.Select(link => link.File).First(Path.Exists);
        var html = new StringBuilder($"<article class=\"{(mark.Status == RunStatus.Succeeded ? "good" : "failed")}\">\n");
        html.Append(Thumbnail.Of(notebook) is { } picture
            ? $"<a class=\"picture\" href=\"{Link(folder, first)}\"><img alt=\"\" src=\"{picture}\"></a>\n" : $"<a class=\"picture none\" href=\"{Link(folder, first)}\" aria-hidden=\"true\">{Markup.Escape(title[..1])}</a>\n");
        html.Append($"<h2><a href=\"{Link(folder, first)}\">{Markup.Escape(title)}</a></h2>\n<p class=\"facts\">{Facts(mark, name)}</p>\n");
        if (Problem(notebook) is { } problem) html.Append($"<p class=\"bad\">{Markup.Escape(problem)}</p>\n");
        html.Append($"<p class=\"links\">{string.Join(" · ", links.Where(link => Path.Exists(link.File)).Select(link => $"<a href=\"{Link(folder, link.File)}\">{link.Text}</a>"))}</p>\n</article>");
        return new Card(mark.Status, html.ToString(), mark.Seconds);
    }

    private static string Facts(RunMark mark, string name)
    {
        var facts = new List<string> { $"<b class=\"{(mark.Status == RunStatus.Succeeded ? "ok" : "bad")}\">{mark.Status.Words()}</b>", Durations.Short(TimeSpan.FromSeconds(mark.Seconds)), Markup.Escape(name) };
        if (mark.Quick) facts.Add("quick");
        facts.AddRange(mark.Parameters.Select(pair => Markup.Escape($"{pair.Name} = {pair.Value}")));
        if (mark.Claims > 0) facts.Add($"<span class=\"{(mark.Holding == mark.Claims ? "ok" : "bad")}\">{mark.Holding} of {mark.Claims} claims hold</span>");
        return string.Join(" · ", facts);
    }

    private static string Refused(string name, string why) =>
        $"<article class=\"failed\">\n<span class=\"picture none\" aria-hidden=\"true\">!</span>\n<h2>{Markup.Escape(name)}</h2>\n<p class=\"facts\"><b class=\"bad\">{RunStatus.UserError.Words()}</b></p>\n<p class=\"bad\">{Markup.Escape(why)}</p>\n</article>";

    private static string? Title(NotebookDocument notebook) => notebook.Cells.Where(cell => cell.Kind == "markdown").SelectMany(cell => cell.Source.Split('\n'))
        .Where(line => line.StartsWith("# ", StringComparison.Ordinal)).Select(line => line[2..].Trim()).FirstOrDefault(title => title.Length > 0);

    private static string? Problem(NotebookDocument notebook) => notebook.Cells.SelectMany(cell => cell.Outputs)
        .Where(output => Json.String(output["output_type"]) == "error").Select(output => $"{Json.String(output["ename"])}: {Json.String(output["evalue"])}").LastOrDefault();

    private static string Link(string folder, string path) =>
        Markup.Escape(string.Join('/', Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString)));
}
