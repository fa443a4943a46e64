using System.CommandLine;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Terminal;

namespace Svae.Notebooks.Commands;

/// <summary><c>svae run</c>: executes notebooks without a user interface.</summary>
internal static class RunCommand
{
    private const string DefaultFolder = "artifacts/notebooks";

    public static Command Create(TextWriter terminal)
    {
        var notebooks = new Argument<string[]>("notebooks") { Description = "Notebooks (.ipynb), or folders of them.", Arity = ArgumentArity.OneOrMore };
        var parameters = new Option<string[]>("--parameter", "-p")
        {
            Description = "Give a variable of the cell tagged \"parameters\" another value; may be repeated.", HelpName = "name=value",
        };
        var output = new Option<string?>("--out", "-o") { Description = $"Folder for everything that is written. [default: {DefaultFolder}]", HelpName = "folder" };
        var quick = new Option<bool>("--quick", "-q") { Description = "Set the parameter Quick: small and fast instead of good." };
        var inPlace = new Option<bool>("--in-place") { Description = "Write the outputs into the notebook itself." };
        var noHtml = new Option<bool>("--no-html") { Description = "Do not write the HTML page." };
        var timeout = new Option<double?>("--timeout") { Description = "Stop a notebook after so many seconds.", HelpName = "seconds" };
        var plain = new Option<bool>("--plain") { Description = "Report progress as plain lines, as is done when the output is no terminal." };
        var command = new Command("run", "Execute notebooks and write the results: NAME.ipynb, NAME.html and the files the notebook makes.")
        {
            notebooks, parameters, output, quick, inPlace, noHtml, timeout, plain,
        };
        command.SetAction(parsed => new NotebookBatch(terminal, parsed.GetValue(plain)).RunAsync(new BatchRequest
        {
            Paths = parsed.GetValue(notebooks)!,
            Parameters = parsed.GetValue(parameters) ?? [],
            OutputFolder = parsed.GetValue(output) ?? DefaultFolder,
            OwnFolder = parsed.GetValue(output) is not null,
            Quick = parsed.GetValue(quick),
            InPlace = parsed.GetValue(inPlace),
            Html = !parsed.GetValue(noHtml),
            Timeout = parsed.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        }));
        return command;
    }
}
