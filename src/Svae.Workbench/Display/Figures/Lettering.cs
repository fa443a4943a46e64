using ScottPlot;
using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>The typeface of all static pictures; it comes with the library, so that a picture is the same on every machine.</summary>
internal static class Lettering
{
    private static readonly SKTypeface regular = Load("WorkbenchSans-Regular.ttf"), bold = Load("WorkbenchSans-Bold.ttf");

    /// <summary>Its name, as ScottPlot is told it.</summary>
    public static string Family { get; } = Introduce();

    public static SKFont Font(float size, bool bold = false) =>
        new(bold ? Lettering.bold : regular, size) { Subpixel = true, LinearMetrics = true, Hinting = SKFontHinting.None,
            Edging = SKFontEdging.Antialias };

    private static SKTypeface Load(string name)
    {
        using Stream file = typeof(Lettering).Assembly.GetManifestResourceStream(name)!;
        return SKTypeface.FromStream(file);
    }

    private static string Introduce()
    {
        Fonts.FontResolvers.Insert(0, new Resolver());
        return "Workbench Sans";
    }

    /// <summary>Answers to our family's name only.</summary>
    private sealed class Resolver : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            CreateTypeface(fontName, weight >= FontWeight.SemiBold, slant != FontSlant.Upright);

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
            fontName == "Workbench Sans" ? (bold ? Lettering.bold : regular) : null;
    }
}
