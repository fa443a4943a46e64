using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Learning;

/// <summary>Recordings cut into subsequences, dealt out in shuffled minibatches. Recordings may differ in length.</summary>
public sealed class Minibatches
{
    private readonly IReadOnlyList<Tensor> sequences;
    private readonly IReadOnlyList<bool[]?> missing;
    private readonly IReadOnlyList<int[]?> labels;
    private readonly long[] frameCounts;
    private readonly int[] order;
    private readonly int seed;
    private string? checksum;
    private Random random;
    private readonly IReadOnlyList<(int Sequence, int Start, int Length)> pieces;

    /// <param name="sequences">Observations, float32 [T_i, D]; not empty.</param>
    /// <param name="length">Longest subsequence, frames; recordings are cut into near-equal pieces up to this long.</param>
    /// <param name="batchSize">Subsequences in a minibatch.</param>
    /// <param name="seed">Seed of the shuffling.</param>
    /// <param name="missing">Which frames are missing, or null, for each sequence; absent when none are.</param>
    /// <param name="labels">Known discrete states of each sequence, −1 where the state of a frame is not known, or null; absent when none are known.</param>
    /// <exception cref="ArgumentException">There is no sequence, a sequence is empty, or sizes differ.</exception>
    public Minibatches(
        IReadOnlyList<Tensor> sequences, int length, int batchSize, int seed, IReadOnlyList<bool[]?>? missing = null,
        IReadOnlyList<int[]?>? labels = null)
    {
        if (sequences.Count == 0) throw new ArgumentException("sequences: expected at least one recording, got none");
        if (length < 1 || batchSize < 1) throw new ArgumentException($"length and batchSize: must be at least 1, got {length} and {batchSize}");
        for (int i = 0; i < sequences.Count; i++)
        {
            Guard.Shape(sequences[i], $"sequences[{i}]", ("time", -1), ("observed", sequences[0].shape[^1]));
            if (sequences[i].shape[0] == 0) throw new ArgumentException($"sequences[{i}]: has no frames; leave it out");
            Guard.Finite(sequences[i], $"sequences[{i}]", "mark the frame as missing, or replace the value");
        }
        (this.sequences, frameCounts) = (sequences, [.. sequences.Select(s => s.shape[0])]);
        this.missing = missing ?? [.. sequences.Select(_ => (bool[]?)null)];
        this.labels = labels ?? [.. sequences.Select(_ => (int[]?)null)];
        RequireLengths(this.missing, "missing");
        RequireLengths(this.labels, "labels");
        pieces = [.. frameCounts.SelectMany((count, i) => Cut(i, (int)count, length))];
        BatchSize = batchSize;
        Frames = frameCounts.Sum();
        this.seed = seed;
        order = new int[pieces.Count];
        Rewind(0);
    }

    /// <summary>Seed of the shuffling.</summary>
    internal int Seed => seed;

    /// <summary>Subsequences in a minibatch.</summary>
    public int BatchSize { get; }

    /// <summary>Frames in all recordings together.</summary>
    public long Frames { get; }

    /// <summary>Minibatches in an epoch.</summary>
    public int PerEpoch => (pieces.Count + BatchSize - 1) / BatchSize;

    /// <summary>How many recordings there are.</summary>
    public int Recordings => sequences.Count;

    /// <summary>Subsequences in all recordings together.</summary>
    public int Pieces => pieces.Count;

    /// <summary>Epochs dealt so far.</summary>
    public int Epochs { get; private set; }

    /// <summary>One epoch, in a new random order; each batch is disposed when the next is asked for.</summary>
    /// <param name="skip">Batches at its beginning to leave out.</param>
    public IEnumerable<Batch> Epoch(int skip = 0)
    {
        random.Shuffle(order);
        Epochs++;
        for (int i = skip * BatchSize; i < order.Length; i += BatchSize)
        {
            using var scope = NewDisposeScope();
            yield return Gather([.. order.Skip(i).Take(BatchSize).Select(o => pieces[o])]);
        }
    }

    /// <summary>A number that changes with the observations, the gaps, the known states and the order of the recordings; made when first asked for.</summary>
    internal string Checksum => checksum ??= Sum();

