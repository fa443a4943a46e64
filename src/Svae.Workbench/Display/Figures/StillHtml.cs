using System.Net;

namespace Svae.Workbench.Display;

/// <summary>The <c>text/html</c> of what has no live form: the picture, on its card, no wider than the page.</summary>
internal static class StillHtml
{
    public static string Write(byte[] png, int width, string says) =>
        $"""<img alt="{WebUtility.HtmlEncode(says)}" width="{width}" style="max-width:100%;height:auto;border:1px solid #ccc;border-radius:6px" src="{Picture.PngUri(png)}">""";
}
