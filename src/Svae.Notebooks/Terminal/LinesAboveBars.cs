using Spectre.Console;
using Spectre.Console.Rendering;

namespace Svae.Notebooks.Terminal;

/// <summary>Lines written where progress bars stand, which move down for them.</summary>
internal static class LinesAboveBars
{
    /// <summary>Writes a line over what is left of the bars there; a long one takes several.</summary>
    /// <param name="console">The terminal that shows the bars.</param>
    /// <param name="markup">The line, in the console's markup.</param>
    public static void LineAboveBars(this IAnsiConsole console, string markup) => console.Write(new Erasing(new Markup(markup + "\n")));

    /// <summary>Empties each line before it is written: the console moves back to the first bar but does not erase it.</summary>
    private sealed class Erasing(IRenderable text) : Renderable
    {
        private const string WholeLine = "\u001b[2K";

        protected override Measurement Measure(RenderOptions options, int maxWidth) => text.Measure(options, maxWidth);

        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            bool begins = options.Ansi;
            foreach (Segment segment in text.Render(options, maxWidth))
            {
                if (begins) yield return Segment.Control(WholeLine);
                yield return segment;
                begins = options.Ansi && segment.IsLineBreak;
            }
        }
    }
}
