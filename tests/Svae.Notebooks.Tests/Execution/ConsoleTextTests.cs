using Svae.Notebooks.Execution;
using Xunit;

namespace Svae.Notebooks.Tests.Execution;

public sealed class ConsoleTextTests
{
    [Theory]
    [InlineData("a\r\nb\n", "a\nb\n")]
    [InlineData("10 %\r20 %\rdone\n", "done\n")]
    [InlineData("long line\rshort", "shortline")]
    [InlineData("\n", "\n")]
    public void A_carriage_return_overwrites_the_line(string written, string shown) => Assert.Equal(shown, ConsoleText.Overwritten(written));
}
