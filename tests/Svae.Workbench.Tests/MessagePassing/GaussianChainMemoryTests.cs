using Svae.Workbench.MessagePassing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Memory over many calls; alone in the process, for it is the process that is measured.</summary>
[CollectionDefinition("gaussian chain alone", DisableParallelization = true), Collection("gaussian chain alone")]
public class GaussianChainMemoryTests
{
    [Fact]
    public void Ten_thousand_calls_with_gradients_do_not_grow_memory()
    {
        using var outer = NewDisposeScope();
        RandomChain chain = RandomChain.Of(new ChainKind(3, 4, 3, 1, true, false, true, true, 0, 6));
        Tensor[] leaves = [.. chain.Potentials.Named.Select(named => named.Value.requires_grad_())];
        for (int i = 0; i < 2_000; i++) Call();
        var (managed, native) = (GC.GetTotalMemory(forceFullCollection: true), Resident());
        for (int i = 0; i < 10_000; i++) Call();
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - managed, long.MinValue, 2_000_000);
        Assert.InRange(Resident() - native, long.MinValue, 32_000_000);

        void Call()
        {
            using var scope = NewDisposeScope();
            ChainPosterior q = GaussianChain.Infer(chain.Potentials, chain.LengthTensor, chain.Noise, MessagePassingForm.Fused);
            (q.LogZ.sum() + q.Covariance.sum() + q.Samples!.sum()).backward();
            foreach (Tensor leaf in leaves)
            {
                leaf.grad?.Dispose();
                leaf.grad = null;
            }
        }
    }

    private static long Resident()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
