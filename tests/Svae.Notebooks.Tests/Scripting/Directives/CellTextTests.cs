using Svae.Notebooks.Scripting.Directives;
using Xunit;

namespace Svae.Notebooks.Tests.Scripting.Directives;

public sealed class CellTextTests
{
    [Fact]
    public void Directives_are_taken_out_and_lines_and_columns_stay()
    {
        var cell = CellText.Parse("#!time\n#r \"nuget: A.B, [1.2, 2.0)\" \n  #r \"lib/C.dll\"\n#r \"nuget:D\"\n#i \"nuget: https://example.org/index.json\"\nint x = 1;\n#!who\nx");
        Assert.Equal([new PackageReference(2, "A.B", "[1.2, 2.0)"), new FileReference(3, "lib/C.dll"), new PackageReference(4, "D", null)], cell.References);
        Assert.Equal(["https://example.org/index.json"], cell.Sources);
        Assert.Equal([Magic.Time, Magic.Who], cell.Magics);
        Assert.Equal(["", "", "", "", "", "int x = 1;", "", "x"], cell.Code.Split('\n').Select(line => line.Trim()));
    }

    [Theory]
    [InlineData("var s = \"\"\"\n#!time\n#r \"nuget: X\"\n\"\"\";")]
    [InlineData("/*\n#!time\n*/")]
    [InlineData("#region a\n#endregion")]
    [InlineData("#if false\n#!nonsense\n#endif")]
    public void What_only_looks_like_one_is_left_alone(string code)
    {
        var cell = CellText.Parse(code);
        Assert.Equal(code, cell.Code);
        Assert.Empty(cell.Magics);
        Assert.Empty(cell.References);
    }

    [Theory]
    [InlineData("1;\n#!tiem", 2, "#!tiem is unknown, is #!time meant?")]
    [InlineData("#!fsharp\nlet x = 1", 1, "runs C# only")]
    [InlineData("1;\n\n#!html\n<b>", 3, "begin a new cell")]
    [InlineData("#r System.Xml", 1, "without quotes")]
    [InlineData("#r \"nuget: a b c\"", 1, "is no package")]
    [InlineData("#i \"folder\"", 1, "no source of packages")]
    public void What_cannot_be_followed_names_the_line_and_what_would_do(string code, int line, string says)
    {
        var error = Assert.Throws<DirectiveException>(() => CellText.Parse(code));
        Assert.Equal(line, error.Line);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_of_text_is_shown_not_compiled() =>
        Assert.Equal(("text/markdown", "# Title\n#!time"), CellText.Parse("#!markdown\n# Title\n#!time").Shown);
}
