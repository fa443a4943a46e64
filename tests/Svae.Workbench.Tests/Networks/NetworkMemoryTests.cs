using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Networks;

/// <summary>Memory over many calls; alone in the process, for it is the process that is measured.</summary>
[CollectionDefinition("networks alone", DisableParallelization = true), Collection("networks alone")]
public class NetworkMemoryTests
{
    [Fact]
    public void Thousands_of_forward_and_backward_passes_do_not_grow_memory()
    {
        using var outer = NewDisposeScope();
        var g = new Generator(1);
        var frames = new RecognitionNetwork(new ConvolutionalEncoder(6, 5, [2], 4, g), new PotentialHead(4, 2, g, dense: true));
        var sequences = new RecurrentRecognition(30, 2, 3, g);
        var decoder = new Decoder(new ConvolutionalDecoder(2, 6, 5, [2], g), new BernoulliLikelihood());
        Tensor y = (rand([2, 4, 30], generator: g) > 0.5).to(ScalarType.Float32);
        for (int i = 0; i < 500; i++) Call();
        long before = Resident();
        for (int i = 0; i < 3_000; i++) Call();
        Assert.InRange(Resident() - before, long.MinValue, 32_000_000);

        void Call()
        {
            using var scope = NewDisposeScope();
            NodePotentials one = frames.call(y), two = sequences.call(y);
            Tensor x = (one.h + two.h).unsqueeze(0);
            (decoder.LogLikelihood(y, x).sum() + one.J.sum() + two.J.sum()).backward();
            decoder.Sample(x, g);
            foreach (nn.Module module in new nn.Module[] { frames, sequences, decoder }) module.zero_grad();
        }
    }

    private static long Resident()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
