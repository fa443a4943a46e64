namespace Svae.Workbench.Display;

/// <summary>A value that shows itself: the same content in several representations, of which a viewer takes the richest it can draw.</summary>
public interface IMimeBundle
{
    /// <summary>
    /// MIME type → content. <c>text/plain</c> is always there, and is what <see cref="object.ToString"/> says; <c>image/png</c> is base64; <c>text/html</c> stands on its own,
    /// loads nothing from a network and still shows its content where scripts are stripped.
    /// </summary>
    IReadOnlyDictionary<string, string> ToMimeBundle();
}
