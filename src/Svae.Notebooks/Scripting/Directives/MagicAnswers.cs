using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive.Formatting;

namespace Svae.Notebooks.Scripting.Directives;

/// <summary>What the magic commands show once the cell has run.</summary>
internal static class MagicAnswers
{
    private const int LongestValue = 80;

    /// <returns>Text; null when the command shows nothing.</returns>
    public static string? Of(Magic magic, ScriptState? session, TimeSpan elapsed) => magic switch
    {
        Magic.Time => FormattableString.Invariant($"Wall time: {elapsed.TotalMilliseconds:0.0} ms"),
        Magic.List => Magics.Help,
        Magic.About => $"svae {typeof(MagicAnswers).Assembly.GetName().Version?.ToString(3)}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, libtorch by TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}",
        Magic.Who => string.Join(", ", Variables(session).Select(variable => variable.Name)),
        Magic.Whos => string.Join('\n', Variables(session).Select(variable => $"{variable.Name}  {Formatter.ToDisplayString(variable.Type, "text/plain")}  {Value(variable)}")),
        _ => null,
    };

    // A later declaration hides an earlier one of the same name.
    private static IEnumerable<ScriptVariable> Variables(ScriptState? session) =>
        (session?.Variables ?? []).GroupBy(variable => variable.Name).Select(same => same.Last()).OrderBy(variable => variable.Name, StringComparer.Ordinal);

    private static string Value(ScriptVariable variable)
    {
        string text = MimeBundles.Of(variable.Value, MimeBundles.Plain)[MimeBundles.Plain].ReplaceLineEndings(" ");
        return text.Length <= LongestValue ? text : text[..LongestValue] + "…";
    }
}
