using CsCheck;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Xunit;

namespace Svae.Notebooks.Tests.Execution;

public sealed class RunForecastTests : IDisposable
{
    private readonly Workspace work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void A_machine_that_is_slower_by_a_factor_makes_the_rest_longer_by_it() =>
        Gen.Select(Gen.Double[1, 60].Array[1, 12], Gen.Double[.2, 5]).Sample((times, pace) =>
        {
            var forecast = new RunForecast(times.Select(TimeSpan.FromSeconds));
            for (int done = 1; done <= times.Length; done++)
            {
                double doneTime = times.Take(done).Sum() * pace, left = forecast.Remaining(done, TimeSpan.FromSeconds(doneTime))!.Value.TotalSeconds;
                double expected = times.Skip(done).Sum() * (times.Take(done).Sum() > 1 ? pace : 1);
                Assert.Equal(expected, left, 1e-3 * Math.Max(1, expected));
            }
        });

    [Fact]
    public void A_cell_that_takes_longer_than_before_leaves_what_comes_after_it()
    {
        var forecast = new RunForecast([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5)]);
        Assert.Equal(17, forecast.Remaining()!.Value.TotalSeconds);
        Assert.Equal(11, forecast.Remaining(1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4))!.Value.TotalSeconds);
        Assert.Equal(5, forecast.Remaining(1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(40))!.Value.TotalSeconds);
        Assert.Null(new RunForecast(new TimeSpan[3]).Remaining());
    }

    [Fact]
    public async Task It_judges_by_an_earlier_run_of_the_same_kind()
    {
        await work.RunAsync("parameters:bool Quick = false;", "await Task.Delay(300);");
        var request = new RunRequest { Notebook = Path.Combine(work.Folder, "n.ipynb"), OutputFolder = work.Output };
        Assert.InRange(RunForecast.Of(NotebookDocument.Load(request.Notebook), request).Remaining()!.Value.TotalSeconds, .3, 60);
        Assert.Null(RunForecast.Of(NotebookDocument.Load(request.Notebook), request with { Quick = true }).Remaining());
    }
}
