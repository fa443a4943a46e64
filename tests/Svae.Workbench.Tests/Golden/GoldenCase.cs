using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Golden;

/// <summary>One reference case made by independent means (dense algebra, enumeration, quadrature, Monte Carlo); float64 throughout.</summary>
/// <remarks>The <c>doc</c> entry of each JSON file states shapes and signs.</remarks>
public sealed class GoldenCase
{
    private readonly JsonElement values;

    private GoldenCase(string name, JsonElement values) => (Name, this.values) = (name, values);

    public string Name { get; }

    public static GoldenCase Load(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Golden", name + ".json");
        return new GoldenCase(name, JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("values"));
    }

    /// <summary>The cases whose names begin so, for a theory's data.</summary>
    public static IEnumerable<string> Names(string prefix) =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), prefix + "*.json")
            .Select(path => Path.GetFileNameWithoutExtension(path)!).Order();

    /// <summary>The array of this name, float64, in its own shape; a number is a scalar tensor.</summary>
    public Tensor this[string key]
    {
        get
        {
            var data = new List<double>();
            var shape = new List<long>();
            Flatten(values.GetProperty(key), 0, data, shape);
            return tensor(data.ToArray(), dtype: ScalarType.Float64).reshape(shape.ToArray());
        }
    }

    public double Number(string key) => values.GetProperty(key).GetDouble();

    public bool Has(string key) => values.TryGetProperty(key, out _);

    private static void Flatten(JsonElement e, int depth, List<double> data, List<long> shape)
    {
        if (e.ValueKind != JsonValueKind.Array) { data.Add(e.GetDouble()); return; }
        if (shape.Count == depth) shape.Add(e.GetArrayLength());
        foreach (JsonElement item in e.EnumerateArray()) Flatten(item, depth + 1, data, shape);
    }
}
