using Svae.Notebooks.Commands;
using Xunit;

namespace Svae.Notebooks.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("error: --qick: no such option; did you mean --quick? (help: svae run --help)", "run", "x.ipynb", "--qick")]
    [InlineData("error: --bogus: no such option (help: svae run --help)", "run", "--bogus")]
    [InlineData("error: swep: no such command; did you mean sweep? (help: svae --help)", "swep", "x")]
    [InlineData("error: Required argument missing for command: 'run' (help: svae run --help)", "run")]
    [InlineData("error: --timeout -3: a time is a positive number of seconds (help: svae run --help)", "run", "x.ipynb", "--timeout", "-3")]
    [InlineData("error: --timeout soon: a number is wanted (help: svae run --help)", "run", "x.ipynb", "--timeout", "soon")]
    [InlineData("error: --jobs 0: at least 1 (help: svae sweep --help)", "sweep", "x.ipynb", "--jobs", "0")]
    [InlineData("error: --mem \"8 G\": must be one word (help: svae sweep --help)", "sweep", "x.ipynb", "--mem", "8 G")]
    [InlineData("error: Required argument missing for command: 'collect' (help: svae sweep collect --help)", "sweep", "collect")]
    [InlineData("error: /nowhere: no such notebook or folder", "export", "/nowhere")]
    [InlineData("error: --seeds: \"x\" is no seed; write 0..4 or 0,1,7", "sweep", "x.ipynb", "--seeds", "x")]
    [InlineData("error: /nowhere/x.ipynb: no such file", "sweep", "/nowhere/x.ipynb", "--out", "/tmp/svae-no-sweep")]
    [InlineData("error: /nowhere: no such folder; run the notebooks first (svae run notebooks)", "ledger", "/nowhere")]
    public async Task What_is_not_understood_is_one_line_with_a_remedy(string said, params string[] arguments)
    {
        var (code, text) = await SayAsync(arguments);
        Assert.Equal(2, code);
        Assert.Equal(said + "\n", text);
    }

    [Theory]
    [InlineData("run", "svae run notebooks --quick")]
    [InlineData("export", "svae export notebooks --out site/")]
    [InlineData("sweep", "--slurm-dry-run")]
    [InlineData("ledger", "svae ledger --check")]
    public async Task Help_ends_with_examples(string command, string example)
    {
        var (code, text) = await SayAsync(command, "--help");
        Assert.Equal(0, code);
        Assert.Contains(example, text[text.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_arguments_the_commands_are_listed_and_inner_ones_are_not()
    {
        var (code, text) = await SayAsync();
        Assert.Equal(0, code);
        foreach (string command in (string[])["run <notebooks>", "export <notebooks>", "sweep <notebook>", "ledger <results>", "kernel"]) Assert.Contains("  " + command, text, StringComparison.Ordinal);
        Assert.DoesNotContain("sweep-task", text, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Text)> SayAsync(params string[] arguments)
    {
        var terminal = new StringWriter { NewLine = "\n" };
        return (await CommandLine.InvokeAsync(arguments, terminal), terminal.ToString());
    }
}
