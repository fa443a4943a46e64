using Spectre.Console;
using Svae.Notebooks.Terminal;
using Xunit;

namespace Svae.Notebooks.Tests.Terminal;

public sealed class BarTextTests
{
    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void A_bar_its_clock_and_a_long_text_have_one_line(int columns)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        console.Profile.Width = columns;
        string text = BarText.Fit(console, "standard gradient, step 0.01 100 %, epoch 4/4, ELBO -5.35 nats/frame, and more");
        // Blanks between the columns, a bar that can still be seen, the share, the clock, the spinner.
        Assert.InRange(text.Length + 4 + 6 + 4 + 8 + 1, 1, columns);
        Assert.EndsWith("…", text, StringComparison.Ordinal);
        Assert.Equal("epoch [[2]]", BarText.Fit(console, "epoch [2]"));
    }
}
