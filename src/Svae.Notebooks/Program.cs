using System.CommandLine;
using Svae.Notebooks.Commands;
using Svae.Notebooks.Execution;

var root = new RootCommand("svae: the notebooks of Svae.Workbench.")
{
    RunCommand.Create(Console.Out), ExportCommand.Create(Console.Out), KernelCommand.Create(Console.Out),
};
var parsed = root.Parse(args);
// Ctrl-C belongs to the command, which saves the notebook first.
int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
return parsed.Errors.Count > 0 ? (int)RunStatus.UserError : code;
