using System.Diagnostics;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Memory of the whole process is measured, so nothing may run beside these tests.</summary>
[CollectionDefinition(nameof(MeanFieldMemoryTests), DisableParallelization = true)]
[Collection(nameof(MeanFieldMemoryTests))]
public class MeanFieldMemoryTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(FixedPointGradient.Implicit)]
    [InlineData(FixedPointGradient.Unrolled)]
    public void Hundreds_of_calls_leave_nothing_behind(FixedPointGradient route)
    {
        var (potentials, Jn, hn) = RandomSlds.Problem(8, 100, 4, 3, 7);
        var (mixture, J, h) = RandomMixture.Problem(400, 4, 3, false, 7);
        hn.requires_grad_();
        h.requires_grad_();
        var options = new FixedPointOptions { MaxSweeps = 2, Tolerance = -1, Gradient = route, MaxAdjointIterations = 2 };
        void Call(bool backward)
        {
            using var scope = NewDisposeScope();
            Tensor objective = SldsMeanField.Infer(potentials, Jn, hn, options: options).NegativeKl.sum() + MixtureMeanField.Infer(mixture, J, h, options: options).NegativeKl.sum();
            if (backward) objective.backward();
        }
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 20; i++) Call(backward: false);
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount); // a graph that is never used goes too

        for (int i = 0; i < 80; i++) Call(i % 4 > 0);
        (long native, long managed) = Memory();
        for (int i = 0; i < 200; i++) Call(i % 4 > 0);
        (long nativeAfter, long managedAfter) = Memory();
        output.WriteLine($"{route}: process {native >> 10} → {nativeAfter >> 10} KiB, managed {managed >> 10} → {managedAfter >> 10} KiB");
        Assert.InRange(nativeAfter - native, long.MinValue, 14 << 20); // one covariance [8, 100, 4, 4] left by each call would be 20 MiB
        Assert.InRange(managedAfter - managed, long.MinValue, 1 << 20);
    }

    [Fact]
    public void Ten_thousand_calls_of_the_fused_mixture_do_not_grow_memory()
    {
        using var outer = NewDisposeScope();
        var (mixture, J, h) = RandomMixture.Problem(50, 2, 15, true, 7);
        Tensor noise = randn([4, 50, 2], ScalarType.Float64);
        Tensor[] leaves = [mixture.J.requires_grad_(), mixture.LogWeights.requires_grad_(), J.requires_grad_(), h.requires_grad_()];
        void Call()
        {
            using var scope = NewDisposeScope();
            var q = MixtureMeanField.Infer(mixture, J, h, noise);
            (q.NegativeKl.sum() + q.Samples!.sum()).backward();
            foreach (Tensor leaf in leaves)
            {
                leaf.grad?.Dispose();
                leaf.grad = null;
            }
        }
        for (int i = 0; i < 2_000; i++) Call();
        (long native, long managed) = Memory();
        for (int i = 0; i < 10_000; i++) Call();
        (long nativeAfter, long managedAfter) = Memory();
        output.WriteLine($"process {native >> 10} → {nativeAfter >> 10} KiB, managed {managed >> 10} → {managedAfter >> 10} KiB");
        Assert.InRange(nativeAfter - native, long.MinValue, 32 << 20);
        Assert.InRange(managedAfter - managed, long.MinValue, 2 << 20);
    }

    private static (long Native, long Managed) Memory()
    {
        for (int i = 0; i < 2; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); }
        using var process = Process.GetCurrentProcess();
        return (process.WorkingSet64, GC.GetTotalMemory(true));
    }
}
