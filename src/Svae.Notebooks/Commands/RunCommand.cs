using System.CommandLine;
using System.Globalization;

namespace Svae.Notebooks.Commands;

/// <summary><c>svae run</c>: executes notebooks without a user interface.</summary>
internal static class RunCommand
{
    internal const string DefaultFolder = "artifacts/notebooks";

    private static readonly string[] Examples =
    [
        "# one notebook, with other parameters",
        "svae run notebooks/12-mouse-syllables.ipynb -p States=20 -p Seed=1",
        "# all of them in quick mode; artifacts/notebooks/index.html shows how they went",
        "svae run notebooks --quick",
        "# refresh the committed outputs",
        "svae run notebooks/01-spiral.ipynb --in-place",
        "# on a build machine: a log to read by program, at most five minutes a notebook, scores must hold",
        "svae run notebooks --quick --log artifacts/run.jsonl --timeout 300 --check",
    ];

    public static Command Create(TextWriter terminal)
    {
        var notebooks = new Argument<string[]>("notebooks") { Description = "Notebooks (.ipynb), or folders of them.", Arity = ArgumentArity.OneOrMore };
        var parameters = CommonOptions.Parameters("Give a variable of the cell tagged \"parameters\" another value; may be repeated.", "name=value");
        var output = new Option<string?>("--out", "-o") { Description = $"Folder for everything that is written. [default: {DefaultFolder}]", HelpName = "folder" };
        var quick = CommonOptions.Quick();
        var inPlace = new Option<bool>("--in-place") { Description = "Write the outputs into the notebook itself; no HTML page unless --html asks for it." };
        var html = new Option<bool>("--html") { Description = "Write NAME.html. [default, except with --in-place]" };
        var noHtml = new Option<bool>("--no-html") { Description = "Do not write NAME.html." };
        var timeout = CommonOptions.Timeout();
        var log = new Option<string?>("--log") { Description = "Write what happens as JSON, one event a line (see environment.md); \"-\" is the standard output.", HelpName = "file" };
        var check = new Option<bool>("--check") { Description = "Count a run as failed when a claim in the notebook's ledger does not hold." };
        var plain = CommonOptions.Plain();
        var command = new DocumentedCommand("run",
            "Execute notebooks and write NAME.ipynb with the outputs, NAME.html, and the files the notebook makes. "
            + "Exit code: 0 all ran, 1 a cell failed, 2 wrong input, 124 out of time, 130 stopped.", Examples)
        {
            notebooks, parameters, output, quick, inPlace, html, noHtml, timeout, log, check, plain,
        };
        command.SetAction(parsed => new NotebookBatch(parsed.GetValue(log) == "-" ? TextWriter.Null : terminal, parsed.GetValue(plain)).RunAsync(new BatchRequest
        {
            Paths = parsed.GetValue(notebooks)!,
            Parameters = parsed.GetValue(parameters) ?? [],
            OutputFolder = parsed.GetValue(output) ?? DefaultFolder,
            OwnFolder = parsed.GetValue(output) is not null,
            Quick = parsed.GetValue(quick),
            InPlace = parsed.GetValue(inPlace),
            Html = parsed.GetValue(html) || !(parsed.GetValue(noHtml) || parsed.GetValue(inPlace)),
            Timeout = CommonOptions.Time(parsed, timeout),
            Log = parsed.GetValue(log),
            Check = parsed.GetValue(check),
        }));
        return command;
    }
}

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<string[]> Parameters(string description, string shape) => new("--parameter", "-p") { Description = description, HelpName = shape };

    public static Option<bool> Quick() => new("--quick", "-q") { Description = "Set the parameter Quick: small and fast instead of good." };

    public static Option<bool> Plain() => new("--plain") { Description = "Report progress as plain lines, as is done when the output is no terminal." };

    public static Option<double?> Timeout()
    {
        var timeout = new Option<double?>("--timeout") { Description = "Stop a notebook after so many seconds.", HelpName = "seconds" };
        timeout.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { } text }] && double.TryParse(text, CultureInfo.InvariantCulture, out double seconds) && !(seconds is > 0 and < 1e6))
                result.AddError($"--timeout {text}: a time is a positive number of seconds");
        });
        return timeout;
    }

    public static TimeSpan? Time(ParseResult parsed, Option<double?> timeout) => parsed.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}
