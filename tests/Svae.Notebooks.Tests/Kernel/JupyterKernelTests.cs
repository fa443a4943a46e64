using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Kernel;
using Xunit;

namespace Svae.Notebooks.Tests.Kernel;

/// <summary>The kernel over its real sockets. Console.In is the process's, so these run one at a time.</summary>
[Collection("measured")]
public sealed class JupyterKernelTests : IAsyncDisposable
{
    private readonly KernelClient client = new();

    public ValueTask DisposeAsync() => client.DisposeAsync();

    [Fact]
    public void A_cell_publishes_busy_input_output_result_and_idle()
    {
        client.Run("int a = 20;");
        var (reply, published) = client.Run("Console.Write(\"hello\"); display(\"shown\"); a + 22");
        Assert.Equal("ok", Json.String(reply.Content["status"]));
        Assert.Equal(2, Json.Int(reply.Content["execution_count"]));
        Assert.Equal(["status", "execute_input", "stream", "display_data", "execute_result", "status"], published.Select(message => message.Type));
        Assert.Equal("hello", Json.String(published[2].Content["text"]));
        Assert.Equal("42", Json.String(published[4].Content["data"]!["text/plain"]));
        Assert.All(published, message => Assert.Equal(Json.String(reply.Parent["msg_id"]), Json.String(message.Parent["msg_id"])));
    }

