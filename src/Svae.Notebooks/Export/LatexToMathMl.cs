using System.Text;

namespace Svae.Notebooks.Export;

/// <summary>
/// Formulas as MathML, which browsers draw themselves: no script, no network. It covers what papers on probability write;
/// a command it does not know stays visible as it was typed.
/// </summary>
internal sealed class LatexToMathMl
{
    private const int DeepestNesting = 64;
    private readonly LatexTokens tokens;
    private readonly LatexStructures structures;
    private int depth;

    private LatexToMathMl(string latex)
    {
        tokens = new LatexTokens(latex);
        structures = new LatexStructures(tokens, this);
    }

    /// <summary>A formula.</summary>
    /// <param name="latex">What stands between the dollars.</param>
    /// <param name="display">On a line of its own, with limits above and below.</param>
    public static string Convert(string latex, bool display)
    {
        string body = new LatexToMathMl(latex).Everything();
        string source = $"<annotation encoding=\"application/x-tex\">{Markup.Escape(latex.Trim())}</annotation>";
        return $"<math{(display ? " display=\"block\"" : "")}><semantics><mrow>{body}</mrow>{source}</semantics></math>";
    }

    /// <summary>Everything up to one of the ends, which is not taken, or to the end of the text.</summary>
    public string Until(params ReadOnlySpan<string> ends)
    {
        var row = new StringBuilder();
        for (string next = tokens.Peek(); next != "" && !ends.Contains(next); next = tokens.Peek())
        {
            if (next == "}") tokens.Next();
            else row.Append(WithScripts());
        }
        return row.ToString();
    }

    /// <summary>One argument: a group, a command with its own arguments, or a single sign.</summary>
    public string Argument()
    {
        if (tokens.Peek() is "" or "}" or "&" or @"\\") return "<mrow></mrow>";
        if (depth >= DeepestNesting) return $"<mtext>{Markup.Escape(tokens.Next())}</mtext>";
        depth++;
        string result = tokens.Peek() == "{" ? Group() : Atom(out _);
        depth--;
        return result;
    }

    /// <summary>A piece of a formula that was taken out of it.</summary>
    public string Nested(string latex) => depth >= DeepestNesting ? Markup.Escape(latex) : new LatexToMathMl(latex) { depth = depth + 1 }.Everything();

    private string Everything()
    {
        // & and \\ outside an environment have no meaning of their own: lines of a display.
        string first = Until("&", @"\\");
        if (tokens.Peek() == "") return first;
        var table = new StringBuilder($"<mtr><mtd>{first}</mtd>");
        while (tokens.Next() is { Length: > 0 } separator)
            table.Append(separator == "&" ? "<mtd>" : "</mtr><mtr><mtd>").Append(Until("&", @"\\")).Append("</mtd>");
        return $"<mtable class=\"aligned\">{table}</mtr></mtable>";
    }

    private string Group()
    {
        tokens.Next();
        string inside = Until("}");
        tokens.Take("}");
        return $"<mrow>{inside}</mrow>";
    }

    private string WithScripts()
    {
        bool limits = false;
        string center = tokens.Peek() is "^" or "_" or "'" ? "<mrow></mrow>" : ArgumentWithLimits(out limits);
        string? below = null, above = null;
        while (tokens.Peek() is "^" or "_" or "'" or @"\limits" or @"\nolimits")
        {
            string mark = tokens.Next();
            if (mark == @"\limits") limits = true;
            else if (mark == @"\nolimits") limits = false;
            else if (mark == "_") below = below + Argument();
            else above = above + (mark == "^" ? Argument() : Primes());
        }
        string? under = below is null ? null : $"<mrow>{below}</mrow>", over = above is null ? null : $"<mrow>{above}</mrow>";
        return (under, over, limits) switch
        {
            (null, null, _) => center,
            (not null, null, true) => $"<munder>{center}{under}</munder>",
            (null, not null, true) => $"<mover>{center}{over}</mover>",
            (not null, not null, true) => $"<munderover>{center}{under}{over}</munderover>",
            (not null, null, _) => $"<msub>{center}{under}</msub>",
            (null, not null, _) => $"<msup>{center}{over}</msup>",
            _ => $"<msubsup>{center}{under}{over}</msubsup>",
        };
    }

    private string ArgumentWithLimits(out bool limits)
    {
        limits = false;
        if (tokens.Peek() == "{" || depth >= DeepestNesting) return Argument();
        depth++;
        string atom = Atom(out limits);
        depth--;
        return atom;
    }

    private string Primes()
    {
        int count = 1;
        while (tokens.Take("'")) count++;
        return $"<mo>{new string('′', count)}</mo>";
    }

    private string Atom(out bool limits)
    {
        limits = false;
        string token = tokens.Next();
        if (token.Length > 1 && token[0] == '\\') return structures.Command(token[1..], out limits);
        if (char.IsAsciiDigit(token[0])) return $"<mn>{token}</mn>";
        if (char.IsLetter(token, 0)) return $"<mi>{token}</mi>";
        return token switch
        {
            "-" => "<mo>−</mo>",
            "*" => "<mo>∗</mo>",
            "~" => "<mspace width=\"0.278em\"></mspace>",
            "|" => "<mo stretchy=\"false\">|</mo>",
            "(" or ")" or "[" or "]" => $"<mo stretchy=\"false\">{token}</mo>",
            "&" => "",
            "." or "…" or "∞" or "⊤" => $"<mi mathvariant=\"normal\">{token}</mi>",
            _ => $"<mo>{Markup.Escape(token)}</mo>",
        };
    }
}
