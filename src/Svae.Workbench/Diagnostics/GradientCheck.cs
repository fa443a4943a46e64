using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Diagnostics;

/// <summary>
/// Autograd's gradient of a loss against central differences <c>(f(x + ε) − f(x − ε)) / 2ε</c> on some entries of each parameter:
/// does a model, a user's own module included, compute the gradient of what it reports?
/// </summary>
/// <param name="Parameters">One line per parameter, in the order given.</param>
public sealed record GradientCheck(IReadOnlyList<GradientCheck.Line> Parameters)
{
    /// <summary>The worst entry of one parameter.</summary>
    /// <param name="Name">The parameter's name.</param>
    /// <param name="Index">Flat index of the worst entry.</param>
    /// <param name="Autograd">Its derivative by autograd.</param>
    /// <param name="Numeric">Its derivative by central differences.</param>
    /// <param name="Error">|autograd − numeric| / (1 + |numeric|); infinite where either is not a number.</param>
    public sealed record Line(string Name, long Index, double Autograd, double Numeric, double Error);

    /// <summary>The largest error of all.</summary>
    public double LargestError => Parameters.Select(line => line.Error).DefaultIfEmpty(0).Max();

    /// <summary>Compares the two gradients. The parameters are moved in place and put back; their <c>.grad</c> is left as it was.</summary>
    /// <param name="loss">Builds the loss, a scalar, anew on each call; the same randomness each time.</param>
    /// <param name="parameters">Leaf tensors that require a gradient, with the names to report them by.</param>
    /// <param name="seed">Chooses the entries.</param>
    /// <param name="entries">How many entries of each parameter to look at, at most.</param>
    /// <param name="step">ε; about 1e-6 in float64, 1e-2 in float32.</param>
    /// <exception cref="ArgumentException">A parameter does not require a gradient.</exception>
    public static GradientCheck Of(
        Func<Tensor> loss, IReadOnlyList<(string Name, Tensor Value)> parameters, int seed, int entries = 10, double step = 1e-6)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, value) in parameters)
            if (!value.requires_grad) throw new ArgumentException($"{name}: does not require a gradient");
        IList<Tensor> gradients = autograd.grad([loss()], [.. parameters.Select(p => p.Value)], allow_unused: true);
        var random = new Random(seed);
        return new GradientCheck([.. parameters.Select((p, i) => Worst(loss, p.Name, p.Value, gradients[i], random, entries, step))]);
    }

    private static Line Worst(Func<Tensor> loss, string name, Tensor parameter, Tensor? gradient, Random random, int entries, double step)
    {
        long size = parameter.numel();
        IEnumerable<long> chosen = size <= entries ? Enumerable.Range(0, (int)size).Select(i => (long)i)
            : Enumerable.Range(0, entries).Select(_ => random.NextInt64(size)).Distinct();
        return chosen.Select(index =>
        {
            double numeric = Derivative(loss, parameter, index, step);
            double autograd = gradient is null || gradient.IsInvalid ? 0 : gradient.flatten()[index].to(ScalarType.Float64).item<double>();
            double error = Math.Abs(autograd - numeric) / (1 + Math.Abs(numeric));
            return new Line(name, index, autograd, numeric, double.IsNaN(error) ? double.PositiveInfinity : error);
        }).MaxBy(line => line.Error) ?? new Line(name, 0, 0, 0, 0);
    }

    private static double Derivative(Func<Tensor> loss, Tensor parameter, long index, double step)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor entry = parameter.view(-1)[index], original = entry.clone();
        double At(double offset)
        {
            entry.copy_(original + offset);
            return loss().to(ScalarType.Float64).item<double>();
        }
        double derivative = (At(step) - At(-step)) / (2 * step);
        entry.copy_(original);
        return derivative;
    }
}
