using System.Text.RegularExpressions;
using SkiaSharp;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>
/// A structured variational autoencoder as a graph of its parts: recognition → potentials → message passing → decoder → likelihood, with
/// q(θ) above and a plate around what there is for each frame; the layers of both networks below.
/// </summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class ModelGraph : IMimeBundle
{
    private const int MostLines = 9;
    private static readonly string[] people = ["Dirichlet", "Gaussian", "Markov", "Wishart"];
    private readonly NetworkView recognition;
    private readonly NetworkView? decoder;
    private readonly Part theta, model, encode, decode;

    private ModelGraph(NetworkView recognition, NetworkView? decoder, string likelihood, Part theta, Part model)
    {
        (this.recognition, this.decoder, this.theta, this.model) = (recognition, decoder, theta, model);
        encode = Network("recognition, weights φ", recognition);
        decode = decoder is null ? new Part("likelihood", [likelihood]) : Network("decoder, weights γ", decoder);
    }

    /// <summary>The graph of a model.</summary>
    /// <param name="vae">Looked at once, here; not kept.</param>
    public static ModelGraph Of<TParameters>(StructuredVae<TParameters> vae) where TParameters : INaturalParameters<TParameters>
    {
        var lines = new List<string> { $"n = {vae.Model.Dimension} latent dimensions" };
        if (vae.Model is IStateModel<TParameters> discrete) lines.Add($"K = {discrete.States} discrete states");
        return new ModelGraph(new NetworkView(vae.Recognition), vae.Likelihood is nn.Module module ? new NetworkView(module) : null,
            vae.Likelihood.GetType().Name, Global(vae.Parameters), new Part("message passing", [Words(vae.Model.GetType().Name), .. lines]));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        byte[] png = ModelDrawing.Draw(theta, encode, model, decode, out int width);
        string Layers(string title, NetworkView? network) => network is null ? ""
            : $"<details style=\"font:13px sans-serif;margin-top:4px\"><summary>{title}</summary>{network.ToMimeBundle()["text/html"]}</details>";
        return new Dictionary<string, string>
        {
            ["text/html"] = StillHtml.Write(png, width, "the parts of a structured variational autoencoder: " + ToString())
                + Layers("layers of the recognition network", recognition) + Layers("layers of the decoder", decoder),
            ["image/png"] = Convert.ToBase64String(png), ["text/plain"] = ToString(),
        };
    }

    /// <summary>One line a part.</summary>
    public override string ToString() => "Structured VAE" + string.Concat(new[] { encode, model, theta, decode }
        .Select(part => $"\n  {part.Title}: {string.Join("; ", part.Lines)}"));

    /// <summary>"Switching linear dynamical system" of "SwitchingLinearDynamicalSystem"; people keep their capital.</summary>
    internal static string Words(string typeName, char between = ' ')
    {
        string[] words = Regex.Split(typeName.Split('`')[0], "(?<=[a-z])(?=[A-Z])");
        return string.Join(between, words.Select((word, i) => i == 0 || people.Contains(word) ? word : word.ToLowerInvariant()));
    }

    private static Part Network(string title, NetworkView network)
    {
        NetworkLayer[] learning = [.. network.Layers.Where(layer => layer.Parameters > 0)];
        var lines = learning.Take(learning.Length > MostLines ? MostLines - 1 : MostLines).Select(layer => $"{layer.Kind} {layer.Shape}").ToList();
        if (learning.Length > MostLines) lines.Add($"… {learning.Length - MostLines + 1} more");
        return new Part(title, [.. lines, $"{NetworkView.Count(network.Parameters)} parameters"]);
    }

    private static Part Global<TParameters>(TParameters eta) where TParameters : INaturalParameters<TParameters>
    {
        if (eta.Blocks.Count == 0) return new Part("global parameters θ", ["none: x is standard normal"]);
        var factors = typeof(TParameters).GetProperties().Where(p => p.PropertyType.DeclaringType?.Namespace == typeof(Gaussian).Namespace)
            .Select(p => $"{Words(p.Name)}: {Words(p.PropertyType.DeclaringType!.Name, '-')}");
        return new Part("global parameters θ ~ q(θ; η)", [.. factors, $"{NetworkView.Count(eta.Blocks.Sum(b => b.numel()))} natural parameters"]);
    }

    /// <summary>A box of the graph.</summary>
    internal sealed record Part(string Title, IReadOnlyList<string> Lines);
}
