using System.Globalization;

namespace Svae.Workbench.Display;

/// <summary>Where ticks stand, in both renderers, when the renderer's own choice would not do.</summary>
internal static class AxisTicks
{
    /// <summary>1, 2, 5 × 10ⁿ inside the range; powers of ten alone over more than three decades.</summary>
    public static IEnumerable<double> Log(double min, double max)
    {
        double[] digits = max / min > 1e3 ? [1] : [1, 2, 5];
        for (int n = (int)Math.Floor(Math.Log10(min)); n <= Math.Log10(max); n++)
            foreach (double digit in digits)
                if (digit * Math.Pow(10, n) is var tick && tick >= min * .999 && tick <= max * 1.001) yield return tick;
    }

    /// <summary>Multiples of 1, 2, 2.5 or 5 × 10ⁿ inside the range, at most so many.</summary>
    public static IEnumerable<double> Linear(double min, double max, int most)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10((max - min) / most)));
        double step = new[] { 1, 2, 2.5, 5, 10, 20 }.Select(d => d * power)
            .First(s => Math.Floor(max / s + 1e-9) - Math.Ceiling(min / s - 1e-9) + 1 <= most);
        for (double i = Math.Ceiling(min / step - 1e-9); i * step <= max + 1e-9 * step; i++) yield return i == 0 ? 0 : i * step;
    }

    /// <summary>A number as ticks show it, with a true minus sign.</summary>
    public static string Text(double value) =>
        (Math.Abs(value) < 1e-12 ? 0 : value).ToString("G5", CultureInfo.InvariantCulture).Replace('-', '−');
}
