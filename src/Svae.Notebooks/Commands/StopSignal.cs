using System.Runtime.InteropServices;

namespace Svae.Notebooks.Commands;

/// <summary>Ctrl-C: the first cancels a token, the second ends the process at once.</summary>
internal sealed class StopSignal : IDisposable
{
    /// <summary>What to say at the first.</summary>
    public const string Said = "stopping … (again to kill)";

    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    /// <param name="said">Called at the first.</param>
    public StopSignal(Action said)
    {
        registrations = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            if (source.IsCancellationRequested) return;
            context.Cancel = true;
            said();
            source.Cancel();
        })).ToArray();
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
    }
}
