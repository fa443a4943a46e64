using System.Globalization;

namespace Svae.Workbench.Diagnostics;

/// <summary>One number that a notebook claims, and what it is held against.</summary>
public sealed record ReproductionScore
{
    /// <summary>What was measured: "accuracy, held out".</summary>
    public required string Name { get; init; }

    /// <summary>The number.</summary>
    public required double Value { get; init; }

    /// <summary>Its unit: "nats/frame"; null for a plain number.</summary>
    public string? Unit { get; init; }

    /// <summary>The claim holds from here upwards.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The claim holds from here downwards.</summary>
    public double? AtMost { get; init; }

    /// <summary>The claim holds within this distance of <see cref="Reference"/>.</summary>
    public double? Tolerance { get; init; }

    /// <summary>What others, or the oracle, get.</summary>
    public double? Reference { get; init; }

    /// <summary>Where the reference comes from: "published code", "Fig. 4".</summary>
    public string? ReferenceSource { get; init; }

    /// <summary>The independent computation that the number was checked with: "dense joint Gaussian".</summary>
    public string? Oracle { get; init; }

    /// <summary>The paper's figure or table that is reproduced.</summary>
    public string? Figure { get; init; }

    /// <summary>The seed it was obtained with.</summary>
    public long? Seed { get; init; }

    /// <summary>Seconds from the notebook's start until the number was there.</summary>
    public double Seconds { get; init; }

    /// <summary>Does the claim hold? Null where none is made; a value that is not finite holds none.</summary>
    public bool? Holds() => AtLeast is null && AtMost is null && Tolerance is null ? null
        : double.IsFinite(Value)
            && (AtLeast is not { } low || Value >= low)
            && (AtMost is not { } high || Value <= high)
            && (Tolerance is not { } distance || Math.Abs(Value - (Reference ?? double.NaN)) <= distance);

    /// <summary>The claim in words: "≥ 0.58", "≤ 1e-9", "3.2 ± 0.1"; empty where none is made.</summary>
    public string Claim() => string.Join(", ", new[]
    {
        AtLeast is { } low ? $"≥ {Number(low)}" : null, AtMost is { } high ? $"≤ {Number(high)}" : null,
        Tolerance is { } distance ? $"{Number(Reference ?? double.NaN)} ± {Number(distance)}" : null,
    }.OfType<string>());

    /// <summary>The value with its unit.</summary>
    public string Measured() => Unit is null ? Number(Value) : $"{Number(Value)} {Unit}";

    /// <summary>The reference and where it comes from; empty where there is none.</summary>
    public string ReferenceInWords() => string.Join(" ", new[]
    {
        Reference is { } number ? Number(number) : null, ReferenceSource is { } source ? Reference is null ? source : $"({source})" : null,
    }.OfType<string>());

    /// <summary>A number with four significant digits.</summary>
    /// <param name="value">The number.</param>
    /// <param name="beside">A number that it stands beside and shares its digits with, as a deviation beside a mean.</param>
    public static string Number(double value, double? beside = null)
    {
        double size = Math.Abs(beside ?? value);
        int decimals = size is >= 1e-3 and < 1e6 ? Math.Max(0, 3 - (int)Math.Floor(Math.Log10(size))) : 0;
        string text = size is 0 or (>= 1e-3 and < 1e6) || (!double.IsFinite(value))
            ? value.ToString("0." + new string('#', decimals), CultureInfo.InvariantCulture)
            : value.ToString("0.###e0", CultureInfo.InvariantCulture);
        return text.Replace("-", "−", StringComparison.Ordinal);
    }
}
