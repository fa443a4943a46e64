using System.Diagnostics;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Xunit;

namespace Svae.Notebooks.Tests.Clients;

/// <summary>What a user of the classic Notebook does, in a real browser: run, stop, restart, look at figures.</summary>
[Collection("measured")]
public sealed class ClassicNotebookTests(ClientHome home) : IClassFixture<ClientHome>, IAsyncLifetime
{
    private const string Figure = "new Figure(\"A parabola\") { Panels = [new Panel(\"x (s)\", \"y (m)\").Line([0.0, 1, 2, 3], [0.0, 1, 4, 9])] }";
    private const string RunButton = "#run_int button[data-jupyter-action=\"jupyter-notebook:run-cell-and-select-next\"]";
    private const string StopButton = "#run_int button[data-jupyter-action=\"jupyter-notebook:interrupt-kernel\"]";
    private const string RestartButton = "#run_int button[data-jupyter-action=\"jupyter-notebook:confirm-restart-kernel\"]";
    private readonly List<Process> servers = [];
    private Browser? browser;

    public async ValueTask InitializeAsync() => browser = await Browser.StartAsync(home, ClientHome.Required("chromium", "chromium", "chromium-browser", "google-chrome"));

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
            server.Dispose();
        }
        if (browser is not null) await browser.DisposeAsync();
    }

    [Fact]
    public async Task A_user_runs_stops_restarts_and_sees_a_live_figure()
    {
        Workspace.Notebook("int a = 6; Console.WriteLine(\"printed\"); a * 7", "while (true) { }", Figure, "a").Save(Path.Combine(home.Folder, "n.ipynb"));
        using var page = await OpenNotebookAsync("n.ipynb");
        await page.ClickAsync(RunButton);
        await page.UntilAsync($"{Output(0)}.includes('printed') && {Output(0)}.includes('42')");

        await page.ClickAsync(RunButton);
        await page.UntilAsync("Jupyter.notebook.kernel_busy");
        await Task.Delay(1000);
        var clock = Stopwatch.StartNew();
        await page.ClickAsync(StopButton);
        await page.UntilAsync($"{Output(1)}.includes('Interrupted')");
        TestContext.Current.TestOutputHelper?.WriteLine($"stop button: {clock.ElapsedMilliseconds} ms until the page says so");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 4);

        await page.EvaluateAsync("Jupyter.notebook.select(2)");
        await page.ClickAsync(RunButton);
        await page.UntilAsync($"{Element(2)}.querySelector('.svae-live .main-svg') && {Element(2)}.querySelector('.svae-still').style.display === 'none'");
        await page.PhotographAsync("classic-live");
        Assert.DoesNotContain("DecompressionStream", await page.EvaluateAsync("JSON.stringify(Jupyter.notebook.toJSON())"), StringComparison.Ordinal);

        // Until the restart begins, the page says that it is connected: to the old kernel.
        await page.EvaluateAsync("Jupyter.notebook.events.one('kernel_ready.Kernel', () => window.restarted = true)");
        await page.ClickAsync(RestartButton);
        await page.ClickAsync(".modal.in .btn-danger");
        await page.UntilAsync("window.restarted && !Jupyter.notebook.kernel_busy");
        await page.EvaluateAsync("Jupyter.notebook.select(3)");
        await page.ClickAsync(RunButton);
        await page.UntilAsync($"{Output(3)}.includes('CS0103')");
        await page.PhotographAsync("classic-restarted");
    }

    [Fact]
    public async Task Before_anything_has_run_a_stored_figure_shows_its_picture()
    {
        var notebook = await ExecutedAsync();
        notebook.Save(Path.Combine(home.Folder, "stored.ipynb"));
        using var page = await OpenNotebookAsync("stored.ipynb");
        Assert.Equal("false", await page.EvaluateAsync("Jupyter.notebook.trusted"));
        await page.UntilAsync($"[...{Element(0)}.querySelectorAll('img')].some(i => i.naturalWidth > 300 && i.getBoundingClientRect().width > 300)");
        await page.PhotographAsync("classic-untrusted");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exported_page_is_live_with_scripts_and_shows_the_picture_without(bool scripts)
    {
        string path = Path.Combine(home.Folder, "page.html");
        await ExecutedAsync(path);
        using var page = await browser!.OpenAsync(new Uri(path).AbsoluteUri, scripts);
        const string picture = "(function(i){return i && i.naturalWidth > 300 && i.getBoundingClientRect().width > 300})(document.querySelector('.svae-still img'))";
        await page.UntilAsync(scripts ? "document.querySelector('.svae-live .main-svg')" : picture);
        if (!scripts) Assert.Equal("0", await page.EvaluateAsync("document.querySelectorAll('.main-svg').length"));
        await page.PhotographAsync(scripts ? "page-live" : "page-without-scripts");
    }

    private static string Element(int cell) => $"Jupyter.notebook.get_cell({cell}).element[0]";

    private static string Output(int cell) => $"{Element(cell)}.querySelector('.output_wrapper').textContent";

    private static async Task<NotebookDocument> ExecutedAsync(string? html = null)
    {
        using var work = new Workspace();
        Assert.Equal(RunStatus.Succeeded, (await work.RunAsync(request => request with { Html = html is not null }, default, Figure)).Status);
        if (html is not null) File.Move(Path.Combine(work.Output, "n.html"), html, overwrite: true);
        return work.Executed;
    }

    private async Task<BrowserPage> OpenNotebookAsync(string name)
    {
        string program = ClientHome.Required("jupyter-notebook", "jupyter-notebook");
        int port = ClientHome.FreePort();
        var server = home.Start(program,
            ["--no-browser", "--allow-root", "--ip=127.0.0.1", $"--port={port}", "--NotebookApp.token=", "--NotebookApp.password=", $"--notebook-dir={home.Folder}"]);
        servers.Add(server);
        _ = Task.WhenAll(server.StandardOutput.ReadToEndAsync(), server.StandardError.ReadToEndAsync());
        using var http = new HttpClient();
        await Waiting.UntilAsync("the notebook server", TimeSpan.FromSeconds(60), async () =>
        {
            try { return (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/api"))).IsSuccessStatusCode; }
            catch (HttpRequestException) { return false; }
        });
        var page = await browser!.OpenAsync($"http://127.0.0.1:{port}/notebooks/{name}");
        await page.UntilAsync("Jupyter.notebook.kernel.is_connected() && Jupyter.notebook._fully_loaded && !Jupyter.notebook.kernel_busy");
        return page;
    }
}
