namespace Svae.Notebooks.Execution;

/// <summary>Console text as a terminal would show it in the end.</summary>
internal static class ConsoleText
{
    /// <summary>A lone carriage return starts the line over, as progress counters use it.</summary>
    public static string Overwritten(string text)
    {
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        return text.Contains('\r') ? string.Join('\n', text.Split('\n').Select(LastWriting)) : text;
    }

    private static string LastWriting(string line)
    {
        string shown = "";
        foreach (string part in line.Split('\r')) shown = part.Length >= shown.Length ? part : part + shown[part.Length..];
        return shown;
    }
}
