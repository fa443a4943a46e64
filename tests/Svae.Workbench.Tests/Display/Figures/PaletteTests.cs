using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

/// <summary>Simulated colour blindness after Machado, Oliveira and Fernandes (2009), differences in OKLab (Ottosson 2020).</summary>
public class PaletteTests
{
    private static readonly double[][,] visions =
    [
        new[,] { { 1.0, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
        new[,] { { .152286, 1.052583, -.204868 }, { .114503, .786281, .099216 }, { -.003882, -.048116, 1.051998 } },
        new[,] { { .367322, .860646, -.227968 }, { .280085, .672501, .047413 }, { -.011820, .042940, .968881 } },
    ];

    [Theory]
    [InlineData(6, .075)]
    [InlineData(12, .07)]
    [InlineData(30, .04)]
    public void Any_two_of_the_first_colours_differ_for_every_reader(int count, double least)
    {
        for (int i = 0; i < count; i++)
            for (int j = 0; j < i; j++)
                foreach (double[,] vision in visions)
                {
                    double distance = Distance(Lab(Palette.Of(i), vision), Lab(Palette.Of(j), vision));
                    Assert.True(distance >= least, $"{Palette.Of(i)} and {Palette.Of(j)} are {distance:F3} apart");
                }
    }

    [Fact]
    public void Every_colour_stands_out_from_white_and_from_near_black()
    {
        foreach (string color in Palette.Colors)
        {
            double[] linear = Linear(color);
            double luminance = .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2];
            Assert.True(1.05 / (luminance + .05) > 1.5 && (luminance + .05) / .059 > 1.5, color);
        }
    }

    [Fact]
    public void No_label_is_grey_and_colours_repeat() => Assert.Equal((Palette.Neutral, Palette.Of(0)), (Palette.Of(-1), Palette.Of(30)));

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    private static double[] Linear(string hex) => new[] { 1, 3, 5 }.Select(at => Convert.ToInt32(hex.Substring(at, 2), 16) / 255.0)
        .Select(c => c <= .04045 ? c / 12.92 : Math.Pow((c + .055) / 1.055, 2.4)).ToArray();

    private static double[] Lab(string hex, double[,] vision)
    {
        double[] seen = Linear(hex), rgb = new double[3];
        for (int i = 0; i < 3; i++) rgb[i] = Math.Clamp(Enumerable.Range(0, 3).Sum(j => vision[i, j] * seen[j]), 0, 1);
        double l = Math.Cbrt(.4122214708 * rgb[0] + .5363325363 * rgb[1] + .0514459929 * rgb[2]);
        double m = Math.Cbrt(.2119034982 * rgb[0] + .6806995451 * rgb[1] + .1073969566 * rgb[2]);
        double s = Math.Cbrt(.0883024619 * rgb[0] + .2817188376 * rgb[1] + .6299787005 * rgb[2]);
        return
        [
            .2104542553 * l + .7936177850 * m - .0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + .4505937099 * s,
            .0259040371 * l + .7827717662 * m - .8086757660 * s,
        ];
    }
}
