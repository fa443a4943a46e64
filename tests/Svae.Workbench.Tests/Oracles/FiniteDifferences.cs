using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>Central differences, the slow truth behind every gradient.</summary>
public static class FiniteDifferences
{
    /// <summary>Gradient of a scalar function with respect to each input, by central differences on every entry.</summary>
    public static Tensor[] Gradients(Func<Tensor[], Tensor> f, Tensor[] inputs, double step = 1e-6)
    {
        var plain = inputs.Select(x => x.detach().clone()).ToArray();
        return plain.Select((x, i) =>
        {
            Tensor flat = x.flatten(), gradient = zeros_like(flat);
            for (long j = 0; j < flat.numel(); j++)
            {
                double at = flat[j].item<double>();
                gradient[j] = (Evaluate(at + step) - Evaluate(at - step)) / (2 * step);
                double Evaluate(double v)
                {
                    using Tensor moved = flat.clone();
                    moved[j] = v;
                    return f([.. plain[..i], moved.reshape(x.shape), .. plain[(i + 1)..]]).item<double>();
                }
            }
            return gradient.reshape(x.shape);
        }).ToArray();
    }

    /// <summary>Gradient of a scalar function by autograd; an input that the function does not use has gradient zero.</summary>
    public static Tensor[] Autograd(Func<Tensor[], Tensor> f, Tensor[] inputs)
    {
        var leaves = inputs.Select(x => x.detach().clone().requires_grad_()).ToArray();
        f(leaves).backward();
        return leaves.Select(x => x.grad is null ? zeros_like(x) : x.grad.detach()).ToArray();
    }

    /// <summary>Fails unless autograd and central differences agree, naming the input that does not.</summary>
    public static void AssertAgree(Func<Tensor[], Tensor> f, Tensor[] inputs, double tolerance = 1e-6, double step = 1e-6)
    {
        Tensor[] numeric = Gradients(f, inputs, step), autograd = Autograd(f, inputs);
        for (int i = 0; i < inputs.Length; i++)
        {
            double scale = 1 + numeric[i].abs().max().item<double>();
            double error = (numeric[i] - autograd[i]).abs().max().item<double>() / scale;
            Assert.True(error < tolerance, $"gradient of input {i}: relative error {error:g3}, tolerance {tolerance:g3}");
        }
    }
}
