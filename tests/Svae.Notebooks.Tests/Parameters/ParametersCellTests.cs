using Svae.Notebooks.Documents;
using Svae.Notebooks.Parameters;
using Xunit;

namespace Svae.Notebooks.Tests.Parameters;

public sealed class ParametersCellTests
{
    private const string Cell = """
        parameters:// What may be changed
        string Recordings = "";  int Seed = 0, States = 20;
        double Rate = 1e-3; float Scale = 1; var Quick = false; long Big = 1; const int Fixed = 3;
        DayOfWeek Day = DayOfWeek.Monday; double[] Rates = [.1]; string[] Names = []; int? Limit = null; string? Folder = null;
        List<int> Other = [];
        """;

    [Theory]
    [InlineData("Recordings", "a \"b\" \\ c", "Recordings = \"a \\\"b\\\" \\\\ c\";")]
    [InlineData("Recordings", "", "Recordings = \"\";")]
    [InlineData("Seed", "-7", "Seed = -7;")]
    [InlineData("seed", "7", "Seed = 7;")]
    [InlineData("States", "30", "States = 30;")]
    [InlineData("Rate", "2.5e-4", "Rate = 0.00025d;")]
    [InlineData("Rate", "NaN", "Rate = double.NaN;")]
    [InlineData("Scale", "3", "Scale = 3f;")]
    [InlineData("Quick", "True", "Quick = true;")]
    [InlineData("Big", "9000000000", "Big = 9000000000L;")]
    [InlineData("Fixed", "4", "const int Fixed = 4;")]
    [InlineData("Day", "friday", "Day = System.DayOfWeek.Friday;")]
    [InlineData("Rates", "[1, 2.5]", "Rates = [1d, 2.5d];")]
    [InlineData("Names", "a, b", "Names = [\"a\", \"b\"];")]
    [InlineData("Limit", "5", "Limit = 5;")]
    [InlineData("Limit", "null", "Limit = null;")]
    [InlineData("Folder", "null", "Folder = null;")]
    public void A_value_is_written_by_the_declared_type(string name, string value, string statement)
    {
        var notebook = Injected((name, value));
        Assert.Equal(["injected-parameters"], notebook.Cells[2].Tags);
        Assert.Equal("// Parameters\n" + statement, notebook.Cells[2].Source);
    }

    [Theory]
    [InlineData("Seed", "x", "parameter Seed: \"x\" is no int")]
    [InlineData("Seed", "1.5", "parameter Seed: \"1.5\" is no int")]
    [InlineData("Seed", "99999999999", "parameter Seed: \"99999999999\" is no int")]
    [InlineData("Rate", "1,5", "parameter Rate: \"1,5\" is no double")]
    [InlineData("Quick", "maybe", "parameter Quick: \"maybe\" is no bool; say true or false")]
    [InlineData("Day", "Someday", "parameter Day: \"Someday\" is no DayOfWeek; it is one of Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday")]
    [InlineData("Rates", "1,x", "parameter Rates: \"x\" is no double")]
    [InlineData("Other", "1", "parameter Other: type System.Collections.Generic.List<int> cannot be given on the command line; edit the notebook instead")]
    public void A_value_that_does_not_fit_names_the_type(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<ParameterException>(() => Injected((name, value))).Message);

    [Fact]
    public void An_unknown_name_lists_what_there_is_and_suggests_the_nearest()
    {
        string message = Assert.Throws<ParameterException>(() => Injected(("Sed", "1"))).Message;
        Assert.StartsWith("parameter Sed is unknown. Did you mean Seed? This notebook has: Recordings (string), Seed (int), States (int), Rate (double)", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", Assert.Throws<ParameterException>(() => Injected(("Zebra", "1"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_notebook_without_the_cell_says_so()
    {
        var notebook = Workspace.Notebook("int Seed = 0;");
        Assert.Contains("no cell tagged", Assert.Throws<ParameterException>(() => ParametersCell.Inject(notebook, [("Seed", "1")], quick: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_injected_cell_of_a_former_run_is_replaced_and_the_last_value_counts()
    {
        var notebook = Injected(("Seed", "1"));
        ParametersCell.Inject(notebook, [("Seed", "2"), ("Seed", "3")], quick: false);
        Assert.Equal(4, notebook.Cells.Count);
        Assert.Equal("// Parameters\nSeed = 3;", notebook.Cells[2].Source);
    }

    [Fact]
    public void Quick_is_set_where_it_is_a_bool_and_not_given()
    {
        var notebook = Workspace.Notebook(Cell);
        ParametersCell.Inject(notebook, [], quick: true);
        Assert.Equal("// Parameters\nQuick = true;", notebook.Cells[1].Source);
        ParametersCell.Inject(notebook, [("Quick", "false")], quick: true);
        Assert.Equal("// Parameters\nQuick = false;", notebook.Cells[1].Source);
        var without = Workspace.Notebook("parameters:int Quick = 3;");
        ParametersCell.Inject(without, [], quick: true);
        Assert.Single(without.Cells);
    }

    [Fact]
    public async Task Injected_values_are_what_the_cells_see()
    {
        using var work = new Workspace();
        await work.RunAsync(request => request with { Parameters = [("Seed", "7"), ("Fixed", "9"), ("Rates", "3,4"), ("Recordings", "/data/x y.h5")], Quick = true },
            default, Cell, "$\"{Seed} {Fixed} {Rates.Sum()} {Recordings} {Quick} {States}\"");
        Assert.Equal("7 9 7 /data/x y.h5 True 20", work.Shown(2));
    }

    private static NotebookDocument Injected((string, string) value)
    {
        var notebook = Workspace.Notebook("md:# Title", Cell, "Seed");
        ParametersCell.Inject(notebook, [value], quick: false);
        return notebook;
    }
}
