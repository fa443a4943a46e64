using System.Diagnostics;
using Svae.Notebooks.Scripting;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Notebooks.Tests.Scripting;

/// <summary>Tests that measure run while no other test does.</summary>
[CollectionDefinition("measured", DisableParallelization = true)]
public sealed class Measured;

[Collection("measured")]
public sealed class ManyCellsTests
{
    private const int Cells = 500;

    [Fact]
    public async Task Many_cells_stay_small_and_quick()
    {
        using var session = new ScriptSession(new NotebookSession());
        var output = new Recorder();
        for (int warm = 0; warm < 10; warm++) await RunAsync(session, output, warm, $"int i{warm} = {warm};");
        long before = WorkingSet();
        var clock = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        for (int cell = 10; cell < Cells + 10; cell++) await RunAsync(session, output, cell, $"int i{cell} = i{cell - 1} + 1; i{cell} * 2");
        double milliseconds = clock.Elapsed.TotalMilliseconds / Cells, busy = (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / Cells;
        double megabytes = (WorkingSet() - before) / 1e6;
        TestContext.Current.TestOutputHelper?.WriteLine($"{milliseconds:0.0} ms a cell, {busy:0.0} ms of them busy, {megabytes:0} MB more");
        Assert.True(megabytes < 300, $"{megabytes:0} MB");
        Assert.True(busy < 50, $"{busy:0.0} ms of processor time");
    }

    private static async Task RunAsync(ScriptSession session, Recorder output, int number, string code) =>
        Assert.Equal(CellStatus.Completed, (await session.RunAsync(code, number, output, new CellInterrupt())).Status);

    private static long WorkingSet()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
