using System.CommandLine;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Export;
using Svae.Notebooks.Terminal;
using Svae.Workbench;

namespace Svae.Notebooks.Commands;

/// <summary><c>svae export</c>: a notebook as one HTML file, as it stands.</summary>
internal static class ExportCommand
{
    private static readonly string[] Examples =
    [
        "svae export notebooks/12-mouse-syllables.ipynb",
        "# a folder of notebooks, pages elsewhere",
        "svae export notebooks --out site/",
    ];

    public static Command Create(TextWriter terminal)
    {
        var notebooks = new Argument<string[]>("notebooks") { Description = "Notebooks (.ipynb), or folders of them.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--out", "-o") { Description = "Folder for the pages. [default: beside each notebook]", HelpName = "folder" };
        var command = new DocumentedCommand("export", "Write notebooks as HTML, with the outputs they hold: one file each, which opens without a network.", Examples) { notebooks, output };
        command.SetAction(parsed => Export(terminal, parsed.GetValue(notebooks)!, parsed.GetValue(output)));
        return command;
    }

    private static int Export(TextWriter terminal, IEnumerable<string> paths, string? output)
    {
        var status = RunStatus.Succeeded;
        try
        {
            foreach (string path in NotebookPaths.Find(paths))
                if (!ExportOne(terminal, path, output)) status = RunStatus.UserError;
        }
        catch (UserInputException e)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, e.Details);
            status = RunStatus.UserError;
        }
        return (int)status;
    }

    private static bool ExportOne(TextWriter terminal, string path, string? output)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!, name = Path.GetFileNameWithoutExtension(path);
        string page = Path.Combine(output ?? folder, name + ".html");
        try
        {
            HtmlExporter.Save(NotebookDocument.Load(path), name, page, folder);
            terminal.WriteLine(ResultsFolder.Shown(Path.GetFullPath(page)));
            return true;
        }
        catch (NotebookFormatException e)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            OutcomeReport.WriteUserError(terminal, $"{page}: {e.Message}", []);
        }
        return false;
    }
}
