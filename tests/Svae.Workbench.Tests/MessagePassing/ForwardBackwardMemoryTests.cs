using Svae.Workbench.MessagePassing;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Runs alone, since it watches the memory of the whole process.</summary>
[CollectionDefinition("forward-backward memory", DisableParallelization = true)]
public sealed class ForwardBackwardMemoryCollection;

/// <summary>What a call uses is given back.</summary>
[Collection("forward-backward memory")]
public class ForwardBackwardMemoryTests
{
    [Fact]
    public void Ten_thousand_calls_leave_memory_as_it_was()
    {
        var model = new RandomHmm(4, 100, 8, true, true, true, 3);
        Calls(1_000);
        long before = Environment.WorkingSet, managed = GC.GetTotalMemory(true);
        Calls(10_000); // the messages of one call are 0.1 MB: any one of them kept would show as hundreds of MB
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 60L << 20);
        Assert.InRange(GC.GetTotalMemory(true) - managed, long.MinValue, 5L << 20);

        void Calls(int count)
        {
            using var all = NewDisposeScope();
            HmmPotentials potentials = model.Potentials();
            for (int i = 0; i < count; i++)
            {
                using var scope = NewDisposeScope();
                ForwardBackwardTests.OutputsAndGradients(model, potentials, MessagePassingForm.Fused);
            }
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
