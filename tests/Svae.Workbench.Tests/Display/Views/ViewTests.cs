using Microsoft.DotNet.Interactive.Formatting;
using Svae.Workbench.Display;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class ViewTests
{
    [Fact]
    public void Every_value_is_shown_by_a_host_that_only_has_the_registered_formatters()
    {
        WorkbenchFormatters.Register();
        Assert.All(ModelGallery.All(), item =>
        {
            Assert.Equal("text/html", Formatter.GetPreferredMimeTypesFor(item.Value.GetType()).First());
            Assert.Equal(View.Of(item.Value)!.ToString(), item.Value.ToDisplayString("text/plain"));
        });
        var counts = Dirichlet.FromStandard(new(tensor(new[] { 2.0, 3 })));
        Assert.Equal(View.Of(counts)!.ToMimeBundle()["text/html"], counts.ToDisplayString("text/html"));
    }

    [Fact]
    public void What_a_bundle_says_in_plain_text_is_what_its_ToString_says() => Assert.All(
        [.. ModelGallery.All().Where(item => item.Name is "dirichlet" or "network" or "tensor" or "data frame").Select(item => View.Of(item.Value)!)],
        bundle => Assert.Equal(bundle.ToString(), bundle.ToMimeBundle()["text/plain"]));

    [Fact]
    public void Expected_statistics_in_the_record_of_natural_parameters_are_shown_as_what_they_are()
    {
        var statistics = new Dirichlet().ExpectedStatistics(Dirichlet.FromStandard(new(tensor(new[] { 2.0, 3 }))));
        Assert.IsType<RecordView>(View.Of(statistics));
        var chain = new ChainPotentials(-eye(1, dtype: ScalarType.Float64), zeros(1, ScalarType.Float64), zeros(1, 1, ScalarType.Float64), zeros(1, 1, ScalarType.Float64),
            zeros(1, 1, ScalarType.Float64), zeros(1, 2, 1, ScalarType.Float64), zeros(1, 2, 1, ScalarType.Float64));
        Assert.IsType<RecordView>(View.Of(chain));
    }

    [Fact]
    public void What_was_disposed_says_so()
    {
        Tensor gone = ones(2, dtype: ScalarType.Float64), matrix = eye(2, dtype: ScalarType.Float64);
        gone.Dispose();
        Assert.Contains("disposed", View.Of(gone)!.ToString());
        Assert.Contains("h: a disposed tensor", View.Of(new Gaussian.Natural(matrix, gone))!.ToString());
    }

    [Fact]
    public void Other_values_are_left_to_the_host()
    {
        Assert.Null(View.Of(3.5));
        Assert.Null(View.Of(null));
        Assert.Null(View.Of(new[] { "a" }));
    }

    [Fact]
    public void A_batch_of_sequences_is_shown_as_far_as_each_goes()
    {
        var (model, eta) = ModelGallery.Fitted();
        var (potentials, lengths) = ModelGallery.Observed();
        var posterior = model.Infer(model.Family.ExpectedStatistics(eta), potentials, lengths);
        var panels = PosteriorFigure.Of(posterior).Panels;
        Assert.Equal([130, 130, 90], panels.Skip(1).Select(p => p.Marks.OfType<LineMark>().First().X.Length));
        Assert.Equal([130, 130, 90], panels[0].Marks.OfType<RibbonMark>().Select(r => r.States.Length));
        Assert.Equal([90, 90], PosteriorFigure.Of(posterior, sequence: 2).Panels.Skip(1).Select(p => p.Marks.OfType<LineMark>().First().X.Length));
        Assert.Contains("0 to 2", Assert.Throws<ArgumentException>(() => PosteriorFigure.Of(posterior, sequence: 3)).Message);
    }

    [Fact]
    public void Dense_potentials_are_shown_as_their_diagonal_ones()
    {
        var (potentials, _) = ModelGallery.Observed();
        var dense = potentials with { J = diag_embed(potentials.J) };
        foreach (var (a, b) in PosteriorFigure.Of(potentials).Panels.Zip(PosteriorFigure.Of(dense).Panels))
        {
            LineMark p = a.Marks.OfType<LineMark>().First(), q = b.Marks.OfType<LineMark>().First();
            Assert.All(p.Y.Zip(q.Y), y => Assert.Equal(y.First, y.Second, 1e-6));
            Assert.All(p.Upper!.Zip(q.Upper!), y => Assert.Equal(y.First, y.Second, 1e-6));
        }
    }

    [Fact]
    public void Frames_without_potentials_are_a_gap()
    {
        double[] y = PosteriorFigure.Of(ModelGallery.Observed().Potentials, sequence: 0).Panels[0].Marks.OfType<LineMark>().First().Y;
        Assert.Equal(Enumerable.Range(50, 25), Enumerable.Range(0, y.Length).Where(t => double.IsNaN(y[t])));
    }
}
