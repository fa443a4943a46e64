using System.Net;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>A network as the list of its layers, each with its shape and how many numbers it learns.</summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class NetworkView : IMimeBundle
{
    private readonly string name;

    /// <param name="network">Looked at once, here; not kept.</param>
    public NetworkView(nn.Module network) => (name, Layers) = (network.GetName(), [.. NetworkLayer.Of(network)]);

    internal IReadOnlyList<NetworkLayer> Layers { get; }

    /// <summary>How many numbers the network learns.</summary>
    public long Parameters => Layers.Sum(layer => layer.Parameters);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        const string cell = "padding:2px 14px 2px 2px;text-align:left;white-space:nowrap", number = "padding:2px 2px 2px 14px;text-align:right;font-variant-numeric:tabular-nums";
        var html = new StringBuilder($"<div style=\"font:13px sans-serif\"><b>{WebUtility.HtmlEncode(name)}</b>: {Count(Parameters)} parameters");
        html.Append($"<table style=\"border-collapse:collapse;font:13px sans-serif\"><thead><tr style=\"border-bottom:1.5px solid currentColor\"><th style=\"{cell}\">layer</th><th style=\"{cell}\">kind</th><th style=\"{cell}\">shape</th><th style=\"{number}\">parameters</th></tr></thead><tbody>");
        foreach (NetworkLayer layer in Layers)
            html.Append($"<tr><td style=\"{cell}\">{WebUtility.HtmlEncode(layer.Path)}</td><td style=\"{cell}\">{WebUtility.HtmlEncode(layer.Kind)}</td><td style=\"{cell}\">{WebUtility.HtmlEncode(layer.Shape)}</td><td style=\"{number}\">{(layer.Parameters > 0 ? Count(layer.Parameters) : "")}</td></tr>");
        return new Dictionary<string, string> { ["text/html"] = html.Append("</tbody></table></div>").ToString(), ["text/plain"] = ToString() };
    }

    /// <summary>One line a layer.</summary>
    public override string ToString()
    {
        int path = Layers.Select(l => l.Path.Length).DefaultIfEmpty().Max(), kind = Layers.Select(l => l.Kind.Length).DefaultIfEmpty().Max(),
            shape = Layers.Select(l => l.Shape.Length).DefaultIfEmpty().Max();
        return $"{name}: {Count(Parameters)} parameters" + string.Concat(Layers.Select(l =>
            $"\n  {l.Path.PadRight(path)}  {l.Kind.PadRight(kind)}  {l.Shape.PadRight(shape)}  {(l.Parameters > 0 ? Count(l.Parameters) : "")}".TrimEnd()));
    }

    /// <summary>A count with narrow spaces between thousands.</summary>
    internal static string Count(long count) => count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture).Replace(',', '\u202F');
}
