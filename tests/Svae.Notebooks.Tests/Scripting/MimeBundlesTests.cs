using Microsoft.Data.Analysis;
using Svae.Notebooks.Scripting;
using Svae.Workbench.Display;
using Svae.Workbench.ExponentialFamilies;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Notebooks.Tests.Scripting;

public sealed class MimeBundlesTests
{
    public MimeBundlesTests() => WorkbenchFormatters.Register();

    [Fact]
    public void A_table_is_HTML_and_aligned_text()
    {
        var bundle = MimeBundles.Of(new DataFrame(new StringDataFrameColumn("na<me", ["a", null]), new DoubleDataFrameColumn("v", [1.5, -10])));
        Assert.Equal(["text/html", "text/plain"], bundle.Keys);
        Assert.Contains("na&lt;me", bundle["text/html"], StringComparison.Ordinal);
        Assert.Equal("na<me    v\na      1.5\n       −10", bundle["text/plain"].ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_small_tensor_shows_its_values_and_a_large_one_what_it_is_like()
    {
        Assert.Contains("1  1  1", MimeBundles.Of(ones(2, 3))["text/plain"], StringComparison.Ordinal);
        using var large = arange(1000, dtype: ScalarType.Float32);
        Assert.StartsWith("Tensor [1000] Float32 on cpu, 0 to 999, mean 499.5 ± 288.8", MimeBundles.Of(large)["text/plain"], StringComparison.Ordinal);
        large[3] = double.NaN;
        Assert.EndsWith("1 not finite", MimeBundles.Of(large)["text/plain"], StringComparison.Ordinal);
        var gone = ones(3);
        gone.Dispose();
        Assert.Contains("disposed", MimeBundles.Of(gone)["text/plain"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_distribution_is_a_figure_with_a_picture_for_clients_that_take_no_HTML() =>
        Assert.Equal(["text/html", "image/png", "text/plain"], MimeBundles.Of(Dirichlet.FromStandard(new(tensor(new[] { 1.0, 2 })))).Keys);

    [Fact]
    public void A_type_inside_another_object_is_shown_by_its_registered_formatter() =>
        Assert.Contains("Tensor [2]", MimeBundles.Of(new { Name = "x", Value = ones(2) })["text/html"], StringComparison.Ordinal);

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
        Assert.Contains("broken inside", MimeBundles.Of(new Broken(), "text/plain")["text/plain"], StringComparison.Ordinal);
        Assert.Contains("cannot be drawn", MimeBundles.Of(new BrokenPicture())["text/plain"], StringComparison.Ordinal);
    }

    private sealed class Broken
    {
        public int Value => throw new InvalidOperationException("broken inside");
    }

    private sealed class BrokenPicture : IMimeBundle
    {
        public IReadOnlyDictionary<string, string> ToMimeBundle() => throw new InvalidOperationException("cannot be drawn");
    }
}
