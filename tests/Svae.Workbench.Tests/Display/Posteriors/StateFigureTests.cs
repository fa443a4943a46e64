using Svae.Workbench.Display;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class StateFigureTests
{
    [Fact]
    public void A_posterior_says_its_states_probabilities_and_transitions()
    {
        var posterior = new HmmPosterior(zeros(1, ScalarType.Float64), tensor(new[, ,] { { { .9, .1 }, { .2, .8 }, { 0, 0 } } }), tensor(new[, ,] { { { .1, .9 }, { 0, 0 } } }));
        string text = StateFigure.Of(posterior).ToString()!;
        Assert.Contains("sequence 0: 2 frames", text); // the third lies past the sequence's end
        Assert.Contains("2 × 2, probability", text);
        Assert.Contains("2 × 2, expected count", text);
    }

    [Fact]
    public void The_surrogate_of_each_sweep_is_drawn_with_the_verdict()
    {
        var figure = FixedPointFigure.Of(new FixedPointReport(3, false, double.PositiveInfinity, [], [-5, -2, -1.5], 0, new AdjointReport()));
        Assert.Equal([-5, -2, -1.5], figure.Panels[0].Marks.OfType<LineMark>().Single().Y);
        Assert.StartsWith("not converged after 3 sweeps; last change ∞", figure.Subtitle);
    }
}
