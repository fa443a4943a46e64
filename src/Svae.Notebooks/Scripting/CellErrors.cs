using Svae.Workbench;
using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Svae.Notebooks.Scripting.Directives;

namespace Svae.Notebooks.Scripting;

/// <summary>Turns compiler errors and exceptions into what a reader of the notebook wants: the message, then cell and line.</summary>
internal static partial class CellErrors
{
    /// <summary>The cell does not compile.</summary>
    public static CellError FromDiagnostics(IReadOnlyList<Diagnostic> diagnostics, CellSources sources)
    {
        var lines = diagnostics.SelectMany(error => Describe(error, sources)).ToArray();
        return new CellError("CompilationError", lines[0].Trim(), lines);
    }

    /// <summary>A line that speaks to the host cannot be followed.</summary>
    public static CellError FromDirective(DirectiveException error, string cellName, CellSources sources) => new("DirectiveError", error.Message,
        [$"{cellName}, line {error.Line}: {error.Message}", "    " + sources.Line(cellName, error.Line)?.Trim(), .. error.Details.Select(line => "  " + line)]);

    /// <summary>The cell threw.</summary>
    public static CellError FromException(Exception exception, CellSources sources)
    {
        var cause = Unwrap(exception);
        string name = cause.GetType().FullName is { } full && full.StartsWith("Submission#", StringComparison.Ordinal)
            ? cause.GetType().Name : cause.GetType().FullName ?? cause.GetType().Name;
        var user = UserInputIn(exception);
        if (user is not null) return new CellError(nameof(UserInputException), user.Message, [user.Message, .. user.Details.Select(line => "  " + line)], user);
        var lines = new List<string> { $"{name}: {cause.Message}" };
        lines.AddRange(Frames(cause, sources));
        for (var inner = cause.InnerException; inner is not null; inner = inner.InnerException)
        {
            lines.Add($"caused by {inner.GetType().FullName}: {inner.Message}");
            lines.AddRange(Frames(inner, sources));
        }
        return new CellError(name, cause.Message, lines);
    }

    /// <summary>The cell was stopped.</summary>
    /// <param name="cellName">Its name.</param>
    /// <param name="isLeft">It has not ended, but is waited for no longer.</param>
    public static CellError Interrupted(string cellName, bool isLeft = false) => new("Interrupted", "the cell was stopped",
    [
        $"Interrupted: {cellName} was stopped",
        .. isLeft ? (IEnumerable<string>)["It is inside something that cannot be stopped, and goes on in the background until that returns. A restart ends it at once."] : [],
    ]);

    private static IEnumerable<string> Describe(Diagnostic error, CellSources sources)
    {
        var span = error.Location.GetLineSpan();
        int line = span.StartLinePosition.Line + 1;
        yield return $"{span.Path}, line {line}: error {error.Id}: {error.GetMessage()}";
        if (sources.Line(span.Path, line) is not { } code) yield break;
        yield return "    " + code;
        yield return "    " + new string(' ', span.StartLinePosition.Character) + "^";
        if (error.Id == "CS1002" && code.TrimStart().StartsWith("using var ", StringComparison.Ordinal))
            yield return "    A cell has no end of scope for a using declaration: write using (…) { … }, or put braces around the lines.";
    }

    private static Exception Unwrap(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions.Count: 1 } one => Unwrap(one.InnerExceptions[0]),
        TargetInvocationException { InnerException: { } inner } => Unwrap(inner),
        _ => exception,
    };

    private static UserInputException? UserInputIn(Exception? exception) => exception switch
    {
        null => null,
        UserInputException user => user,
        AggregateException many => many.InnerExceptions.Select(UserInputIn).FirstOrDefault(user => user is not null),
        _ => UserInputIn(exception.InnerException),
    };

    private static IEnumerable<string> Frames(Exception exception, CellSources sources)
    {
        foreach (var frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            var method = frame.GetMethod();
            string? file = frame.GetFileName();
            string type = method?.DeclaringType?.FullName ?? "";
            if (IsMachinery(type)) continue;
            if (file is not null && sources.Contains(file))
            {
                yield return $"  at {file}, line {frame.GetFileLineNumber()}{In(method, type)}: {sources.Line(file, frame.GetFileLineNumber())?.Trim()}";
            }
            else if (!type.StartsWith("Submission#", StringComparison.Ordinal))
            {
                string place = file is null ? "" : $" ({Path.GetFileName(file)}, line {frame.GetFileLineNumber()})";
                yield return $"  at {Readable(type, method?.Name)}{place}";
            }
        }
    }

    private static bool IsMachinery(string type) =>
        type.StartsWith("Microsoft.CodeAnalysis.", StringComparison.Ordinal) ||
        type.StartsWith("System.Runtime.CompilerServices.", StringComparison.Ordinal) ||
        type.StartsWith("System.Runtime.ExceptionServices.", StringComparison.Ordinal) ||
        type.StartsWith("System.ThrowHelper", StringComparison.Ordinal) ||
        type.StartsWith("Svae.Notebooks.Scripting.", StringComparison.Ordinal);

    private static string In(MethodBase? method, string type)
    {
        string name = Readable(type, method?.Name).Split('.')[^1];
        return name is "Initialize" or "Factory" or "" ? "" : $", in {name}";
    }

    // "N.C+<FitAsync>d__3" with "MoveNext" is N.C.FitAsync; "<Run>b__0" is Run; "<Main>g__Local|0_0" is Local.
    private static string Readable(string type, string? method)
    {
        type = type.Replace('+', '.');
        if (method == "MoveNext" && Generated().Match(type) is { Success: true } state)
            (type, method) = (type[..state.Index], state.Value);
        if (method is not null && LocalFunction().Match(method) is { Success: true } local) method = local.Groups[1].Value;
        else if (method is not null && Generated().Match(method) is { Success: true } lambda) method = lambda.Groups[1].Value.Trim('<', '>');
        type = ClosureClass().Replace(type, "").TrimEnd('.');
        return $"{type}.{method}".TrimStart('.');
    }

    [GeneratedRegex(@"<+([\w<>\.]*?)>+[a-z]__[\w|]*")]
    private static partial Regex Generated();

    [GeneratedRegex(@"g__(\w+)\|")]
    private static partial Regex LocalFunction();

    [GeneratedRegex(@"\.?<>c(__DisplayClass[\w]*)?")]
    private static partial Regex ClosureClass();
}
