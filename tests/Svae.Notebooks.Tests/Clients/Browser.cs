using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Svae.Notebooks.Tests.Clients;

/// <summary>Chromium without a window, driven by its DevTools protocol (chromedevtools.github.io/devtools-protocol).</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly HttpClient http = new();
    private readonly Process process;
    private readonly string port;

    private Browser(Process process, string port) => (this.process, this.port) = (process, port);

    public static async Task<Browser> StartAsync(ClientHome home, string program)
    {
        string profile = Directory.CreateDirectory(Path.Combine(home.Folder, "profile-" + Guid.NewGuid().ToString("N")[..8])).FullName, active = Path.Combine(profile, "DevToolsActivePort");
        var process = home.Start(program,
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--window-size=1100,1400",
             "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank"]);
        _ = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await Waiting.UntilAsync("the browser", TimeSpan.FromSeconds(60), () => Task.FromResult(File.Exists(active) && File.ReadAllLines(active).Length > 1));
        return new Browser(process, (await File.ReadAllLinesAsync(active))[0]);
    }

    public async Task<BrowserPage> OpenAsync(string address, bool scripts = true)
    {
        using var answer = await http.PutAsync(new Uri($"http://127.0.0.1:{port}/json/new?about:blank"), null);
        var target = await answer.Content.ReadFromJsonAsync<JsonObject>();
        var page = await BrowserPage.ConnectAsync((string)target!["webSocketDebuggerUrl"]!);
        if (!scripts) await page.SendAsync("Emulation.setScriptExecutionDisabled", new JsonObject { ["value"] = true });
        await page.SendAsync("Page.navigate", new JsonObject { ["url"] = address });
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
    }
}

/// <summary>One page: what it shows is asked for in its own language.</summary>
internal sealed class BrowserPage : IDisposable
{
    private readonly ClientWebSocket socket = new();
    private int lastId;

    public static async Task<BrowserPage> ConnectAsync(string address)
    {
        var page = new BrowserPage();
        await page.socket.ConnectAsync(new Uri(address), default);
        await page.SendAsync("Page.enable");
        return page;
    }

    /// <summary>Sends a command and waits for its result; events in between are not looked at.</summary>
    public async Task<JsonObject> SendAsync(string method, JsonObject? parameters = null)
    {
        int id = ++lastId;
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] });
        await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, default);
        while (true)
        {
            var answer = await ReceiveAsync();
            if ((int?)answer["id"] != id) continue;
            return answer["result"] as JsonObject ?? throw new InvalidOperationException($"{method}: {answer["error"]?.ToJsonString()}");
        }
    }

    /// <summary>The value of an expression as text.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new JsonObject { ["expression"] = $"String({expression})", ["returnByValue"] = true });
        return answer["exceptionDetails"] is { } error ? throw new InvalidOperationException($"{expression}: {error.ToJsonString()}") : (string?)answer["result"]?["value"] ?? "";
    }

    /// <summary>Waits until an expression is true; one that cannot be evaluated yet is not.</summary>
    public Task UntilAsync(string expression, int seconds = 60) => Waiting.UntilAsync(expression, TimeSpan.FromSeconds(seconds), async () =>
    {
        try { return await EvaluateAsync($"Boolean({expression})") == "true"; }
        catch (InvalidOperationException) { return false; }
    });

    /// <summary>Presses a button as a user does: with the mouse, at the place where it is, once nothing lies over it (a dialogue that fades out takes the press).</summary>
    public async Task ClickAsync(string selector)
    {
        string place = $"(function(b){{var r=b.getBoundingClientRect();return [r.x + r.width / 2, r.y + r.height / 2]}})(document.querySelector('{selector}'))";
        await UntilAsync($"document.querySelector('{selector}').contains(document.elementFromPoint(...{place}))");
        var at = JsonNode.Parse(await EvaluateAsync($"JSON.stringify({place})"))!;
        foreach (string type in (string[])["mousePressed", "mouseReleased"])
            await SendAsync("Input.dispatchMouseEvent", new JsonObject
            {
                ["type"] = type, ["x"] = (double)at[0]!, ["y"] = (double)at[1]!, ["button"] = "left", ["clickCount"] = 1,
            });
    }

    /// <summary>Keeps a picture of the page in the folder that the environment variable SVAE_SCREENSHOTS names; without it, none.</summary>
    public async Task PhotographAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("SVAE_SCREENSHOTS") is not { Length: > 0 } folder) return;
        var picture = await SendAsync("Page.captureScreenshot");
        await File.WriteAllBytesAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, name + ".png"), Convert.FromBase64String((string)picture["data"]!));
    }

    public void Dispose() => socket.Dispose();

    private async Task<JsonObject> ReceiveAsync()
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, default);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!.AsObject();
    }
}

internal static class Waiting
{
    public static async Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (clock.Elapsed > limit) throw new TimeoutException($"after {limit.TotalSeconds:0} s still not: {what}");
            await Task.Delay(50);
        }
    }
}
