using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using NetMQ;
using NetMQ.Sockets;
using Svae.Notebooks.Kernel;
using Svae.Notebooks.Tests.Clients;
using Xunit;

namespace Svae.Notebooks.Tests.Kernel;

/// <summary>The socket against NetMQ's implementation of the protocol, and against peers that do not keep to it. One test fills the pool, so they run one at a time.</summary>
[Collection("measured")]
public sealed class ThreadedRouterTests : IDisposable
{
    private const int Longest = 1 << 20;
    private readonly int port = ClientHome.FreePort();
    private readonly ThreadedRouter socket;
    private readonly ConcurrentQueue<byte[]> identities = new();

    public ThreadedRouterTests()
    {
        socket = new ThreadedRouter("127.0.0.1", port, Longest);
        socket.Received = frames =>
        {
            identities.Enqueue(frames[0]);
            socket.Send(frames);
        };
        socket.Start();
    }

    public void Dispose() => socket.Dispose();

    [Fact]
    public void Messages_of_any_shape_come_back_as_they_were()
    {
        var random = new Random(11);
        using var dealer = Connected();
        for (int i = 0; i < 200; i++)
        {
            // Around 255 the length of a frame goes from one byte to eight.
            byte[][] sent = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Bytes(random, random.Next(4) == 0 ? random.Next(250, 260) : random.Next(70_000)))];
            Assert.Equal(sent, Echo(dealer, sent));
        }
    }

    [Fact]
    public void Each_client_gets_its_own_answers()
    {
        using DealerSocket first = Connected(), second = Connected();
        first.SendFrame("first");
        second.SendFrame("second");
        Assert.Equal(["first", "second"], new[] { first, second }.Select(dealer => dealer.ReceiveFrameString()));
        Assert.Equal(2, identities.Distinct(ByteArrays).Count());
    }

    [Fact]
    public void A_client_is_addressed_by_the_identity_that_it_names_and_so_is_its_next_connection()
    {
        byte[] name = [7, 0, 200, 9];
        using (DealerSocket before = Connected(name)) Assert.Equal([[1]], Echo(before, [1]));
        using DealerSocket first = Connected(name), other = Connected();
        Assert.Equal([[2]], Echo(first, [2]));
        Assert.Equal([[3]], Echo(other, [3]));
        Assert.Equal([name, name], identities.Take(2));
        Assert.Equal(0, identities.Last()[0]);
        using DealerSocket second = Connected(name);
        Assert.Equal([[4]], Echo(second, [4]));
        Assert.False(first.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(200), out _));
    }

    [Fact]
    public void A_message_arrives_while_the_pool_is_full()
    {
        using var dealer = Connected();
        using var stop = new CancellationTokenSource();
        var options = new ParallelOptions { CancellationToken = stop.Token };
        var loop = Task.Factory.StartNew(() => Parallel.For(0, int.MaxValue, options, _ => Thread.SpinWait(10_000)), TaskCreationOptions.LongRunning);
        Thread.Sleep(500);
        var clock = Stopwatch.StartNew();
        dealer.SendFrame("stop");
        // NetMQ's own end of the connection waits for the pool, so what counts is when the message is heard.
        Assert.True(SpinWait.SpinUntil(() => !identities.IsEmpty, TimeSpan.FromSeconds(30)));
        var heard = clock.Elapsed;
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => loop.GetAwaiter().GetResult());
        Assert.InRange(heard.TotalSeconds, 0, 2);
    }

    [Fact]
    public void Ten_thousand_mutated_connections_leave_it_listening()
    {
        byte[] greeting = [0xFF, .. new byte[8], 0x7F, 3, 0, .. "NULL"u8, .. new byte[48]];
        byte[] properties = [11, .. "Socket-Type"u8, 0, 0, 0, 6, .. "DEALER"u8, 8, .. "Identity"u8, 0, 0, 0, 2, 65, 66];
        byte[] good = [.. greeting, 4, (byte)(6 + properties.Length), 5, .. "READY"u8, .. properties, 1, 2, 7, 7, 0, 1, 9];
        var random = new Random(12);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] sent = [.. good];
            for (int edits = random.Next(1, 5); edits > 0; edits--) sent[random.Next(sent.Length)] = (byte)random.Next(256);
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            client.Connect("127.0.0.1", port);
            client.Send(sent.AsSpan(0, random.Next(sent.Length + 1)));
        }
        using var dealer = Connected();
        Assert.Equal([[1, 2, 3]], Echo(dealer, [1, 2, 3]));
    }

    [Fact]
    public void A_message_that_is_too_long_ends_its_connection_only()
    {
        using var tooLong = Connected();
        using var other = Connected();
        tooLong.SendFrame(new byte[Longest + 1]);
        Assert.False(tooLong.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(500), out _));
        Assert.Equal([[5]], Echo(other, [5]));
    }

    private static readonly EqualityComparer<byte[]> ByteArrays = EqualityComparer<byte[]>.Create((a, b) => a!.AsSpan().SequenceEqual(b), bytes => bytes[^1]);

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[][] Echo(DealerSocket dealer, params byte[][] frames)
    {
        dealer.SendMultipartBytes(frames);
        NetMQMessage? answer = null;
        Assert.True(dealer.TryReceiveMultipartMessage(TimeSpan.FromSeconds(30), ref answer));
        return [.. answer!.Select(frame => frame.ToByteArray())];
    }

    private DealerSocket Connected(byte[]? identity = null)
    {
        var dealer = new DealerSocket();
        if (identity is not null) dealer.Options.Identity = identity;
        dealer.Connect($"tcp://127.0.0.1:{port}");
        return dealer;
    }
}
