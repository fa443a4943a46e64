using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Eigenvalues of each state's dynamics in the complex plane: how fast it decays (distance from the unit circle) and turns (angle).</summary>
public static class EigenvaluePlot
{
    /// <summary>One dot an eigenvalue, coloured by state, with the unit circle on which nothing decays.</summary>
    /// <param name="dynamics">A of every state, [K, n, n] or [n, n].</param>
    /// <param name="styles">Name and colour of each state.</param>
    /// <param name="frameRate">Frames per second, to give frequency and time constant on hovering.</param>
    public static Figure Of(Tensor dynamics, IReadOnlyList<StateStyle> styles, double frameRate)
    {
        using var scope = NewDisposeScope();
        Tensor a = (dynamics.dim() == 2 ? dynamics.unsqueeze(0) : dynamics).detach().to(ScalarType.Float64).cpu();
        Tensor eigenvalues = linalg.eigvals(a);
        double[] angle = Enumerable.Range(0, 181).Select(i => 2 * Math.PI * i / 180).ToArray();
        var panel = new Panel("real part", "imaginary part") { Height = 460, EqualAspect = true }
            .Line(angle.Select(Math.Cos).ToArray(), angle.Select(Math.Sin).ToArray(), color: Palette.Neutral, dashed: true, width: 1.2f);
        for (int k = 0; k < a.shape[0]; k++)
        {
            double[] re = eigenvalues[k].real.contiguous().data<double>().ToArray();
            double[] im = eigenvalues[k].imag.contiguous().data<double>().ToArray();
            panel.Points(re, im, styles[k].Name, styles[k].Color, 8, re.Select((r, i) => Describe(styles[k].Name, r, im[i], frameRate))
                .ToArray());
        }
        return new Figure("Eigenvalues of the dynamics")
            { Subtitle = "on the dashed circle nothing decays; further round, faster rotation", Panels = [panel] };
    }

    private static string Describe(string name, double re, double im, double frameRate)
    {
        double size = Math.Sqrt(re * re + im * im), hertz = Math.Abs(Math.Atan2(im, re)) / (2 * Math.PI) * frameRate;
        string lasting = size < 1
            ? $"decays in {(-1000 / (frameRate * Math.Log(size))).ToString("F0", CultureInfo.InvariantCulture)} ms" : "does not decay";
        return $"{name}: |λ| {size.ToString("F3", CultureInfo.InvariantCulture)}, {hertz.ToString("F2", CultureInfo.InvariantCulture)} Hz, {lasting}";
    }
}
