namespace Svae.Workbench.Display;

/// <summary>
/// The colours of the workbench, as <c>#RRGGBB</c>. Each has a contrast of at least 3:1 (WCAG 2.2, graphics) with white and with the
/// dark grounds of notebooks, so one colour serves every theme. The first four are Okabe and Ito's (2008); the rest were chosen as far
/// as can be (CIEDE2000) from all before them. Any two of the first six are at least 17 apart for readers of full sight and 11 under
/// simulated protanopia, deuteranopia and tritanopia; of the first twelve 14 and 7.5, of all thirty 8 and 4.5.
/// </summary>
public static class Palette
{
    private static readonly string[] colors =
    [
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#687048", "#7890E0", "#A08050", "#7860F8", "#C818B0", "#806888",
        "#C04028", "#E07078", "#607070", "#407860", "#989840", "#A878B8", "#609098", "#D80058", "#D02080", "#A85860",
        "#B050D0", "#889888", "#686898", "#E858D0", "#F850A0", "#E81038", "#B07868", "#787870", "#807038", "#F06830",
    ];

    /// <summary>All colours, most distinct first.</summary>
    public static IReadOnlyList<string> Colors => colors;

    /// <summary>Stands for "no label" and for what is only there for comparison.</summary>
    public const string Neutral = "#8A8A8A";

    /// <summary>Colour of item <paramref name="index"/>; repeats after 30, and a negative index is <see cref="Neutral"/>.</summary>
    /// <param name="index">0, 1, 2, …; −1 for no label.</param>
    public static string Of(int index) => index < 0 ? Neutral : colors[index % colors.Length];
}
