using System.Text;

namespace Svae.Notebooks.Export;

/// <summary>Letters of the mathematical alphabets: Unicode has a sign for each, and browsers draw no others.</summary>
internal static class MathAlphabets
{
    // Where an older block of Unicode had the letter already.
    private static readonly IReadOnlyDictionary<int, string> Earlier = new Dictionary<int, string>
    {
        [0x1D49D] = "ℬ", [0x1D4A0] = "ℰ", [0x1D4A1] = "ℱ", [0x1D4A3] = "ℋ", [0x1D4A4] = "ℐ", [0x1D4A7] = "ℒ", [0x1D4A8] = "ℳ", [0x1D4AD] = "ℛ",
        [0x1D4BA] = "ℯ", [0x1D4BC] = "ℊ", [0x1D4C4] = "ℴ",
        [0x1D506] = "ℭ", [0x1D50B] = "ℌ", [0x1D50C] = "ℑ", [0x1D515] = "ℜ", [0x1D51D] = "ℨ",
        [0x1D53A] = "ℂ", [0x1D53F] = "ℍ", [0x1D545] = "ℕ", [0x1D547] = "ℙ", [0x1D548] = "ℚ", [0x1D549] = "ℝ", [0x1D551] = "ℤ",
    };

    /// <summary>First code points: capitals, small letters, digits, capital and small Greek; 0 where there are none.</summary>
    private static readonly IReadOnlyDictionary<string, int[]> Blocks = new Dictionary<string, int[]>
    {
        ["mathbb"] = [0x1D538, 0x1D552, 0x1D7D8, 0, 0],
        ["mathcal"] = [0x1D49C, 0x1D4B6, 0, 0, 0],
        ["mathscr"] = [0x1D49C, 0x1D4B6, 0, 0, 0],
        ["mathfrak"] = [0x1D504, 0x1D51E, 0, 0, 0],
        ["mathbf"] = [0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2],
        ["boldsymbol"] = [0x1D468, 0x1D482, 0x1D7CE, 0x1D71C, 0x1D736],
        ["bm"] = [0x1D468, 0x1D482, 0x1D7CE, 0x1D71C, 0x1D736],
        ["mathsf"] = [0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0],
        ["mathtt"] = [0x1D670, 0x1D68A, 0x1D7F6, 0, 0],
        ["mathrm"] = [0, 0, 0, 0, 0],
        ["mathit"] = [0x1D434, 0x1D44E, 0, 0x1D6E2, 0x1D6FC],
        ["mathnormal"] = [0, 0, 0, 0, 0],
    };

    public static bool Has(string name) => Blocks.ContainsKey(name);

    /// <summary>A text in an alphabet.</summary>
    public static string In(string alphabet, string text)
    {
        int[] first = Blocks[alphabet];
        var result = new StringBuilder();
        foreach (var rune in text.EnumerateRunes()) result.Append(Letter(first, rune.Value));
        return result.ToString();
    }

    private static string Letter(int[] first, int c)
    {
        int mapped = c switch
        {
            >= 'A' and <= 'Z' => Shift(first[0], c - 'A'),
            >= 'a' and <= 'z' => Shift(first[1], c - 'a'),
            >= '0' and <= '9' => Shift(first[2], c - '0'),
            >= 'Α' and <= 'Ω' => Shift(first[3], c - 'Α'),
            >= 'α' and <= 'ω' => Shift(first[4], c - 'α'),
            _ => 0,
        };
        return mapped == 0 ? char.ConvertFromUtf32(c) : Earlier.GetValueOrDefault(mapped) ?? char.ConvertFromUtf32(mapped);
    }

    private static int Shift(int first, int offset) => first == 0 ? 0 : first + offset;
}
