using System.IO.Compression;
using Svae.Workbench.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data;

public class RecordingsTests
{
    private static void Npz(string path, params (string, byte[])[] arrays) => File.WriteAllBytes(path, NpyWriter.Archive(arrays));

    private static RecordingProblem OnlyProblem(string patterns)
    {
        RecordingSet set = Recordings.Load(patterns);
        Assert.Empty(set.Loaded);
        return Assert.Single(set.Problems);
    }

    [Fact]
    public void An_archive_with_doc_range_labels_and_names_is_one_recording_a_sequence()
    {
        using TemporaryFolder folder = new();
        using var scope = NewDisposeScope();
        Npz(folder["moves.npz"], ("X", NpyWriter.Floats("(5, 2)", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)), ("Xprev", NpyWriter.Floats("(5, 2)", new float[10])),
            ("doc_range", NpyWriter.Ints("(3,)", 0, 2, 5)), ("TrueZ", NpyWriter.Ints("(5,)", 1, 2, 2, 1, 1)),
            ("true_state_names", NpyWriter.Unicode(4, "jog", "Höhe")));
        RecordingSet set = Recordings.Load(folder["moves.npz"]);
        Assert.Empty(set.Problems);
        Assert.Equal(["moves[0]", "moves[1]"], set.Loaded.Select(r => r.Name));
        Assert.Equal([4f, 5, 6, 7, 8, 9], set.Loaded[1].Features!.data<float>().ToArray());
        Assert.Equal([1, 0, 0], set.Loaded[1].Labels!);
        Assert.Equal(["jog", "Höhe"], set.Loaded[1].LabelNames!);
    }

    [Theory]
    [InlineData("<f8"), InlineData(">f8"), InlineData("<f4"), InlineData(">f4"), InlineData("|i1"), InlineData("|u1"), InlineData("<i2"), InlineData(">i2")]
    [InlineData("<u2"), InlineData(">u2"), InlineData("<i4"), InlineData(">i4"), InlineData("<i8"), InlineData(">i8"), InlineData("<u4"), InlineData("|b1")]
    public void Every_number_type_byte_order_and_version_is_read(string descr)
    {
        using TemporaryFolder folder = new();
        using var scope = NewDisposeScope();
        int[] values = descr == "|b1" ? [1, 0, 1, 1, 0, 1] : [1, 2, 3, 40, 5, 6];
        byte[] data = [.. values.SelectMany(v => Encode(descr, v))];
        foreach (byte version in (byte[])[1, 2, 3])
        {
            File.WriteAllBytes(folder["a.npy"], NpyWriter.Array(descr, "(3, 2)", data, version: version));
            Recording read = Assert.Single(Recordings.Load(folder["a.npy"]).Loaded);
            Assert.Equal([3L, 2], read.Features!.shape);
            Assert.Equal(values.Select(v => (float)v), read.Features.data<float>().ToArray());
        }
        File.WriteAllBytes(folder["a.npy"], NpyWriter.Array(descr, "(3, 2)", data, fortran: true));
        float[] f = [.. values];
        Assert.Equal([f[0], f[3], f[1], f[4], f[2], f[5]], Assert.Single(Recordings.Load(folder["a.npy"]).Loaded).Features!.data<float>().ToArray());
    }

    private static byte[] Encode(string descr, int value)
    {
        byte[] bytes = descr[1..] switch
        {
            "f8" => BitConverter.GetBytes((double)value),
            "f4" => BitConverter.GetBytes((float)value),
            var d => BitConverter.GetBytes((long)value)[..(d[1] - '0')],
        };
        return descr[0] == '>' ? [.. bytes.Reverse()] : bytes;
    }

    [Fact]
    public void Frames_with_a_NaN_are_marked_missing_and_hold_zeros()
    {
        using TemporaryFolder folder = new();
        using var scope = NewDisposeScope();
        File.WriteAllBytes(folder["a.npy"], NpyWriter.Floats("(3, 2)", 1, 2, float.NaN, 4, 5, 6));
        Recording read = Assert.Single(Recordings.Load(folder["a.npy"]).Loaded);
        Assert.Equal([false, true, false], read.Missing!);
        Assert.Equal([1f, 2, 0, 0, 5, 6], read.Features!.data<float>().ToArray());
    }

    [Fact]
    public void Depth_frames_of_any_number_type_become_whole_millimetres()
    {
        using TemporaryFolder folder = new();
        using var scope = NewDisposeScope();
        Npz(folder["v.npz"], ("anything", NpyWriter.Floats("(2, 1, 2)", -3, 20.4f, 40.6f, 0)), ("lengths", NpyWriter.Ints("(2,)", 1, 1)));
        RecordingSet set = Recordings.Load(folder["v.npz"]);
        Assert.Equal(2, set.Loaded.Count);
        Assert.Equal(ScalarType.Byte, set.Loaded[0].Frames!.dtype);
        Assert.Equal([0, 20], set.Loaded[0].Frames!.bytes.ToArray());
        Assert.Equal([41, 0], set.Loaded[1].Frames!.bytes.ToArray());
    }

