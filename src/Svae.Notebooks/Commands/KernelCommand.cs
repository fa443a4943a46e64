using System.CommandLine;
using System.Runtime.InteropServices;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Kernel;
using Svae.Notebooks.Scripting;
using Svae.Notebooks.Terminal;
using Svae.Workbench;

namespace Svae.Notebooks.Commands;

/// <summary><c>svae kernel</c>: C# in Jupyter clients.</summary>
internal static class KernelCommand
{
    public static Command Create(TextWriter terminal)
    {
        var user = new Option<bool>("--user") { Description = $"For this user: {KernelSpec.UserFolder}. This is the default." };
        var prefix = new Option<string?>("--prefix") { Description = "For everybody who uses an installation, a Python environment for instance: DIRECTORY/share/jupyter/kernels.", HelpName = "directory" };
        var install = new Command("install", "Tell Jupyter (VS Code, JupyterLab, Notebook) about the kernel. The entry points to this program where it now is.") { user, prefix };
        install.SetAction(parsed => Report(terminal, () => Install(terminal, Folder(parsed.GetValue(user), parsed.GetValue(prefix)))));
        var uninstall = new Command("uninstall", "Remove what install wrote; kernels of other programs stay.") { user, prefix };
        uninstall.SetAction(parsed => Report(terminal, () => Uninstall(terminal, Folder(parsed.GetValue(user), parsed.GetValue(prefix)))));
        var file = new Argument<string>("connection") { Description = "The connection file that the client wrote." };
        var start = new Command("start", "Serve one client; Jupyter calls this.") { file };
        start.SetAction(parsed => StartAsync(terminal, parsed.GetValue(file)!));
        return new Command("kernel", "C# with Svae.Workbench in Jupyter clients.") { install, uninstall, start };
    }

    private static string Folder(bool user, string? prefix) =>
        user && prefix is not null ? throw new UserInputException("--user and --prefix name two places; give one of them")
        : prefix is null ? KernelSpec.UserFolder : KernelSpec.PrefixFolder(prefix);

    private static void Install(TextWriter terminal, string kernels)
    {
        string path = KernelSpec.Install(kernels, KernelSpec.SearchPath);
        terminal.WriteLine($"wrote {path}");
        terminal.WriteLine($"The kernel is {KernelSpec.Program()[^1]}; install again if it moves.");
    }

    private static void Uninstall(TextWriter terminal, string kernels)
    {
        var removed = KernelSpec.Uninstall(kernels);
        foreach (string folder in removed) terminal.WriteLine($"removed {folder}");
        if (removed.Count == 0) terminal.WriteLine($"this program has no kernel in {kernels}");
    }

    private static int Report(TextWriter terminal, Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (Exception e) when (e is UserInputException or IOException or UnauthorizedAccessException)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, []);
            return (int)RunStatus.UserError;
        }
    }

    private static async Task<int> StartAsync(TextWriter terminal, string connection)
    {
        try
        {
            BackgroundErrors.SurviveAll();
            using var end = ParentProcess.Watch();
            using var kernel = new JupyterKernel(ConnectionFile.Load(connection));
            // Clients that do not send the message send the signal.
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
            {
                context.Cancel = true;
                kernel.Interrupt();
            });
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                end.Cancel();
            });
            await kernel.RunAsync(end.Token).ConfigureAwait(false);
            return 0;
        }
        catch (UserInputException e)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, e.Details);
            return (int)RunStatus.UserError;
        }
    }
}
