namespace Svae.Workbench.Display;

/// <summary>Names of components: x₁, x₂, …</summary>
internal static class Subscript
{
    /// <param name="symbol">"x".</param>
    /// <param name="index">From 0; the name counts from 1.</param>
    public static string Of(string symbol, int index) =>
        symbol + string.Concat((index + 1).ToString().Select(digit => (char)('₀' + (digit - '0'))));

    /// <summary>The names of the first <paramref name="count"/> components.</summary>
    public static string[] All(string symbol, int count) => Enumerable.Range(0, count).Select(i => Of(symbol, i)).ToArray();
}
