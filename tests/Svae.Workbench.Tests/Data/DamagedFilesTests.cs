using Svae.Workbench.Data;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data;

public class DamagedFilesTests
{
    private static byte[] Archive() => NpyWriter.Archive(
        ("X", NpyWriter.Floats("(40, 5)", [.. Enumerable.Range(0, 200).Select(i => MathF.Sin(i))])),
        ("TrueZ", NpyWriter.Ints("(40,)", [.. Enumerable.Range(0, 40).Select(i => i / 10)])),
        ("doc_range", NpyWriter.Ints("(3,)", 0, 10, 40)), ("true_state_names", NpyWriter.Unicode(2, "a", "bb", "c", "d")));

    [Theory]
    [InlineData("moseq-layout.h5", 600), InlineData("moseq-layout-16-bit.h5", 400), InlineData("small.npz", 1000)]
    public void Two_thousand_damaged_files_neither_crash_nor_hang(string name, int count)
    {
        using TemporaryFolder folder = new();
        byte[] whole = name.EndsWith(".npz", StringComparison.Ordinal) ? Archive() : File.ReadAllBytes(CommittedData.Path(name));
        int refused = 0;
        for (int seed = 0; seed < count; seed++)
        {
            using var scope = NewDisposeScope();
            File.WriteAllBytes(folder[name], Mutations.Of(whole, new Random(seed)));
            RecordingSet set = Recordings.Load(folder[name]);
            Assert.True(set.Problems.Count > 0 || set.Loaded.Count > 0);
            Assert.All(set.Problems, p => Assert.DoesNotContain('\n', p.ToString()));
            refused += set.Problems.Count;
        }
        Assert.InRange(refused, count / 10, count);
    }
}
