namespace Svae.Workbench.Display;

/// <summary>
/// The colours of the workbench, as <c>#RRGGBB</c>. The first six are Okabe and Ito's (2008); the rest were chosen one by one, each as
/// far as can be (in OKLab, under normal vision and simulated protanopia, deuteranopia and tritanopia) from all before it, and legible
/// on white and on near-black.
/// </summary>
public static class Palette
{
    private static readonly string[] colors =
    [
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5A3A1F", "#9AD5A5", "#114081", "#A053FD",
        "#8C4C61", "#4130D9", "#5D5B13", "#50D9EF", "#AEAE82", "#8F81E8", "#CF16A1", "#DBC463", "#861A53", "#6213AB",
        "#876849", "#A2BDC0", "#4E6486", "#E48135", "#0DA2C6", "#F6486F", "#48496D", "#6359D2", "#B32517", "#AE794C",
    ];

    /// <summary>All colours, most distinct first.</summary>
    public static IReadOnlyList<string> Colors => colors;

    /// <summary>Stands for "no label" and for what is only there for comparison.</summary>
    public const string Neutral = "#8A8A8A";

    /// <summary>Colour of item <paramref name="index"/>; repeats after 30, and a negative index is <see cref="Neutral"/>.</summary>
    /// <param name="index">0, 1, 2, …; −1 for no label.</param>
    public static string Of(int index) => index < 0 ? Neutral : colors[index % colors.Length];
}
