using System.Text.RegularExpressions;
using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Svae.Notebooks.Export;

/// <summary>A heading for the table of contents.</summary>
/// <param name="Level">1 for the largest.</param>
/// <param name="Id">Where a link leads.</param>
/// <param name="Html">Its text.</param>
internal sealed record Heading(int Level, string Id, string Html);

/// <summary>The text cells of one page: Markdown to HTML, formulas to MathML, pictures into the page; gathers the headings.</summary>
internal sealed partial class MarkdownPage
{
    private readonly MarkdownPipeline pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseGridTables().UseFootnotes().UseTaskLists().UseEmphasisExtras().UseListExtras().UseAutoLinks().UseDefinitionLists().Build();
    private readonly HashSet<string> ids = [];
    private readonly List<Heading> headings = [];

    /// <summary>The headings so far.</summary>
    public IReadOnlyList<Heading> Headings => headings;

    /// <summary>One cell's text.</summary>
    /// <param name="markdown">Its source.</param>
    /// <param name="picture">Gives a picture's content as a data URI, or null to leave the address as it is.</param>
    public string ToHtml(string markdown, Func<string, string?> picture)
    {
        int before = headings.Count;
        try
        {
            return Written(markdown, picture);
        }
        catch (ArgumentException)
        {
            // Markdig refuses text nested hundreds of levels deep, when it reads it or when it writes it.
            headings.RemoveRange(before, headings.Count - before);
            return $"<pre>{Markup.Escape(markdown)}</pre>";
        }
    }

    private string Written(string markdown, Func<string, string?> picture)
    {
        var formulas = new MathSegments();
        var document = Markdown.Parse(formulas.TakeOut(markdown), pipeline);
        foreach (var link in document.Descendants<LinkInline>().Where(link => link.IsImage))
            if (link.Url is { } url && picture(url) is { } data) link.Url = data;
        foreach (var heading in document.Descendants<HeadingBlock>()) Enter(heading, formulas);
        return formulas.PutBack(Render(document));
    }

    private void Enter(HeadingBlock heading, MathSegments formulas)
    {
        string text = heading.Inline is null ? "" : formulas.PutBack(Render(heading.Inline));
        string plain = string.Concat(heading.Inline?.Descendants<LiteralInline>().Select(literal => literal.Content.ToString()) ?? []);
        string slug = NoWord().Replace(MathSegments.Without(plain).ToLowerInvariant(), "-").Trim('-');
        if (slug.Length == 0) slug = "section";
        string id = slug;
        for (int n = 2; !ids.Add(id); n++) id = $"{slug}-{n}";
        heading.SetAttributes(new HtmlAttributes { Id = id });
        headings.Add(new Heading(heading.Level, id, text));
    }

    private string Render(MarkdownObject node)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var renderer = new HtmlRenderer(writer);
        pipeline.Setup(renderer);
        renderer.Render(node);
        writer.Flush();
        return writer.ToString();
    }

    [GeneratedRegex(@"[^\p{L}\p{Nd}]+")]
    private static partial Regex NoWord();
}
