namespace Svae.Workbench.Tests.Display;

/// <summary>
/// How far apart two colours look: CIEDE2000 (Sharma, Wu and Dalal 2005) in CIELAB under D65, seen by readers of full sight or with a
/// simulated colour blindness (Machado, Oliveira and Fernandes 2009, full severity).
/// </summary>
internal static class ColorDifference
{
    /// <summary>What each kind of reader's eye makes of linear red, green and blue.</summary>
    public static IReadOnlyList<(string Reader, double[,] Eye)> Visions { get; } =
    [
        ("full sight", new[,] { { 1.0, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } }),
        ("protanopia", new[,] { { .152286, 1.052583, -.204868 }, { .114503, .786281, .099216 }, { -.003882, -.048116, 1.051998 } }),
        ("deuteranopia", new[,] { { .367322, .860646, -.227968 }, { .280085, .672501, .047413 }, { -.011820, .042940, .968881 } }),
        ("tritanopia", new[,] { { 1.255528, -.076749, -.178779 }, { -.078411, .930809, .147602 }, { .004733, .691367, .303900 } }),
    ];

    /// <summary>How far apart two colours are for one kind of reader.</summary>
    public static double Of(string one, string other, double[,] eye) => Ciede2000(Lab(one, eye), Lab(other, eye));

    /// <summary>WCAG's contrast ratio, 1 to 21.</summary>
    public static double Contrast(string one, string other)
    {
        double a = Luminance(one) + .05, b = Luminance(other) + .05;
        return Math.Max(a, b) / Math.Min(a, b);
    }

    public static double Ciede2000((double L, double A, double B) one, (double L, double A, double B) other)
    {
        double meanChroma = (double.Hypot(one.A, one.B) + double.Hypot(other.A, other.B)) / 2;
        double g = .5 * (1 - Math.Sqrt(Seventh(meanChroma)));
        double a1 = (1 + g) * one.A, a2 = (1 + g) * other.A;
        double c1 = double.Hypot(a1, one.B), c2 = double.Hypot(a2, other.B), c = (c1 + c2) / 2, l = (one.L + other.L) / 2;
        double h1 = Hue(a1, one.B), h2 = Hue(a2, other.B), turn = h2 - h1;
        bool grey = c1 * c2 == 0;
        if (grey) turn = 0;
        else if (Math.Abs(turn) > 180) turn -= Math.Sign(turn) * 360;
        double h = grey ? h1 + h2 : Math.Abs(h1 - h2) <= 180 ? (h1 + h2) / 2 : (h1 + h2 + (h1 + h2 < 360 ? 360 : -360)) / 2;
        double t = 1 - .17 * Cos(h - 30) + .24 * Cos(2 * h) + .32 * Cos(3 * h + 6) - .2 * Cos(4 * h - 63);
        double lightness = (other.L - one.L) / (1 + .015 * (l - 50) * (l - 50) / Math.Sqrt(20 + (l - 50) * (l - 50)));
        double chroma = (c2 - c1) / (1 + .045 * c);
        double hue = 2 * Math.Sqrt(c1 * c2) * Math.Sin(turn / 2 * Math.PI / 180) / (1 + .015 * c * t);
        double twist = -Math.Sin(60 * Math.Exp(-(h - 275) / 25 * ((h - 275) / 25)) * Math.PI / 180) * 2 * Math.Sqrt(Seventh(c));
        return Math.Sqrt(lightness * lightness + chroma * chroma + hue * hue + twist * chroma * hue);
    }

    private static (double L, double A, double B) Lab(string color, double[,] eye)
    {
        double[] light = Linear(color), seen = new double[3];
        for (int i = 0; i < 3; i++) seen[i] = Math.Clamp(Enumerable.Range(0, 3).Sum(j => eye[i, j] * light[j]), 0, 1);
        double x = F((.4124564 * seen[0] + .3575761 * seen[1] + .1804375 * seen[2]) / .95047);
        double y = F(.2126729 * seen[0] + .7151522 * seen[1] + .0721750 * seen[2]);
        double z = F((.0193339 * seen[0] + .1191920 * seen[1] + .9503041 * seen[2]) / 1.08883);
        return (116 * y - 16, 500 * (x - y), 200 * (y - z));
    }

    private static double F(double t) => t > 216.0 / 24389 ? Math.Cbrt(t) : (24389.0 / 27 * t + 16) / 116;

    private static double Luminance(string color) => Linear(color) is [var r, var g, var b] ? .2126 * r + .7152 * g + .0722 * b : double.NaN;

    private static double[] Linear(string hex) => [.. new[] { 1, 3, 5 }.Select(at => Convert.ToInt32(hex.Substring(at, 2), 16) / 255.0)
        .Select(c => c <= .04045 ? c / 12.92 : Math.Pow((c + .055) / 1.055, 2.4))];

    private static double Seventh(double chroma) => Math.Pow(chroma, 7) / (Math.Pow(chroma, 7) + Math.Pow(25, 7));

    private static double Cos(double degrees) => Math.Cos(degrees * Math.PI / 180);

    private static double Hue(double a, double b) => (Math.Atan2(b, a) * 180 / Math.PI + 360) % 360;
}
