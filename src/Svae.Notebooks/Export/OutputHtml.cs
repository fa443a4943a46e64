using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Export;

/// <summary>A cell's outputs, each in its richest representation that a page can hold.</summary>
internal static partial class OutputHtml
{
    private const int LongestText = 200_000;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonObject output, MarkdownPage markdown) => Json.String(output["output_type"]) switch
    {
        "stream" => Pre(Json.String(output["name"]) == "stderr" ? "stream stderr" : "stream", Json.Text(output["text"]) ?? ""),
        "error" => Pre("error", Traceback(output)),
        "display_data" or "execute_result" => output["data"] is JsonObject data ? Rich(data, markdown) : "",
        _ => "",
    };

    /// <summary>Does the output want plotly.js?</summary>
    public static bool WantsPlotly(JsonObject output) =>
        output["data"] is JsonObject data && Json.Text(data["text/html"])?.Contains("Plotly", StringComparison.Ordinal) == true;

    private static string Rich(JsonObject data, MarkdownPage markdown)
    {
        if (Json.Text(data["text/html"]) is { } html) return $"<div class=\"html\">{html}</div>";
        if (Json.Text(data["image/svg+xml"]) is { } svg) return Image("image/svg+xml", Convert.ToBase64String(Encoding.UTF8.GetBytes(svg)), data);
        foreach (string type in (string[])["image/png", "image/jpeg", "image/gif", "image/webp"])
            if (Json.Text(data[type]) is { } picture) return Image(type, picture.ReplaceLineEndings(""), data);
        if (Json.Text(data["text/markdown"]) is { } text) return $"<div class=\"text\">{markdown.ToHtml(text, _ => null)}</div>";
        if (data["application/json"] is { } json && data["text/plain"] is null) return Pre("result", json.ToJsonString(Indented));
        if (Json.Text(data["text/latex"]) is { } latex) return $"<div class=\"formula\">{LatexToMathMl.Convert(latex.Trim().Trim('$'), display: true)}</div>";
        return Json.Text(data["text/plain"]) is { } plain ? Pre("result", plain) : "";
    }

    private static string Image(string type, string base64, JsonObject data)
    {
        string words = Markup.Escape(Json.Text(data["text/plain"]) ?? "figure");
        return $"<div class=\"picture\"><img alt=\"{words}\" src=\"data:{type};base64,{Markup.Escape(base64)}\"></div>";
    }

    private static string Traceback(JsonObject error)
    {
        string trace = error["traceback"] is JsonArray lines ? string.Join('\n', lines.Select(Json.String)) : "";
        return trace.Length > 0 ? trace : $"{Json.String(error["ename"])}: {Json.String(error["evalue"])}";
    }

    private static string Pre(string kind, string text) => $"<pre class=\"{kind}\">{Markup.Escape(Shortened(Colours().Replace(text, "")))}</pre>";

    // A browser must be able to open the page: of an endless log the beginning and the end are shown.
    private static string Shortened(string text)
    {
        if (text.Length <= LongestText) return text;
        int head = text.LastIndexOf('\n', LongestText / 2), tail = text.IndexOf('\n', text.Length - LongestText / 2);
        if (head < 0) head = LongestText / 2;
        if (tail < 0) tail = text.Length - LongestText / 2;
        return $"{text[..head]}\n\n… {(tail - head) / 1000:N0},000 characters are left out here; the notebook has them …\n{text[tail..]}";
    }

    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]")]
    private static partial Regex Colours();
}
