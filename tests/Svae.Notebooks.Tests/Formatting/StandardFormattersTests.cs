using Microsoft.Data.Analysis;
using Svae.Notebooks.Formatting;
using Svae.Notebooks.Scripting;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Notebooks.Tests.Formatting;

public sealed class StandardFormattersTests
{
    public StandardFormattersTests() => StandardFormatters.Register();

    [Fact]
    public void A_table_is_HTML_and_aligned_text()
    {
        var bundle = MimeBundles.Of(new DataFrame(new StringDataFrameColumn("na<me", ["a", null]), new DoubleDataFrameColumn("v", [1.5, -10])));
        Assert.Equal(["text/html", "text/plain"], bundle.Keys);
        Assert.StartsWith("<table class=\"dataframe\"><thead><tr><th>na&lt;me</th>", bundle["text/html"], StringComparison.Ordinal);
        Assert.Equal("na<me    v\na      1.5\n       -10", bundle["text/plain"].ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_long_table_says_how_long_it_is()
    {
        string text = MimeBundles.Of(new DataFrame(new DoubleDataFrameColumn("v", 1000)))["text/plain"];
        Assert.EndsWith("… 1000 rows × 1 columns", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_tensor_shows_its_values_and_a_large_one_what_it_is_like()
    {
        Assert.Contains("1 1 1", MimeBundles.Of(ones(2, 3))["text/plain"], StringComparison.Ordinal);
        using var large = arange(1000, dtype: ScalarType.Float32);
        string text = MimeBundles.Of(large)["text/plain"];
        Assert.StartsWith("[1000], type = Float32, device = cpu\n min 0, mean 499.5, max 999, standard deviation 288.8", text, StringComparison.Ordinal);
        large[3] = double.NaN;
        Assert.EndsWith("1 of 1000 are not finite", MimeBundles.Of(large)["text/plain"], StringComparison.Ordinal);
        var gone = ones(3);
        gone.Dispose();
        Assert.Equal("a tensor that has been disposed", MimeBundles.Of(gone)["text/plain"]);
    }

    [Fact]
    public void Numbers_and_lists_of_them_are_plain_and_objects_are_tables()
    {
        Assert.Equal(["text/plain"], MimeBundles.Of(3.5).Keys);
        Assert.Equal("[ 1, 2 ]", MimeBundles.Of(new[] { 1, 2 })["text/plain"]);
        Assert.Contains("<table", MimeBundles.Of(new { Name = "x", Value = 1 })["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_cannot_be_shown_says_so()
    {
        string text = MimeBundles.Of(new Broken(), "text/plain")["text/plain"];
        Assert.Contains("broken inside", text, StringComparison.Ordinal);
    }

    private sealed class Broken
    {
        public int Value => throw new InvalidOperationException("broken inside");
    }
}
