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
        Assert.Contains("white-space:nowrap\"><b>0.500 ± 0.141</b>", html); // a deviation stays beside its mean
        Assert.Contains("<b>3.000</b>", html);
        Assert.DoesNotContain("<b>0.990</b>", html);
        Assert.Contains("a &amp; b", html);
    }

    [Fact]
    public void The_best_of_a_column_may_be_the_nearest_to_a_value_or_none()
    {
        var intervals = new ComparisonTable("t", ScoreColumn.Nearest("coverage", .9), ScoreColumn.Described("width"))
            .Add("too wide", .94, 4).Add("too sure", .8, 1).Add("none", double.NaN, double.NaN).AddReference("calibrated", .9, 2);
        Assert.Equal("""
            t
                        coverage   width
            too wide      0.940*  4.000
            too sure      0.800   1.000
            none              –       –
            calibrated    0.900   2.000
            * best
            """.ReplaceLineEndings("\n"), intervals.ToString());
        Assert.Equal(["0.940"], intervals.ToMimeBundle()["text/html"].Split("<b>")[1..].Select(cell => cell[..5]));
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
