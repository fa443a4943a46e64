using System.CommandLine;
using Svae.Notebooks.Commands;

var root = new RootCommand("svae: runs the notebooks of Svae.Workbench.") { RunCommand.Create(Console.Out), ExportCommand.Create(Console.Out) };
// Ctrl-C belongs to the command, which saves the notebook first.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
