using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests;

public class BatchTests
{
    [Fact]
    public void Hidden_frames_are_missing_and_all_else_stays_as_it_was()
    {
        using var scope = NewDisposeScope();
        Tensor observed = tensor(new float[,] { { 1, 1, 0, 1, 1 }, { 1, 1, 1, 0, 0 } });
        var batch = new Batch(rand(2, 5, 3), tensor(new long[] { 5, 3 }), observed, 2);
        Batch hidden = batch.Hide(1, 3);
        Assert.Equal([1f, 0, 0, 1, 1, 1, 0, 0, 0, 0], hidden.Observed.data<float>().ToArray());
        Assert.Equal([1f, 1, 0, 1, 1, 1, 1, 1, 0, 0], batch.Observed.data<float>().ToArray());
        Assert.Equal(batch with { Observed = hidden.Observed }, hidden);
    }

    [Theory, InlineData(-1, 2), InlineData(2, 2), InlineData(3, 6)]
    public void A_span_outside_the_sequences_is_refused(long from, long to)
    {
        using var scope = NewDisposeScope();
        var e = Assert.Throws<ArgumentException>(() => Batch.Whole(zeros(1, 5, 2)).Hide(from, to));
        Assert.Contains($"expected 0 ≤ from < to ≤ 5, got {from} and {to}", e.Message);
    }
}
