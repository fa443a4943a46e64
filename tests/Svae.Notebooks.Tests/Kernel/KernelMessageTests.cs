using Svae.Notebooks.Kernel;
using Xunit;

namespace Svae.Notebooks.Tests.Kernel;

public sealed class KernelMessageTests
{
    private static readonly KernelMessage Sample = KernelMessage.Answer(null, "execute_request", new() { ["code"] = "1 + ü" }, "session", [[1, 2], [3]]);

    [Fact]
    public void A_message_survives_the_wire()
    {
        var read = KernelMessage.Decode(Sample.Encode("key"), "key");
        Assert.Equal("execute_request", read.Type);
        Assert.Equal("1 + ü", (string?)read.Content["code"]);
        Assert.Equal([1, 2], read.Identities[0]);
    }

    [Fact]
    public void The_signature_is_that_of_the_standard() // RFC 4231, test case 2, over four parts
    {
        byte[][] frames = [.. new KernelMessage([], [], [], [], []).Encode("Jefe")];
        string expected = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData("Jefe"u8, "{}{}{}{}"u8));
        Assert.Equal(expected, System.Text.Encoding.ASCII.GetString(frames[1]));
    }

    [Fact]
    public void Ten_thousand_mutated_messages_are_refused_or_read_but_never_crash()
    {
        byte[][] frames = [.. Sample.Encode("")];
        var random = new Random(20_260);
        for (int i = 0; i < 10_000; i++)
        {
            var mutated = frames.Select(frame => frame.ToList()).ToList();
            for (int edits = random.Next(1, 7); edits > 0; edits--)
            {
                int which = random.Next(mutated.Count), how = random.Next(3);
                var frame = mutated[which];
                if (how == 0 && frame.Count > 0) frame[random.Next(frame.Count)] = (byte)random.Next(256);
                else if (how == 1) frame.Insert(random.Next(frame.Count + 1), (byte)random.Next(256));
                else if (mutated.Count > 1) mutated.RemoveAt(which);
            }
            try { KernelMessage.Decode(mutated.Select(frame => frame.ToArray()).ToArray(), ""); }
            catch (MalformedMessageException) { }
        }
    }
}
