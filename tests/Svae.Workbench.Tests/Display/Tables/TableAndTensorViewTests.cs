using Microsoft.Data.Analysis;
using Svae.Workbench.Display;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class TableAndTensorViewTests
{
    [Fact]
    public void A_tensor_says_shape_type_and_range_and_counts_what_is_not_finite()
    {
        using var x = tensor(new[] { 1.0, -2, double.NaN, 4 }).reshape(2, 2);
        string text = new TensorView(x).ToString();
        Assert.Contains("[2, 2] Float64", text);
        Assert.Contains("−2 to 4", text);
        Assert.Contains("1 not finite", text);
    }

    [Fact]
    public void Tensors_of_every_kind_are_shown()
    {
        foreach (Tensor x in new[] { zeros(0, 3), ones(1), tensor(3), zeros(5, 700, 900, dtype: ScalarType.Float32),
            ones(4, dtype: ScalarType.Bool), zeros(3, dtype: ScalarType.ComplexFloat64), full(2, double.NaN) })
            using (x) Assert.InRange(new TensorView(x).ToMimeBundle()["text/html"].Length, 40, 60_000);
    }

    [Fact]
    public void A_long_table_is_paged_and_its_first_page_needs_no_script()
    {
        var table = new DataFrame(new Int32DataFrameColumn("n", Enumerable.Range(0, 1000)),
            new StringDataFrameColumn("name", Enumerable.Repeat("a<b", 1000)));
        string html = new TableView(table).ToMimeBundle()["text/html"];
        Assert.Equal((15, 585), (html.Split("<tr>").Length - 1, html.Split("<tr hidden>").Length - 1));
        Assert.Contains("a&lt;b", html);
        Assert.Contains("of 1000 (first 600 here)", html);
        Assert.EndsWith("1000 rows × 2 columns", new TableView(table).ToString());
    }

    [Fact]
    public void A_record_of_tensors_names_its_members()
    {
        using Tensor start = zeros(3), transition = ones(3, 3), likelihood = zeros(1, 4, 3);
        string text = new RecordView(new HmmPotentials(start, transition, likelihood)).ToString();
        Assert.Contains("HmmPotentials", text);
        Assert.Contains("LogTransition: Tensor [3, 3]", text);
    }

    [Fact]
    public void A_small_tensor_shows_its_values_row_by_row()
    {
        using Tensor x = tensor(new[,] { { 1.0, -2 }, { 10, .5 } });
        Assert.EndsWith("\n  1   −2\n 10  0.5", new TensorView(x).ToString());
    }
}
