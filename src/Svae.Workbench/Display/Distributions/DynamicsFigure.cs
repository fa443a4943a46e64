using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>A distribution over affine dynamics: the expected coefficients E[A b] as colours, and the eigenvalues of E[A] in the complex plane.</summary>
public static class DynamicsFigure
{
    private const int MostMaps = 6;

    /// <summary>The coefficients, of the first six of a batch, and the eigenvalues of all.</summary>
    /// <param name="eta">q([A b], Q), batch [..., n, p]; p = n + 1 with an offset b, p = n without.</param>
    /// <param name="title">Title of the figure.</param>
    /// <param name="styles">Name and colour of each item of the batch.</param>
    public static IMimeBundle Of(MatrixNormalInverseWishart.Natural eta, string title = "Matrix-normal-inverse-Wishart", IReadOnlyList<StateStyle>? styles = null)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var (mean, _, s, nu) = MatrixNormalInverseWishart.ToStandard(eta);
        long n = mean.shape[^2], p = mean.shape[^1];
        Tensor m = TensorNumbers.Plain(mean).reshape(-1, n, p), noise = TensorNumbers.Plain(TypicalGaussian.Covariance(s, nu)).diagonal(0, -2, -1).sqrt();
        int count = (int)m.shape[0];
        styles ??= count == 1 ? [new StateStyle("eigenvalues", Palette.Of(0))] : StateStyle.For(count);
        string says = $"noise deviations √E[Q] {TensorNumbers.Range(TensorNumbers.Flat(noise))}, known as from ν = {TensorNumbers.Range(TensorNumbers.Flat(nu))} steps";
        bool square = p == n || p == n + 1;
        double largest = m.abs().max().item<double>();
        if (count == 1)
        {
            Panel[] both = [Map(m[0], n, "E[A b]", largest, true), .. square ? [Spectrum(m, n, styles, "eigenvalues of E[A]")] : Array.Empty<Panel>()];
            return new Figure(title) { Subtitle = says, Columns = 2, SharedX = false, Width = 880, Panels = both };
        }
        int shown = Math.Min(count, MostMaps);
        var maps = new Figure(title)
        {
            Subtitle = $"E[A b] of {(count > shown ? $"the first {shown} of " : "")}{count} states; {says}", Columns = 3, SharedY = true, Width = 880,
            Panels = [.. Enumerable.Range(0, shown).Select(k => Map(m[k], n, styles[k].Name, largest, k % 3 == 2 || shown < 3 && k == shown - 1))],
        };
        return square ? new BundleStack(title, [maps, new Figure($"{title}: eigenvalues of E[A]") { Subtitle = EigenvaluePlot.Reading, Panels = [Spectrum(m, n, styles, null)] }])
            : maps;
    }

    private static Panel Map(Tensor m, long n, string heading, double largest, bool scale)
    {
        int columns = (int)m.shape[1];
        string[]? names = columns <= 31 ? [.. Subscript.All("x", (int)Math.Min(n, columns)), .. columns > n ? ["b"] : Array.Empty<string>()] : null;
        if (names?.Length != columns) names = null;
        string[]? rows = n <= 30 ? Subscript.All("x", (int)n) : null;
        return new Panel(new Axis("from x(t)") { Categories = names }, new Axis("to x(t+1)") { Categories = rows })
            { Title = heading, Height = (int)Math.Clamp(24 * n, 90, 260) }
            .HeatMap(TensorNumbers.Matrix(m), "coefficient", ColorRamp.Diverging, -largest, largest, n <= 5 ? "0.00" : null, scale: scale);
    }

    private static Panel Spectrum(Tensor m, long n, IReadOnlyList<StateStyle> styles, string? heading) =>
        EigenvaluePlot.Panel(m.narrow(-1, 0, n), styles, null, heading, heading is null ? 400 : 260);
}
