using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Eigenvalues of each state's dynamics in the complex plane: how fast it decays (distance from the unit circle) and turns (angle).</summary>
public static class EigenvaluePlot
{
    internal const string Reading = "on the dashed circle nothing decays; further round, faster rotation";

    /// <summary>One dot an eigenvalue, coloured by state, with the unit circle on which nothing decays.</summary>
    /// <param name="dynamics">A of every state, [K, n, n] or [n, n].</param>
    /// <param name="styles">Name and colour of each state.</param>
    /// <param name="frameRate">Frames per second, to give frequency and time constant on hovering.</param>
    public static Figure Of(Tensor dynamics, IReadOnlyList<StateStyle> styles, double frameRate) =>
        new("Eigenvalues of the dynamics") { Subtitle = Reading, Panels = [Panel(dynamics, styles, frameRate, null, 460)] };

    /// <summary>The panel alone; without a frame rate times are in frames.</summary>
    internal static Panel Panel(Tensor dynamics, IReadOnlyList<StateStyle> styles, double? frameRate, string? title, int height)
    {
        using var scope = NewDisposeScope();
        Tensor a = TensorNumbers.Plain(dynamics.dim() == 2 ? dynamics.unsqueeze(0) : dynamics);
        Tensor eigenvalues = linalg.eigvals(a);
        double[] angle = Enumerable.Range(0, 181).Select(i => 2 * Math.PI * i / 180).ToArray();
        var panel = new Panel("real part", "imaginary part") { Title = title, Height = height, EqualAspect = true }
            .Path(angle.Select(Math.Cos).ToArray(), angle.Select(Math.Sin).ToArray(), color: Palette.Neutral, dashed: true, width: 1.2f);
        for (int k = 0; k < a.shape[0]; k++)
        {
            double[] re = TensorNumbers.Flat(eigenvalues[k].real), im = TensorNumbers.Flat(eigenvalues[k].imag);
            panel.Points(re, im, styles[k].Name, styles[k].Color, 8, re.Select((r, i) => Describe(styles[k].Name, r, im[i], frameRate)).ToArray());
        }
        return panel;
    }

    private static string Describe(string name, double re, double im, double? frameRate)
    {
        double size = Math.Sqrt(re * re + im * im), turns = Math.Abs(Math.Atan2(im, re)) / (2 * Math.PI);
        string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        string frequency = frameRate is { } rate ? $"{Text(turns * rate, "F2")} Hz" : $"{Text(turns, "F4")} turns/frame";
        string lasting = size >= 1 ? "does not decay"
            : frameRate is { } per ? $"decays in {Text(-1000 / (per * Math.Log(size)), "F0")} ms" : $"decays in {Text(-1 / Math.Log(size), "F1")} frames";
        return $"{name}: |λ| {Text(size, "F3")}, {frequency}, {lasting}";
    }
}
