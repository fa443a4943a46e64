using System.CommandLine;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Export;
using Svae.Notebooks.Terminal;

namespace Svae.Notebooks.Commands;

/// <summary><c>svae export</c>: a notebook as one HTML file, as it stands.</summary>
internal static class ExportCommand
{
    public static Command Create(TextWriter terminal)
    {
        var notebooks = new Argument<string[]>("notebooks") { Description = "Notebooks (.ipynb).", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--out", "-o") { Description = "Folder for the pages. [default: beside each notebook]", HelpName = "folder" };
        var command = new Command("export", "Write notebooks as HTML: one file each, which opens without a network.") { notebooks, output };
        command.SetAction(parsed => Export(terminal, parsed.GetValue(notebooks)!, parsed.GetValue(output)));
        return command;
    }

    private static int Export(TextWriter terminal, IEnumerable<string> notebooks, string? output)
    {
        var status = RunStatus.Succeeded;
        foreach (string path in notebooks)
        {
            try
            {
                string folder = Path.GetDirectoryName(Path.GetFullPath(path))!, name = Path.GetFileNameWithoutExtension(path);
                string page = Path.Combine(output ?? folder, name + ".html");
                HtmlExporter.Save(NotebookDocument.Load(path), name, page, folder);
                terminal.WriteLine(ResultsFolder.Shown(Path.GetFullPath(page)));
            }
            catch (NotebookFormatException e)
            {
                OutcomeReport.WriteUserError(terminal, e.Message, []);
                status = RunStatus.UserError;
            }
        }
        return (int)status;
    }
}
