using System.Text.RegularExpressions;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

/// <summary>What every output promises, checked on one of every kind.</summary>
public class OutputRulesTests
{
    private static readonly Lazy<(string Name, IReadOnlyDictionary<string, string> Mime)[]> outputs =
        new(() => GalleryFigures.All().Select(g => (g.Name, g.Bundle.ToMimeBundle())).ToArray());

    [Fact]
    public void Nothing_is_loaded_from_a_network() => Assert.All(outputs.Value, o =>
        Assert.DoesNotMatch("https?://|src=\"//|@import", o.Mime["text/html"]));

    [Fact]
    public void There_is_something_to_see_without_scripts() => Assert.All(outputs.Value, o =>
    {
        string still = Regex.Replace(o.Mime["text/html"], "<script>.*?</script>", "", RegexOptions.Singleline);
        Assert.Matches("<img [^>]*src=\"data:image/png;base64,|<table", still);
        Assert.Matches("<img [^>]*alt=\"[^\"]{5,}|<table", still);
    });

    [Fact]
    public void Scripts_remove_and_replace_nothing() =>
        Assert.All(outputs.Value, o => Assert.DoesNotMatch(@"\.remove\(|removeChild|replaceWith|replaceChild|outerHTML|document\.write",
            o.Mime["text/html"]));

    [Fact]
    public void Pictures_and_pages_are_small() => Assert.All(outputs.Value, o =>
    {
        Assert.True(o.Mime["text/html"].Length < 450_000, $"{o.Name}: html {o.Mime["text/html"].Length}");
        if (o.Mime.TryGetValue("image/png", out string? png)) Assert.True(png.Length < 120 * 1024 * 4 / 3, $"{o.Name}: png {png.Length}");
    });

    [Fact]
    public void Ids_differ_between_outputs()
    {
        string[] ids = outputs.Value.SelectMany(o => Regex.Matches(o.Mime["text/html"], "data-svae-(?:figure|player)=\"(\\w+)\""))
            .Select(m => m.Groups[1].Value).ToArray();
        Assert.True(ids.Length > 10);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void The_same_content_gives_the_same_output() => Assert.Equal(GalleryFigures.Lines().ToMimeBundle()["text/html"],
        GalleryFigures.Lines().ToMimeBundle()["text/html"]);

    [Fact]
    public void Each_says_in_words_what_it_shows() => Assert.All(outputs.Value, o =>
        Assert.True(o.Mime["text/plain"].Length is > 15 and < 2000));

    [Fact]
    public void Hosts_that_only_know_the_naming_convention_show_the_same() => Assert.Equal(
        GalleryFigures.Lines().ToMimeBundle()["text/html"],
        Microsoft.DotNet.Interactive.Formatting.Formatter.ToDisplayString(GalleryFigures.Lines(), "text/html"));
}
