using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class ComparisonTableTests
{
    private static readonly ComparisonTable table = new ComparisonTable("test", "accuracy", "error ↓")
        .Add("a & b", [[.4, 3.0], [.6, 5.0]]).Add("c", .45, 3).AddReference("ceiling", .99);

    [Fact]
    public void The_best_of_each_column_is_bold_and_references_do_not_compete()
    {
        string html = table.ToMimeBundle()["text/html"];
        Assert.Contains("<b>0.500 ± 0.141</b>", html);
        Assert.Contains("<b>3.000</b>", html);
        Assert.DoesNotContain("<b>0.990</b>", html);
        Assert.Contains("a &amp; b", html);
    }

    [Fact]
    public void Missing_scores_are_a_dash() => Assert.EndsWith("–", table.ToString().Split('\n')[4]);

    [Fact]
    public void Commas_in_names_survive_as_csv() =>
        Assert.Contains("\"x, y\",1,0,1", new ComparisonTable("t", "s").Add("x, y", 1).ToCsv());

    [Fact]
    public void A_wrong_number_of_scores_is_refused() =>
        Assert.Contains("expected 1 scores (s), got 2", Assert.Throws<ArgumentException>(() => new ComparisonTable("t", "s")
            .Add("m", 1, 2)).Message);
}
