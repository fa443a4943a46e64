using Svae.Notebooks.Parameters;

namespace Svae.Notebooks.Scripting.Directives;

/// <summary>The magic commands: what a cell asks of the host in a line that begins with <c>#!</c>.</summary>
internal enum Magic
{
    /// <summary>How long did the cell take?</summary>
    Time,

    /// <summary>The names of the variables.</summary>
    Who,

    /// <summary>The variables with their types and values.</summary>
    Whos,

    /// <summary>The magic commands there are.</summary>
    List,

    /// <summary>Which versions run here.</summary>
    About,

    /// <summary>The cell is C#, as it would be without saying so.</summary>
    CSharp,

    /// <summary>The rest of the cell is Markdown to be shown.</summary>
    Markdown,

    /// <summary>The rest of the cell is HTML to be shown.</summary>
    Html,
}

/// <summary>The magic commands by their names, which are those of .NET Interactive.</summary>
internal static class Magics
{
    private static readonly (string Name, Magic Magic, string Meaning)[] Known =
    [
        ("#!time", Magic.Time, "say how long the cell took"),
        ("#!who", Magic.Who, "list the variables"),
        ("#!whos", Magic.Whos, "list the variables with their types and values"),
        ("#!about", Magic.About, "say which versions run here"),
        ("#!lsmagic", Magic.List, "list these commands"),
        ("#!csharp", Magic.CSharp, "the cell is C# (as it is without this line)"),
        ("#!markdown", Magic.Markdown, "show the rest of the cell as Markdown"),
        ("#!html", Magic.Html, "show the rest of the cell as HTML"),
    ];

    private static readonly string[] OtherLanguages =
        ["#!fsharp", "#!f#", "#!pwsh", "#!powershell", "#!javascript", "#!js", "#!python", "#!r", "#!sql", "#!kql", "#!mermaid", "#!value"];

    /// <summary>One line for each command.</summary>
    public static string Help => string.Join('\n', Known.Select(known => $"{known.Name,-11} {known.Meaning}"));

    /// <param name="text">The line.</param>
    /// <param name="line">Its number, counted from one.</param>
    /// <exception cref="DirectiveException">There is no such command here.</exception>
    public static Magic Parse(string text, int line)
    {
        string name = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries)[0].ToLowerInvariant();
        if (name is "#!c#") name = "#!csharp";
        string[] names = Known.Select(known => known.Name).ToArray();
        int found = Array.IndexOf(names, name);
        if (found >= 0) return Known[found].Magic;
        string all = $"there are {string.Join(", ", names)}";
        throw new DirectiveException(OtherLanguages.Contains(name) ? $"{name}: this kernel runs C# only; {all}"
            : NearestName.Of(name, names) is { } near ? $"{name} is unknown, is {near} meant? There are {string.Join(", ", names)}"
            : $"{name} is unknown; {all}", line);
    }
}
