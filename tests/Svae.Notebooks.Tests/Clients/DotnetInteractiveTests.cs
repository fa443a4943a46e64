using Svae.Notebooks.Documents;
using Svae.Notebooks.Parameters;
using Xunit;

namespace Svae.Notebooks.Tests.Clients;

/// <summary>The committed notebooks in Microsoft's kernel, after the one cell that environment.md gives for it.</summary>
[Collection("measured")]
public sealed class DotnetInteractiveTests(DotnetInteractive interactive) : IClassFixture<DotnetInteractive>
{
    [Theory]
    [InlineData("04-warped-clusters.ipynb")]
    [InlineData("12-mouse-syllables.ipynb")]
    public async Task A_committed_notebook_runs_from_its_first_cell_to_its_last(string name)
    {
        Assert.SkipWhen(interactive.Missing is not null, interactive.Missing ?? "");
        var notebook = NotebookDocument.Load(Path.Combine(Repository.Root, "notebooks", name));
        ParametersCell.Inject(notebook, [], quick: true);
        using var session = interactive.Start();
        var all = new System.Text.StringBuilder();
        foreach (string code in notebook.Cells.Where(cell => cell.IsCode).Select(cell => cell.Source).Prepend(interactive.FirstCell))
        {
            var (succeeded, shown) = await session.RunAsync(code);
            Assert.True(succeeded, $"{code}\n{shown}");
            all.Append(shown);
        }
        string page = all.ToString();
        Assert.Contains("data-svae-figure", page, StringComparison.Ordinal);
        Assert.Contains("Reproduction ledger", page, StringComparison.Ordinal);
        Assert.Contains("DecompressionStream", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Training_shows_its_curve_and_progress_and_stops_with_the_cell()
    {
        Assert.SkipWhen(interactive.Missing is not null, interactive.Missing ?? "");
        using var session = interactive.Start();
        await session.RunAsync(interactive.FirstCell);
        await session.RunAsync("""
            var split = BouncingDot.HundredFrames.Generate(0);
            var data = new Minibatches(split.Training.Sequences, 100, 16, 0);
            var generator = new Generator(0ul);
            var vae = new StructuredVae<LdsParameters>(new LinearDynamicalSystem(new() { Dimension = 8 }),
                new GaussianRecognition(20, 8, [50], generator), new GaussianDecoder(8, 20, [50], generator));
            var history = new TrainingHistory();
            """);
        var (succeeded, shown) = await session.RunAsync("""
            using (var live = Notebook.Watch(history))
                vae.Fit(data, new TrainingSettings { Epochs = 100_000 }, generator, history, live, Notebook.Cancellation);
            """, stopAt: "training 0 %");
        Assert.False(succeeded);
        Assert.Contains("data-svae-figure", shown, StringComparison.Ordinal);
        Assert.Contains("cancelled", shown, StringComparison.Ordinal);

        // Neither the session nor the training goes on without the other.
        var (_, steps) = await session.RunAsync("await Task.Delay(2000); int then = history.Records.Count; await Task.Delay(1000); Console.WriteLine($\"still: {history.Records.Count == then}, {then < 500}\");");
        Assert.Contains("still: True, True", steps, StringComparison.Ordinal);
    }
}
