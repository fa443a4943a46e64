using Svae.Workbench;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Kernel;
using Svae.Notebooks.Terminal;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Commands;

/// <summary><c>svae kernel</c>: C# in Jupyter clients.</summary>
internal static class KernelCommand
{
    public static Command Create(TextWriter terminal)
    {
        var prefix = new Option<string?>("--folder") { Description = $"Folder of kernels. [default: {KernelSpec.UserFolder}]", HelpName = "folder" };
        var install = new Command("install", "Tell Jupyter (VS Code, JupyterLab, Notebook) about the kernel.") { prefix };
        install.SetAction(parsed => terminal.WriteLine(KernelSpec.Install(parsed.GetValue(prefix) ?? KernelSpec.UserFolder)));
        var file = new Argument<string>("connection") { Description = "The connection file that the client wrote." };
        var start = new Command("start", "Serve one client; Jupyter calls this.") { file };
        start.SetAction(parsed => StartAsync(terminal, parsed.GetValue(file)!));
        return new Command("kernel", "C# with Svae.Workbench in Jupyter clients.") { install, start };
    }

    private static async Task<int> StartAsync(TextWriter terminal, string connection)
    {
        try
        {
            using var orphaned = WatchParent();
            using var kernel = new JupyterKernel(ConnectionFile.Load(connection));
            await kernel.RunAsync(orphaned.Token).ConfigureAwait(false);
            return 0;
        }
        catch (UserInputException e)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, e.Details);
            return (int)RunStatus.UserError;
        }
    }

    // A client that dies cannot say goodbye; it leaves its process id where kernels look for it.
    private static CancellationTokenSource WatchParent()
    {
        var gone = new CancellationTokenSource();
        if (int.TryParse(Environment.GetEnvironmentVariable("JPY_PARENT_PID"), CultureInfo.InvariantCulture, out int parent) && parent > 1)
            _ = Task.Run(async () =>
            {
                while (IsAlive(parent)) await Task.Delay(1000).ConfigureAwait(false);
                await gone.CancelAsync().ConfigureAwait(false);
            });
        return gone;
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
