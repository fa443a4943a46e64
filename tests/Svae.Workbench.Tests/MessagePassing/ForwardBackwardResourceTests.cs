using Svae.Workbench.MessagePassing;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Runs alone, for it watches the memory of the whole process and sets its threads.</summary>
[CollectionDefinition("forward-backward alone", DisableParallelization = true)]
public sealed class ForwardBackwardAloneCollection;

/// <summary>What a call uses is given back, and more threads change nothing but the time.</summary>
[Collection("forward-backward alone")]
public class ForwardBackwardResourceTests
{
    [Theory, InlineData(true), InlineData(false)]
    public void Two_threads_give_the_same_numbers_to_the_last_bit(bool sharedTransition)
    {
        using var scope = NewDisposeScope();
        var model = new RandomHmm(37, 40, 11, true, sharedTransition, true, 8);
        Tensor[] one = ForwardBackwardTests.OutputsAndGradients(model, model.Potentials(), MessagePassingForm.Fused);
        int before = get_num_threads();
        set_num_threads(2);
        Tensor[] two = ForwardBackwardTests.OutputsAndGradients(model, model.Potentials(), MessagePassingForm.Fused);
        set_num_threads(before);
        foreach (var (expected, actual) in one.Zip(two)) Assert.Equal(expected.data<double>().ToArray(), actual.data<double>().ToArray());
    }

    [Fact]
    public void Ten_thousand_calls_leave_memory_as_it_was()
    {
        using var all = NewDisposeScope();
        var model = new RandomHmm(4, 100, 8, true, true, true, 3);
        HmmPotentials potentials = model.Potentials();
        AssertSteady(() => ForwardBackwardTests.OutputsAndGradients(model, potentials, MessagePassingForm.Fused)); // one call's messages are 0.1 MB
    }

    [Fact]
    public void Ten_thousand_calls_with_durations_leave_memory_as_it_was()
    {
        using var all = NewDisposeScope();
        var model = new RandomHmm(2, 50, 3, true, true, true, 3);
        HsmmPotentials potentials = HiddenSemiMarkovTests.Potentials(model, 4);
        AssertSteady(() => HiddenSemiMarkovTests.OutputsAndGradients(model, potentials, MessagePassingForm.Fused));
    }

    /// <summary>Ten thousand calls, of which any one thing kept would show as hundreds of MB, or tens.</summary>
    private static void AssertSteady(Action call)
    {
        Repeat(1_000);
        long before = Environment.WorkingSet, managed = GC.GetTotalMemory(true);
        Repeat(10_000);
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 60L << 20);
        Assert.InRange(GC.GetTotalMemory(true) - managed, long.MinValue, 5L << 20);

        void Repeat(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using var scope = NewDisposeScope();
                call();
                if (i % 500 > 0) continue; // garbage that waits for its collection is no growth
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
    }
}
