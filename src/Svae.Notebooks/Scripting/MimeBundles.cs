using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Scripting;

/// <summary>A value's representations: its own if it brings them, otherwise the formatters registered for its type.</summary>
internal static class MimeBundles
{
    public const string Plain = "text/plain", Html = "text/html";

    public static IReadOnlyDictionary<string, string> Of(object? value, string? mimeType = null) => value switch
    {
        string content when mimeType is not null => new Dictionary<string, string> { [mimeType] = content },
        _ when mimeType is null && Own(value) is { } bundle => bundle,
        IHtmlContent html when mimeType is null => new Dictionary<string, string> { [Html] = Text(html, Html) },
        _ => Formatted(value, mimeType),
    };

    /// <summary>What a value brings itself or the library draws of it; null where the registered formatters are to be asked.</summary>
    private static IReadOnlyDictionary<string, string>? Own(object? value)
    {
        try
        {
            return View.Of(value)?.ToMimeBundle();
        }
        catch (Exception e) when (e is not (OperationCanceledException or ThreadInterruptedException))
        {
            return new Dictionary<string, string> { [Plain] = $"{value?.GetType().Name} could not be shown: {e.Message}" };
        }
    }

    private static Dictionary<string, string> Formatted(object? value, string? mimeType)
    {
        IEnumerable<string> mimeTypes = mimeType is not null ? [mimeType]
            : value is null || IsPlain(value.GetType()) ? [Plain]
            : Formatter.GetPreferredMimeTypesFor(value.GetType()).Where(mime => mime.Contains('/') && !mime.Contains('*')).Append(Plain);
        return mimeTypes.Distinct().ToDictionary(mime => mime, mime => Text(value, mime));
    }

    // A number is best read as a number: no box around it, no table for a list of them.
    private static bool IsPlain(Type type)
    {
        if (type.IsArray) type = type.GetElementType()!;
        return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(decimal) || type == typeof(Guid)
            || type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan);
    }

    private static string Text(object? value, string mimeType)
    {
        try
        {
            return value is string text && mimeType == Plain ? text : Formatter.ToDisplayString(value, mimeType);
        }
        catch (Exception e) when (e is not (OperationCanceledException or ThreadInterruptedException))
        {
            return $"{value?.GetType().Name} could not be shown as {mimeType}: {e.Message}";
        }
    }
}