    [Fact]
    public void An_error_names_cell_and_line_and_aborts_what_was_sent_with_it()
    {
        client.Submit("int x = 0;\nint y = 1 / x;");
        client.Submit("1");
        client.Submit("2");
        var first = client.Reply();
        Assert.Equal("error", Json.String(first.Content["status"]));
        Assert.Contains("cell 1, line 2", first.Content["traceback"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["aborted", "aborted"], new[] { client.Reply(), client.Reply() }.Select(reply => Json.String(reply.Content["status"])));
        client.Published(200);
        Assert.Equal("ok", Json.String(client.Run("x").Reply.Content["status"]));
    }

    [Fact]
    public void An_interrupt_stops_the_cell_and_keeps_the_session()
    {
        client.Run("int kept = 7;");
        client.Submit("while (true) { }");
        Thread.Sleep(1500);
        var clock = Stopwatch.StartNew();
        Assert.Equal("interrupt_reply", client.AskControl("interrupt_request").Type);
        Assert.Equal("Interrupted", Json.String(client.Reply().Content["ename"]));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
        client.Published(200);
        Assert.Equal("7", Json.String(client.Run("kept").Published[^2].Content["data"]!["text/plain"]));
    }

    [Fact]
    public void A_display_can_be_updated_and_output_cleared()
    {
        var (_, first) = client.Run("var place = display(\"one\");");
        var (_, second) = client.Run("place.Update(\"two\"); clear_output(true);");
        string id = Json.String(first.Single(message => message.Type == "display_data").Content["transient"]!["display_id"])!;
        var update = second.Single(message => message.Type == "update_display_data");
        Assert.Equal((id, "two"), (Json.String(update.Content["transient"]!["display_id"]), Json.String(update.Content["data"]!["text/plain"])));
        Assert.True(Json.IsTrue(second.Single(message => message.Type == "clear_output").Content["wait"]));
    }

    [Fact]
    public void A_cell_can_ask_the_user()
    {
        client.Submit("Console.ReadLine() + \"!\"");
        client.AnswerQuestion("yes");
        Assert.Equal("ok", Json.String(client.Reply().Content["status"]));
        Assert.Contains(client.Published(200), message => message.Type == "execute_result" && Json.String(message.Content["data"]!["text/plain"]) == "yes!");
    }

    [Fact]
    public void Completion_inspection_and_completeness_know_the_session()
    {
        client.Run("var listing = new List<int>();");
        var members = client.Ask("complete_request", new JsonObject { ["code"] = "𝒩 = 1; listing.Cou", ["cursor_pos"] = 18 });
        Assert.Contains("Count", members.Content["matches"]!.AsArray().Select(Json.String));
        Assert.Equal((15, 18), (Json.Int(members.Content["cursor_start"]), Json.Int(members.Content["cursor_end"])));
        var names = client.Ask("complete_request", new JsonObject { ["code"] = "listi", ["cursor_pos"] = 5 });
        Assert.Contains("listing", names.Content["matches"]!.AsArray().Select(Json.String));
        var inspected = client.Ask("inspect_request", new JsonObject { ["code"] = "listing", ["cursor_pos"] = 7 });
        Assert.Contains("List<int>", Json.String(inspected.Content["data"]!["text/plain"]), StringComparison.Ordinal);
        foreach (var (code, status) in new[] { ("1 + 1", "complete"), ("for (;;) {", "incomplete"), ("int 3x = 4;", "invalid") })
            Assert.Equal(status, Json.String(client.Ask("is_complete_request", new JsonObject { ["code"] = code }).Content["status"]));
        Assert.Single(client.Ask("history_request", new JsonObject { ["hist_access_type"] = "tail", ["n"] = 10 }).Content["history"]!.AsArray());
        Assert.Equal("5.3", Json.String(client.Ask("kernel_info_request").Content["protocol_version"]));
    }

    [Fact]
    public void Malformed_messages_are_refused_and_the_kernel_lives_on()
    {
        var random = new Random(5);
        byte[][] good = [.. KernelMessage.Answer(null, "execute_request", new JsonObject { ["code"] = "throw new Exception();" }, "x", []).Encode("another key")];
        client.SendRaw(good);
        for (int i = 0; i < 300; i++)
        {
            byte[][] frames = good.Select(frame => frame.ToArray()).ToArray();
            byte[] frame = frames[random.Next(frames.Length)];
            if (frame.Length > 0) frame[random.Next(frame.Length)] = (byte)random.Next(256);
            client.SendRaw(frames[..random.Next(1, frames.Length + 1)]);
        }
        Assert.Equal("2", Json.String(client.Run("1 + 1").Published[^2].Content["data"]!["text/plain"]));
        Assert.True(client.HeartIsBeating());
    }

    [Fact]
    public void Two_thousand_mutated_requests_are_answered_or_refused_and_the_kernel_lives_on()
    {
        var random = new Random(20_262);
        // Those that compile take longer, so there are fewer of them.
        string[] quick = ["kernel_info_request", "history_request", "comm_info_request", "comm_open", "is_complete_request", "input_reply"];
        string[] slow = ["complete_request", "inspect_request"];
        int answers = 0;
        for (int i = 0; i < 2_000; i++)
        {
            string type = i % 50 == 0 ? slow[random.Next(slow.Length)] : quick[random.Next(quick.Length)];
            var content = new JsonObject
            {
                ["code"] = "x.Le", ["cursor_pos"] = 4, ["n"] = 3, ["hist_access_type"] = "search", ["pattern"] = "*a?", ["start"] = -1, ["stop"] = 2, ["comm_id"] = "c",
            };
            var whole = KernelMessage.Answer(null, type, content, "client", []);
            byte[][] parts = new[] { whole.Header, whole.Parent, whole.Metadata, whole.Content }.Select(part => JsonSerializer.SerializeToUtf8Bytes(part)).ToArray();
            for (int edits = random.Next(0, 4); edits > 0; edits--)
            {
                byte[] part = parts[random.Next(parts.Length)];
                part[random.Next(part.Length)] = (byte)random.Next(32, 127);
            }
            client.SendSigned(parts);
            if (i % 100 == 0)
            {
                client.SendGarbage(random);
                answers += client.Drain(0);
            }
        }
        // Questions are answered in order, so this answer comes after all of theirs.
        Assert.Equal("kernel_info_reply", client.Ask("kernel_info_request").Type);
        Assert.InRange(answers + client.Drain(300), 500, int.MaxValue);
        Assert.Equal("2", Json.String(client.Run("1 + 1").Published[^2].Content["data"]!["text/plain"]));
        Assert.True(client.HeartIsBeating());
    }

    [Fact]
    public void What_a_cells_task_prints_after_the_cell_has_ended_still_arrives()
    {
        client.Run("var gate = new TaskCompletionSource(); _ = Task.Run(async () => { await gate.Task; Console.Write(\"late\"); });");
        client.Run("_ = Task.Delay(100).ContinueWith(_ => gate.SetResult());");
        Assert.Contains(client.Published(3000), message => message.Type == "stream" && Json.String(message.Content["text"]) == "late");
    }

    [Fact]
    public void Figures_bring_the_library_once_for_each_connected_page_and_take_it_back()
    {
        const string figure = "HTML(\"<div>Plotly</div>\")";
        var (_, first) = client.Run(figure);
        var (_, second) = client.Run(figure);
        client.Ask("kernel_info_request");
        client.Published(200);
        var (_, third) = client.Run(figure);
        string[] types = ["status", "execute_input", "display_data", "execute_result", "update_display_data", "status"];
        Assert.Equal(types, first.Select(message => message.Type));
        Assert.Equal(types.Except(["display_data", "update_display_data"]).Append("status"), second.Select(message => message.Type));
        Assert.Equal(types, third.Select(message => message.Type));
        Assert.Equal(Id(first[2]), Id(first[4]));
        Assert.True(Html(first[2]).Length > 1_000_000 && Html(first[4]).Length < 100);

        static string Id(KernelMessage message) => Json.String(message.Content["transient"]!["display_id"])!;
        static string Html(KernelMessage message) => Json.String(message.Content["data"]!["text/html"])!;
    }

    [Fact]
    public async Task Shutdown_ends_the_kernel()
    {
        Assert.Equal("shutdown_reply", client.AskControl("shutdown_request", new JsonObject { ["restart"] = false }).Type);
        await client.ServingEnds(TimeSpan.FromSeconds(10));
    }
}
