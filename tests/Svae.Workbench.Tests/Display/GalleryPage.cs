using System.Text;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

/// <summary>Set SVAE_GALLERY to a folder to get pages to look at: with and without plotly.js, light and dark, and each static picture.</summary>
public class GalleryPage
{
    [Fact]
    public void Written_where_asked()
    {
        if (Environment.GetEnvironmentVariable("SVAE_GALLERY") is not { Length: > 0 } folder) return;
        Directory.CreateDirectory(folder);
        var body = new StringBuilder();
        foreach (var (name, bundle) in GalleryFigures.All())
        {
            var mime = bundle.ToMimeBundle();
            string sizes = string.Join(", ", mime.Select(m => $"{m.Key} {m.Value.Length / 1024.0:F0} KB"));
            body.Append($"<h3>{name} <small>{sizes}</small></h3>").Append(mime.GetValueOrDefault("text/html", ""));
            if (mime.TryGetValue("image/png", out string? png)) File.WriteAllBytes(Path.Combine(folder, name.Replace(' ', '-') + ".png"),
                Convert.FromBase64String(png));
        }
        using var stream = typeof(Plotly.NET.GenericChart).Assembly.GetManifestResourceStream("Plotly.NET.plotly-2.28.0.min.js")!;
        string plotly = new StreamReader(stream).ReadToEnd();
        foreach (var (page, style) in new[] { ("light", "background:#fff;color:#222"),
            ("dark", "background:#1e1e1e;color:#ddd;color-scheme:dark") })
        {
            string head = $"<!doctype html><meta charset=utf-8><body style='font-family:sans-serif;max-width:900px;{style}'>";
            File.WriteAllText(Path.Combine(folder, page + "-static.html"), head + body);
            File.WriteAllText(Path.Combine(folder, page + "-live.html"), head + $"<script>{plotly}</script>" + body);
        }
    }
}
