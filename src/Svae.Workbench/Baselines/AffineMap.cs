using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>The map x ↦ A x + b, held as [A b].</summary>
internal static class AffineMap
{
    /// <summary>A x + b, shape [..., m].</summary>
    /// <param name="map">[A b], shape [m, n + 1].</param>
    /// <param name="x">Shape [..., n].</param>
    public static Tensor Apply(Tensor map, Tensor x)
    {
        long n = map.shape[1] - 1;
        return matmul(x, map.narrow(1, 0, n).t()) + map.select(1, n);
    }

    /// <summary>The orbit of x under the map, x itself left out, shape [..., steps, n].</summary>
    /// <param name="map">[A b], shape [n, n + 1].</param>
    /// <param name="x">Shape [..., n].</param>
    /// <param name="steps">How often the map is applied, at least once.</param>
    public static Tensor Iterate(Tensor map, Tensor x, int steps)
    {
        if (steps < 1) throw new ArgumentException($"steps: must be at least 1, got {steps}");
        var path = new List<Tensor>();
        for (int t = 0; t < steps; t++) path.Add(x = Apply(map, x));
        return stack(path, -2);
    }
}
