using Svae.Workbench.Learning;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Learning;

public class FusedAdamTests
{
    [Theory]
    [InlineData(0, ScalarType.Float32)]
    [InlineData(0.1, ScalarType.Float32)]
    [InlineData(0, ScalarType.Float64)]
    public void It_takes_the_steps_of_TorchSharps_Adam(double decay, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var g = new Generator(1);
        Parameter[] Weights() => [new(ones(7, 5, type)), new(full(3, -2, type)), new(ones(4, type))];
        Parameter[] own = Weights(), theirs = Weights();
        using optim.Optimizer fused = new NetworkOptimizer { Rate = 0.02, WeightDecay = decay }.For(own), adam = optim.Adam(theirs, lr: 0.02, weight_decay: decay);
        for (int step = 0; step < 25; step++)
        {
            Tensor[] slopes = [.. own.Take(2).Select(weight => randn(weight.shape, type, generator: g))]; // the last weight has no gradient
            foreach (var (weights, optimizer) in new[] { (own, fused), (theirs, adam) })
            {
                optimizer.zero_grad();
                slopes.Select((slope, i) => (slope * weights[i].sin()).sum()).Aggregate((a, b) => a + b).backward();
                foreach (var group in optimizer.ParamGroups) group.LearningRate = 0.02 / (1 + step);
                optimizer.step();
            }
        }
        for (int i = 0; i < own.Length; i++) AssertClose.Equal(theirs[i].to(ScalarType.Float64), own[i].to(ScalarType.Float64), type == ScalarType.Float64 ? 1e-14 : 1e-5, $"weight {i}");
    }
}
