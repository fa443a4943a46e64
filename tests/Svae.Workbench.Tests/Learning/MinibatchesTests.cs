using Svae.Workbench.Learning;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Learning;

public class MinibatchesTests
{
    /// <summary>Frame t of sequence i holds the number 1000 i + t, so that every frame can be found again.</summary>
    private static Tensor Numbered(int sequence, int frames) => (arange(frames) + 1000 * sequence).to(ScalarType.Float32).unsqueeze(1);

    [Fact]
    public void An_epoch_holds_every_frame_exactly_once_whatever_the_lengths()
    {
        int[] lengths = [401, 7, 1, 200];
        var data = new Minibatches([.. lengths.Select((n, i) => Numbered(i, n))], length: 200, batchSize: 3, seed: 1);
        var seen = new List<float>();
        foreach (Batch batch in data.Epoch())
            for (int b = 0; b < batch.Lengths.shape[0]; b++)
            {
                long length = batch.Lengths[b].item<long>();
                seen.AddRange(batch.Observations[b].narrow(0, 0, length).data<float>());
                Assert.Equal(length, batch.Observed[b].sum().item<float>());
            }
        Assert.Equal(lengths.SelectMany((n, i) => Enumerable.Range(0, n).Select(t => 1000f * i + t)).Order(), seen.Order());
        Assert.Equal(609, data.Frames);
    }

    [Fact]
    public void Pieces_are_of_near_equal_length()
    {
        var data = new Minibatches([Numbered(0, 401)], length: 200, batchSize: 3, seed: 1);
        foreach (Batch batch in data.Epoch()) Assert.Equal([133, 134, 134], batch.Lengths.data<long>().Order().Select(l => (int)l));
    }

    [Fact]
    public void Scales_weigh_every_batch_up_to_the_whole_data()
    {
        var data = new Minibatches([Numbered(0, 90), Numbered(1, 30)], length: 40, batchSize: 2, seed: 1);
        foreach (Batch batch in data.Epoch()) Assert.Equal(data.Frames, batch.Scale * batch.Frames, 9);
    }

    [Fact]
    public void A_missing_frame_is_marked_and_the_others_are_not()
    {
        var missing = new bool[5];
        missing[3] = true;
        foreach (Batch batch in new Minibatches([Numbered(0, 5)], 10, 1, 0, [missing]).Epoch())
            Assert.Equal([1f, 1, 1, 0, 1], batch.Observed[0].data<float>().ToArray());
    }

    [Fact]
    public void The_same_seed_deals_the_same_batches()
    {
        static string Deal() => string.Join(' ', new Minibatches([Numbered(0, 500)], 20, 4, 9).Epoch().Select(b => b.Observations[0, 0, 0].item<float>()));
        Assert.Equal(Deal(), Deal());
    }

    [Fact]
    public void Nothing_empty_and_nothing_that_is_not_a_number_gets_in()
    {
        Assert.Contains("at least one recording", Assert.Throws<ArgumentException>(() => new Minibatches([], 10, 1, 0)).Message);
        Assert.Contains("sequences[1]", Assert.Throws<ArgumentException>(() => new Minibatches([Numbered(0, 3), zeros(0, 1)], 10, 1, 0)).Message);
        Tensor broken = Numbered(0, 3);
        broken[2, 0] = float.NaN;
        Assert.Contains("sequences[0][2, 0] is NaN", Assert.Throws<ArgumentException>(() => new Minibatches([broken], 10, 1, 0)).Message);
    }
}
