using Spectre.Console;

namespace Svae.Notebooks.Terminal;

/// <summary>What stands before a progress bar.</summary>
internal static class BarText
{
    // Left to a short bar, the share done, the clock and the blanks between them.
    private const int Rest = 26, Longest = 70, Shortest = 20;

    /// <summary>The text, cut so that in a narrow terminal bar and clock keep their line; escaped for the console.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="text">What is being done.</param>
    public static string Fit(IAnsiConsole console, string text)
    {
        int room = Math.Clamp(console.Profile.Width - Rest, Shortest, Longest);
        return Markup.Escape(text.Length > room ? text[..(room - 1)] + "…" : text);
    }
}
