using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench;

/// <summary>Checks at the door of a public method: each names the symbol, what was expected and what came.</summary>
internal static class Guard
{
    /// <summary>The tensor has exactly these dimensions; a negative size stands for any.</summary>
    /// <exception cref="ArgumentException">"potentials.H: expected [50, 4] (time, latent), got [50, 3]".</exception>
    public static Tensor Shape(Tensor value, string symbol, params (string Name, long Size)[] dimensions)
    {
        ArgumentNullException.ThrowIfNull(value, symbol);
        bool fits = value.dim() == dimensions.Length &&
            dimensions.Zip(value.shape).All(pair => pair.First.Size < 0 || pair.First.Size == pair.Second);
        if (fits) return value;
        string expected = string.Join(", ", dimensions.Select(d => d.Size < 0 ? "any" : d.Size.ToString()));
        string names = string.Join(", ", dimensions.Select(d => d.Name));
        throw new ArgumentException($"{symbol}: expected [{expected}] ({names}), got [{string.Join(", ", value.shape)}]");
    }

    /// <summary>The tensor is in double precision, which message passing needs.</summary>
    /// <exception cref="ArgumentException">"potentials.H: expected float64, got Float32; convert with .to(ScalarType.Float64)".</exception>
    public static Tensor Float64(Tensor value, string symbol) => value.dtype == ScalarType.Float64 ? value
        : throw new ArgumentException($"{symbol}: expected float64, got {value.dtype}; convert with .to(ScalarType.Float64)");

    /// <summary>Every entry is finite.</summary>
    /// <exception cref="ArgumentException">"hn[3, 17, 0] is NaN; …", naming the first entry that is not.</exception>
    public static Tensor Finite(Tensor value, string symbol, string advice = "every entry must be finite")
    {
        using var scope = NewDisposeScope();
        // A sum is finite exactly when no entry is NaN or infinite, short of overflow, and is far cheaper than a mask.
        if (double.IsFinite(value.detach().sum(ScalarType.Float64).item<double>())) return value;
        using Tensor bad = value.detach().isfinite().logical_not();
        if (!bad.any().item<bool>()) return value;
        long[] index = bad.nonzero()[0].data<long>().ToArray();
        double at = value.detach().flatten()[bad.flatten().to(ScalarType.Int64).argmax()].to(ScalarType.Float64).item<double>();
        throw new ArgumentException($"{symbol}[{string.Join(", ", index)}] is {(double.IsNaN(at) ? "NaN" : at > 0 ? "+∞" : "−∞")}; {advice}");
    }
}