    private string Sum()
    {
        using var scope = NewDisposeScope();
        ulong sum = 0;
        void Add(long part) => sum = sum * 0x9E3779B97F4A7C15 + (ulong)part; // modulo 2⁶⁴
        for (int i = 0; i < sequences.Count; i++)
        {
            Tensor y = sequences[i].cpu().to(ScalarType.Float32).contiguous();
            foreach (int bits in MemoryMarshal.Cast<byte, int>(y.bytes)) Add(bits);
            foreach (bool gone in missing[i] ?? []) Add(gone ? 1 : 0);
            foreach (int state in labels[i] ?? []) Add(state);
        }
        return sum.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>Goes to where the dealing stood after this many epochs.</summary>
    [MemberNotNull(nameof(random))]
    internal void Rewind(int epochs)
    {
        random = new Random(seed);
        for (int i = 0; i < order.Length; i++) order[i] = i;
        for (int i = 0; i < epochs; i++) random.Shuffle(order);
        Epochs = epochs;
    }

    /// <summary>Every recording whole, in order: for inference after training.</summary>
    /// <param name="frames">Recordings are batched while they have at most this many frames together, padding counted; by default each is on its own.</param>
    public IEnumerable<Batch> Whole(long frames = 0)
    {
        for (int i = 0, next; i < sequences.Count; i = next)
        {
            long longest = sequences[i].shape[0];
            for (next = i + 1; next < sequences.Count; next++)
            {
                longest = Math.Max(longest, sequences[next].shape[0]);
                if (longest * (next + 1 - i) > frames) break;
            }
            using var scope = NewDisposeScope();
            yield return Gather([.. Enumerable.Range(i, next - i).Select(j => (j, 0, (int)sequences[j].shape[0]))]);
        }
    }

    private Batch Gather((int Sequence, int Start, int Length)[] chosen)
    {
        int longest = chosen.Max(c => c.Length);
        Tensor y = stack([.. chosen.Select(c => Pad(Piece(c), c.Length, longest))]);
        Tensor lengths = tensor(chosen.Select(c => (long)c.Length).ToArray(), device: y.device);
        return new Batch(y, lengths, Observed(chosen, longest).to(y.device), (double)Frames / chosen.Sum(c => c.Length)) { Labels = Labels(chosen, longest)?.to(y.device) };
    }

    private Tensor? Labels((int Sequence, int Start, int Length)[] chosen, int longest)
    {
        if (chosen.All(c => labels[c.Sequence] is null)) return null;
        var known = new long[chosen.Length, longest];
        for (int i = 0; i < chosen.Length; i++)
            for (int t = 0; t < longest; t++)
                known[i, t] = labels[chosen[i].Sequence] is { } z && t < chosen[i].Length ? z[chosen[i].Start + t] : -1;
        return tensor(known);
    }

    private void RequireLengths<T>(IReadOnlyList<T[]?> values, string symbol)
    {
        if (values.Count != sequences.Count) throw new ArgumentException($"{symbol}: expected {sequences.Count} entries, one for each sequence, got {values.Count}");
        for (int i = 0; i < values.Count; i++)
            if (values[i] is { } v && v.Length != sequences[i].shape[0])
                throw new ArgumentException($"{symbol}[{i}]: expected {sequences[i].shape[0]} frames as in sequences[{i}], got {v.Length}");
    }

    private Tensor Piece((int Sequence, int Start, int Length) piece) =>
        piece.Length == frameCounts[piece.Sequence] ? sequences[piece.Sequence] : sequences[piece.Sequence].narrow(0, piece.Start, piece.Length);

    private static Tensor Pad(Tensor piece, int length, int longest) => length == longest ? piece : nn.functional.pad(piece, [0, 0, 0, longest - length]);

    private Tensor Observed((int Sequence, int Start, int Length)[] chosen, int longest)
    {
        var observed = new float[chosen.Length, longest];
        for (int i = 0; i < chosen.Length; i++)
            for (int t = 0; t < chosen[i].Length; t++)
                observed[i, t] = missing[chosen[i].Sequence] is { } gone && gone[chosen[i].Start + t] ? 0 : 1;
        return tensor(observed);
    }

    /// <summary>Near-equal pieces: 401 frames at most 200 long give 134, 134 and 133, not 200, 200 and 1.</summary>
    private static IEnumerable<(int, int, int)> Cut(int sequence, int frames, int length)
    {
        int count = (frames + length - 1) / length;
        for (int i = 0; i < count; i++)
        {
            int start = (int)((long)frames * i / count), end = (int)((long)frames * (i + 1) / count);
            yield return (sequence, start, end - start);
        }
    }
}
