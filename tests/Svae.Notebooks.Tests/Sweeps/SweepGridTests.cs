using CsCheck;
using Svae.Notebooks.Sweeps;
using Svae.Workbench;
using Xunit;

namespace Svae.Notebooks.Tests.Sweeps;

public sealed class SweepGridTests
{
    [Fact]
    public void Every_combination_is_there_once_and_seeds_run_fastest()
    {
        var grid = SweepGrid.Combine([], [SweepGrid.List("A=1,2"), SweepGrid.List("B=x")], SweepGrid.Seeds("0..1"));
        Assert.Equal(["A=1 B=x Seed=0", "A=1 B=x Seed=1", "A=2 B=x Seed=0", "A=2 B=x Seed=1"], grid.Select(setting => setting.ToString()));
    }

    [Fact]
    public void The_number_of_settings_is_the_product_of_the_numbers_of_values() =>
        Gen.Int[1, 4].Array[0, 4].Sample(counts =>
            Assert.Equal(counts.Aggregate(1, (product, count) => product * count),
                SweepGrid.Combine([], counts.Select((count, i) => ($"P{i}", (IReadOnlyList<string>)Enumerable.Range(0, count).Select(v => $"{v}").ToArray())).ToArray(), []).Count));

    [Theory]
    [InlineData("Layers=[64,64],[128]", "[64,64]", "[128]")]
    [InlineData("Data=\"a,b\",c", "a,b", "c")]
    [InlineData("Rate=1e-3, 3e-3", "1e-3", "3e-3")]
    [InlineData("Name=", "")]
    public void Commas_inside_brackets_and_quotes_belong_to_the_value(string list, params string[] values) => Assert.Equal(values, SweepGrid.List(list).Values);

    [Theory]
    [InlineData("0..3,7", "0", "1", "2", "3", "7")]
    [InlineData("5", "5")]
    [InlineData("-2..0,0", "-2", "-1", "0")]
    public void Seeds_are_numbers_and_ranges(string text, params string[] seeds) => Assert.Equal(seeds, SweepGrid.Seeds(text));

    [Theory]
    [InlineData("4..1")]
    [InlineData("0..")]
    [InlineData("1..2..3")]
    [InlineData("")]
    [InlineData("0..99999999999")]
    public void What_is_no_seed_is_named(string text) => Assert.StartsWith("--seeds: ", Assert.Throws<UserInputException>(() => SweepGrid.Seeds(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_parameter_has_one_place_and_the_grid_a_limit()
    {
        Assert.StartsWith("seed is given twice", Assert.Throws<UserInputException>(() => SweepGrid.Combine([], [SweepGrid.List("seed=1")], ["2"])).Message, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("A is given twice", Assert.Throws<UserInputException>(() => SweepGrid.Combine([new Setting([("A", "1")])], [SweepGrid.List("A=1")], [])).Message, StringComparison.Ordinal);
        var thousand = Enumerable.Range(0, 1000).Select(i => $"{i}").ToArray();
        Assert.Contains("more than 100,000", Assert.Throws<UserInputException>(() => SweepGrid.Combine([], [("A", thousand), ("B", thousand)], [])).Message, StringComparison.Ordinal);
    }
}
