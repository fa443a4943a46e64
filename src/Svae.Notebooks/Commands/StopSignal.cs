using System.Runtime.InteropServices;

namespace Svae.Notebooks.Commands;

/// <summary>Ctrl-C: the first cancels a token, the second ends the process at once.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    /// <param name="say">Receives what there is to say at the first.</param>
    public StopSignal(Action<string> say)
    {
        registrations = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            if (source.IsCancellationRequested) return;
            context.Cancel = true;
            say("stopping … (again to kill)");
            source.Cancel();
        })).ToArray();
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
    }
}
