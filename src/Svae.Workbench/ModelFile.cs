using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench;

/// <summary>
/// A trained model as one file: version, full configuration, every weight of the networks, and η. It is read into a model that is
/// composed in the same way, and refused, with what differs, where it does not fit.
/// </summary>
public static class ModelFile
{
    internal const int Version = 1;
    private const string Kind = "Svae.Workbench model";

    private static readonly JsonSerializerOptions Format = new()
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Writes the model; the file is never seen half written.</summary>
    public static void Save<TParameters>(this StructuredVae<TParameters> vae, string path) where TParameters : INaturalParameters<TParameters> =>
        new TensorArchive(Manifest(Kind, vae), vae.State.ToDictionary(entry => entry.Name, entry => entry.Value)).Write(path);

    /// <summary>Reads a model's weights and η into one that is composed in the same way.</summary>
    /// <exception cref="UserInputException">The file cannot be read, or the models differ; the message says in what.</exception>
    public static void Load<TParameters>(this StructuredVae<TParameters> vae, string path) where TParameters : INaturalParameters<TParameters>
    {
        using var scope = NewDisposeScope();
        TensorArchive file = TensorArchive.Read(path, Kind, Version);
        Fill(vae, file, path);
    }

    /// <summary>The configuration that a file was saved with, as JSON text.</summary>
    /// <exception cref="UserInputException">The file cannot be read.</exception>
    public static string Describe(string path)
    {
        using var scope = NewDisposeScope();
        return TensorArchive.Read(path, Kind, Version).Manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    internal static JsonObject Manifest<TParameters>(string kind, StructuredVae<TParameters> vae) where TParameters : INaturalParameters<TParameters> => new()
    {
        ["kind"] = kind,
        ["version"] = Version,
        ["written by"] = typeof(ModelFile).Assembly.GetName().Version?.ToString(),
        ["model"] = Configuration(vae),
    };

    /// <exception cref="UserInputException">The models differ; the message says in what.</exception>
    internal static void Fill<TParameters>(StructuredVae<TParameters> vae, TensorArchive file, string path) where TParameters : INaturalParameters<TParameters>
    {
        if (Difference("", file.Manifest["model"], Configuration(vae)) is { } difference)
            throw new UserInputException($"{path}: does not fit this model: {difference}");
        var tensors = new List<Tensor>();
        foreach (var (name, value) in vae.State)
        {
            if (!file.Tensors.TryGetValue(name, out Tensor? kept)) throw new UserInputException($"{path}: does not fit this model: it has no '{name}'");
            if (!kept.shape.SequenceEqual(value.shape) || kept.dtype != value.dtype)
                throw new UserInputException($"{path}: does not fit this model: '{name}' is {kept.dtype} [{string.Join(", ", kept.shape)}] in the file and {value.dtype} [{string.Join(", ", value.shape)}] here");
            tensors.Add(kept);
        }
        vae.Restore(tensors);
    }

    private static JsonObject Configuration<TParameters>(StructuredVae<TParameters> vae) where TParameters : INaturalParameters<TParameters> => new()
    {
        ["graphical model"] = vae.Model.GetType().Name,
        ["settings"] = JsonSerializer.SerializeToNode(vae.Model.Configuration, Format),
        ["recognition"] = vae.Recognition.GetType().Name,
        ["likelihood"] = vae.Likelihood.GetType().Name,
        ["tensors"] = new JsonObject(vae.State.Select(entry => KeyValuePair.Create<string, JsonNode?>(
            entry.Name, $"{entry.Value.dtype} [{string.Join(", ", entry.Value.shape)}]"))),
    };

    /// <summary>The first place where two documents differ, in words, or null.</summary>
    private static string? Difference(string at, JsonNode? file, JsonNode? here)
    {
        if (file is JsonObject a && here is JsonObject b)
        {
            foreach (string key in a.Select(p => p.Key).Union(b.Select(p => p.Key)))
                if (Difference(at.Length == 0 ? key : $"{at}.{key}", a[key], b[key]) is { } inner) return inner;
            return null;
        }
        string left = file?.ToJsonString() ?? "missing", right = here?.ToJsonString() ?? "missing";
        return left == right ? null : $"{at} is {left} in the file and {right} here";
    }
}
