using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
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
    [InlineData("var g = () => 1;", "var g = () => {!return 1;};")]
    [InlineData("Action<int> h = i => x++;", "Action<int> h = i => {!x++;};")]
    [InlineData("Func<int, Func<int, int>> add = i => j => i + j;", "Func<int, Func<int, int>> add = i => {!return j => {!return i + j;};};")]
    [InlineData("Func<Task> wait = async () => await Task.Delay(1);", "Func<Task> wait = async () => {!await Task.Delay(1);};")]
    [InlineData("Func<Task<int>> one = async () => await Task.FromResult(1);", "Func<Task<int>> one = async () => {!return await Task.FromResult(1);};")]
    [InlineData("System.Linq.Expressions.Expression<Func<int, int>> e = i => i;", "System.Linq.Expressions.Expression<Func<int, int>> e = i => i;")]
    [InlineData("System.Linq.Expressions.Expression<Func<int[], bool>> any = xs => xs.Any(x => x > 0);", "System.Linq.Expressions.Expression<Func<int[], bool>> any = xs => xs.Any(x => x > 0);")]
    [InlineData("a(); // first\nb();", "a(); // first\n!b();")]
    [InlineData("int a = 1;\na", "int a = 1;\n!a")]
    [InlineData("using (x) { a(); b(); }", "using (x) { !a(); !b(); }")]
    [InlineData("try { a(); } finally { b(); }", "try { !a(); } finally { b(); }")]
    [InlineData("long F(int n) => n < 2 ? n : F(n - 1);", "long F(int n) {! return n < 2 ? n : F(n - 1);}")]
    [InlineData("void G() => a();", "void G() {! a();}")]
    [InlineData("async Task W() => await Task.Delay(1);", "async Task W() {! await Task.Delay(1);}")]
    [InlineData("int H() { return 1; }", "int H() {! return 1; }")]
    [InlineData("ref int R(int[] x) => ref x[0];", "ref int R(int[] x) => ref x[0];")]
    [InlineData("Func<int> never = () => throw new Exception();", "Func<int> never = () => throw new Exception();")]
    [InlineData("double s = new[] { 1, 2 }.Select(i => 2.0 * i).Sum();", "double s = new[] { 1, 2 }.Select(i => {!return 2.0 * i;}).Sum();")]
    [InlineData("var s = $\"{f(() => { return 1; })}\";", "var s = $\"{f(() => {! return 1; })}\";")]
    [InlineData("while (", "while (")]
    [InlineData("\"while (true) { }\"", "\"while (true) { }\"")]
    public void Loops_lambdas_methods_and_statements_get_a_checkpoint(string code, string woven)
    {
        var options = ScriptOptions.Default.WithImports("System", "System.Linq", "System.Threading.Tasks").WithReferences(typeof(Enumerable).Assembly, typeof(System.Linq.Expressions.Expression).Assembly);
        var cell = CSharpScript.Create(code, options).GetCompilation();
        Assert.Equal(woven, CheckpointWeaver.Weave(cell).Replace("global::Svae.Notebooks.Scripting.Checkpoint.Pass();", "!", StringComparison.Ordinal));
    }
}
