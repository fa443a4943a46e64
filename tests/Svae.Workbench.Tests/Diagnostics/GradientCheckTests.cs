using Svae.Workbench.Diagnostics;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Diagnostics;

public class GradientCheckTests
{
    [Fact]
    public void A_right_gradient_passes_and_the_parameters_are_put_back()
    {
        Tensor x = tensor(new[,] { { 1.0, -2.0 }, { 0.5, 3.0 } }, requires_grad: true);
        Tensor unused = ones(2, dtype: ScalarType.Float64, requires_grad: true);
        var check = GradientCheck.Of(() => (x.sin() * x).sum(), [("x", x), ("unused", unused)], seed: 1);
        Assert.True(check.LargestError < 1e-8, check.ToString());
        Assert.Equal([1.0, -2.0, 0.5, 3.0], x.detach().flatten().data<double>().ToArray());
        Assert.Null(x.grad);
    }

    [Fact]
    public void A_wrong_gradient_is_found_where_it_is()
    {
        Tensor x = tensor(new[] { 1.0, 2.0, 3.0 }, requires_grad: true);
        var check = GradientCheck.Of(() => x[0] * 2 + x[1].detach() * x[2], [("x", x)], seed: 1); // d/dx₁ = x₂ is cut off
        Assert.Equal(1, check.Parameters[0].Index);
        Assert.Equal(3, check.Parameters[0].Numeric, 1e-6);
        Assert.Equal(0, check.Parameters[0].Autograd);
        Assert.Equal(0.75, check.LargestError, 1e-6);
    }

    [Fact]
    public void A_parameter_without_gradient_is_refused_by_name() =>
        Assert.Equal("W: does not require a gradient",
            Assert.Throws<ArgumentException>(() => GradientCheck.Of(() => zeros(1), [("W", zeros(1))], seed: 1)).Message);
}
