using Svae.Notebooks.Scripting;
using Xunit;

namespace Svae.Notebooks.Tests.Scripting;

public sealed class CheckpointWeaverTests
{
    [Theory]
    [InlineData("while (a) { b(); }", "while (a) {! b(); }")]
    [InlineData("while (a) ;", "while (a) {!;}")]
    [InlineData("do x++; while (x < 3);", "do {!x++;} while (x < 3);")]
    [InlineData("for (;;)\n  for (;;)\n    f(); // end", "for (;;)\n  {!for (;;)\n    {!f();}} // end")]
    [InlineData("foreach (var (a, b) in c) if (a) d(); else e();", "foreach (var (a, b) in c) {!if (a) d(); else e();}")]
    [InlineData("Parallel.For(0, 9, i => { f(i); });", "Parallel.For(0, 9, i => {! f(i); });")]
    [InlineData("var g = () => 1;", "var g = () => 1;")]
    [InlineData("var s = $\"{f(() => { return 1; })}\";", "var s = $\"{f(() => {! return 1; })}\";")]
    [InlineData("while (", "while (")]
    [InlineData("\"while (true) { }\"", "\"while (true) { }\"")]
    public void Loops_and_blocks_of_lambdas_get_a_checkpoint(string code, string woven) =>
        Assert.Equal(woven, CheckpointWeaver.Weave(code).Replace("global::Svae.Notebooks.Scripting.Checkpoint.Pass();", "!", StringComparison.Ordinal));
}