    [Fact]
    public void What_can_be_read_is_loaded_in_natural_order_and_the_rest_is_listed()
    {
        using TemporaryFolder folder = new();
        using var scope = NewDisposeScope();
        byte[] good = NpyWriter.Floats("(2, 1)", 1, 2);
        foreach (string name in (string[])["s10/proc/results_00.npy", "s9/proc/results_00.npy", "s9/proc/results_01.npy"]) File.WriteAllBytes(folder[name], good);
        File.WriteAllBytes(folder["s9/proc/results_02.npy"], good[..^3]);
        File.WriteAllText(folder["s9/readme.txt"], "hello");
        RecordingSet set = Recordings.Load($"{folder.Path}/s*/**/results_0?.npy; {folder.Path}");
        Assert.Equal(["s9/results_00", "s9/results_01", "s10"], set.Loaded.Select(r => r.Name));
        Assert.Contains("cut short", Assert.Single(set.Problems).Problem);
        Assert.Equal(["s9/results_00", "s9/results_01", "s10"], Recordings.Load($"{folder.Path}/s*/proc/*.npy").Loaded.Select(r => r.Name));
        Assert.Equal(["s10"], Recordings.Load($"{folder.Path}/s[!9]*/*/results_00.npy").Loaded.Select(r => r.Name));
        Assert.Equal(3, Recordings.Load($"{folder.Path}/**").Loaded.Count);
        Assert.Equal(3, Recordings.Load($"{folder.Path}/s*").Loaded.Count);
    }

    [Fact]
    public void Patterns_that_match_nothing_say_so()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("no such file", OnlyProblem(folder["none.h5"]).Problem);
        Assert.Contains("no file matches", OnlyProblem(folder["none*.h5"]).Problem);
        Assert.Contains("no file matches", OnlyProblem(Path.Combine(folder.Path, "no/such/*/folder.h5")).Problem);
        Assert.Contains("holds no", OnlyProblem(folder.Path).Problem);
        Assert.Contains("no file, folder or pattern", OnlyProblem(" ; ").Problem);
    }

    [Fact]
    public void Empty_foreign_and_misnamed_files_say_what_they_are_not()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["empty.h5"], []);
        File.WriteAllText(folder["text.h5"], "this is a text file, and a long enough one to be looked at");
        File.WriteAllText(folder["short.npz"], "P");
        File.WriteAllText(folder["text.npy"], "this is a text file");
        File.WriteAllText(folder["table.csv"], "a,b\n1,2");
        Npz(folder["nothing.npz"]);
        Assert.Contains("empty", OnlyProblem(folder["empty.h5"]).Problem);
        Assert.Contains("not an HDF5 file", OnlyProblem(folder["text.h5"]).Problem);
        Assert.Contains("not an .npz file", OnlyProblem(folder["short.npz"]).Problem);
        Assert.Contains("not a NumPy array", OnlyProblem(folder["text.npy"]).Problem);
        Assert.Contains("not a recording", OnlyProblem(folder["table.csv"]).Problem);
        Assert.Contains("no arrays", OnlyProblem(folder["nothing.npz"]).Problem);
    }

    public static TheoryData<string, string> WrongArrays => new()
    {
        { "X|(0, 3)|0", "nothing in it" },
        { "X|(4,)|4", "[T, D]" },
        { "frames|(2, 2)|4", "[T, H, W]" },
        { "a|(2, 2)|4;b|(2, 2)|4", "several arrays" },
        { "X|(2, 2)|4;labels|(3,)|3", "labels are 2 whole numbers" },
        { "X|(2, 2)|4;doc_range|(2,)|2", "must rise from 0" },
        { "X|(2, 2)|4;lengths|(1,)|1", "sum to the number of frames" },
        { "X|(99999999, 99999999)|4", "2 GB" },
        { "X|(2, 9999)|4", "cut short" },
    };

    [Theory, MemberData(nameof(WrongArrays))]
    public void A_wrong_array_gets_one_line(string arrays, string problem)
    {
        using TemporaryFolder folder = new();
        Npz(folder["a.npz"], [.. arrays.Split(';').Select(a => a.Split('|')).Select(p => (p[0], NpyWriter.Ints(p[1], [.. Enumerable.Range(7, int.Parse(p[2]))])))]);
        RecordingProblem found = OnlyProblem(folder["a.npz"]);
        Assert.Contains(problem, found.ToString());
        Assert.DoesNotContain('\n', found.ToString());
    }

    [Fact]
    public void An_array_whose_bytes_changed_on_the_way_is_refused()
    {
        using TemporaryFolder folder = new();
        byte[] whole = NpyWriter.Archive(CompressionLevel.NoCompression, ("X", NpyWriter.Floats("(2, 2)", 1, 2, 3, 4)));
        int value = whole.AsSpan().IndexOf(BitConverter.GetBytes(3f));
        Assert.True(value > 0, "the archive is expected to hold so few bytes as they are");
        whole[value + 2] ^= 1;
        File.WriteAllBytes(folder["a.npz"], whole);
        Assert.Contains("checksum", OnlyProblem(folder["a.npz"]).Problem);
    }

    [Fact]
    public void Python_objects_and_text_are_refused_by_name()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["o.npy"], NpyWriter.Array("|O", "(2, 2)", new byte[32]));
        File.WriteAllBytes(folder["u.npy"], NpyWriter.Unicode(3, "a", "b"));
        Assert.Contains("objects", OnlyProblem(folder["o.npy"]).Problem);
        Assert.Contains("text", OnlyProblem(folder["u.npy"]).Problem);
    }
}
