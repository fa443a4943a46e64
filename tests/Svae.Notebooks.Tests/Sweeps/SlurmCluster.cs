using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Svae.Notebooks.Tests.Sweeps;

/// <summary>A SLURM of one computer, with its own controller, node and key, in a temporary folder.</summary>
internal sealed class SlurmCluster : IDisposable
{
    private static readonly string[] Programs = ["sbatch", "squeue", "sinfo", "slurmctld", "slurmd", "munged"];
    private readonly string folder = Directory.CreateTempSubdirectory("svae-slurm-").FullName;
    private readonly List<Process> daemons = [];

    private SlurmCluster()
    {
    }

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing()
    {
        if (!OperatingSystem.IsLinux()) return "SLURM runs on Linux";
        if (Programs.FirstOrDefault(program => Find(program) is null) is { } missing) return $"{missing} is not installed (Debian: apt-get install slurm-wlm)";
        return Environment.UserName == "root" ? null : "slurmd wants to be started by root";
    }

    /// <summary>Starts it; from here on SLURM's programs, started by this process, speak to it.</summary>
    public static async Task<SlurmCluster> StartAsync()
    {
        var cluster = new SlurmCluster();
        try
        {
            await cluster.BeginAsync();
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("SLURM_CONF", null);
        foreach (var daemon in Enumerable.Reverse(daemons))
        {
            daemon.Kill(entireProcessTree: true);
            daemon.WaitForExit(10_000);
            daemon.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    private async Task BeginAsync()
    {
        string host = Dns.GetHostName().Split('.')[0], user = Environment.UserName, key = In("munge.key"), socket = In("munge.socket");
        var bytes = new byte[1024];
        Random.Shared.NextBytes(bytes);
        await File.WriteAllBytesAsync(key, bytes);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (string inside in (string[])["state", "spool"]) Directory.CreateDirectory(In(inside));
        await File.WriteAllTextAsync(In("slurm.conf"), $"""
            ClusterName=svae
            SlurmctldHost={host}(127.0.0.1)
            SlurmUser={user}
            SlurmdUser={user}
            AuthType=auth/munge
            AuthInfo=socket={socket}
            CredType=cred/munge
            SlurmctldPort={FreePort()}
            SlurmdPort={FreePort()}
            StateSaveLocation={In("state")}
            SlurmdSpoolDir={In("spool")}
            SlurmctldPidFile={In("slurmctld.pid")}
            SlurmdPidFile={In("slurmd.pid")}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SwitchType=switch/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            AccountingStorageType=accounting_storage/none
            JobAcctGatherType=jobacct_gather/none
            SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
            NodeName={host} NodeAddr=127.0.0.1 CPUs={Environment.ProcessorCount} RealMemory=2000 State=UNKNOWN
            PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP

            """);
        Environment.SetEnvironmentVariable("SLURM_CONF", In("slurm.conf"));
        Start("munged", "--foreground", "--force", $"--key-file={key}", $"--socket={socket}", $"--pid-file={In("munged.pid")}", $"--log-file={In("munged.log")}", $"--seed-file={In("munged.seed")}");
        while (!File.Exists(socket)) await WaitAsync();
        Start("slurmctld", "-D");
        Start("slurmd", "-D");
        while (!(await SayAsync("sinfo", "--noheader", "--format=%T")).Contains("idle", StringComparison.Ordinal)) await WaitAsync();
    }

    /// <summary>What one of SLURM's programs prints.</summary>
    public static async Task<string> SayAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    private async Task WaitAsync()
    {
        if (daemons.FirstOrDefault(daemon => daemon.HasExited) is { } dead)
            throw new InvalidOperationException($"{dead.StartInfo.FileName} ended with code {dead.ExitCode}");
        await Task.Delay(200);
    }

    private void Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(Find(program)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        daemons.Add(process);
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
        .Select(path => Path.Combine(path, program)).FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string In(string name) => Path.Combine(folder, name);
}
