using System.Text;

namespace Svae.Notebooks.Export;

/// <summary>The commands of a formula: signs, fractions, roots, accents, alphabets, fences and environments.</summary>
internal sealed class LatexStructures(LatexTokens tokens, LatexToMathMl formula)
{
    private const string Left = " columnalign=\"left\" style=\"text-align:-webkit-left\"", Right = " columnalign=\"right\" style=\"text-align:-webkit-right\"";

    // A relation that begins a cell keeps its space on the left only when something stands before it.
    private const string NotFirst = "<mi></mi>";

    /// <summary>A command, its arguments included.</summary>
    /// <param name="name">Its name without the backslash.</param>
    /// <param name="limits">Its scripts stand above and below.</param>
    public string Command(string name, out bool limits)
    {
        limits = LatexSymbols.Big.ContainsKey(name) || LatexSymbols.LimitFunctions.Contains(name)
            || name is "operatorname*" or "underbrace" or "overbrace" or "mathop";
        if (LatexSymbols.Letters.TryGetValue(name, out var letter)) return Letter(letter);
        if (LatexSymbols.Big.TryGetValue(name, out var big)) return $"<mo movablelimits=\"true\">{big}</mo>";
        if (LatexSymbols.Operators.TryGetValue(name, out var sign)) return Operator(sign);
        if (LatexSymbols.Functions.Contains(name)) return Function(name, limits: false);
        if (LatexSymbols.LimitFunctions.Contains(name)) return Function(name.Replace("arg", "arg ").Replace("limsup", "lim sup").Replace("liminf", "lim inf"), limits: true);
        if (LatexSymbols.Spaces.TryGetValue(name, out var width)) return $"<mspace width=\"{width}\"></mspace>";
        if (LatexSymbols.Accents.TryGetValue(name, out var accent)) return Accent(name, accent);
        if (MathAlphabets.Has(name)) return Alphabet(name);
        return Structure(name);
    }

    private string Structure(string name) => name switch
    {
        "frac" or "tfrac" or "cfrac" => $"<mfrac>{formula.Argument()}{formula.Argument()}</mfrac>",
        "dfrac" => $"<mfrac displaystyle=\"true\">{formula.Argument()}{formula.Argument()}</mfrac>",
        "binom" or "dbinom" or "tbinom" => $"<mrow><mo>(</mo><mfrac linethickness=\"0\">{formula.Argument()}{formula.Argument()}</mfrac><mo>)</mo></mrow>",
        "sqrt" => Root(),
        "left" => Fenced(),
        "begin" => Environment(tokens.Verbatim()),
        "text" or "textrm" or "textit" or "textbf" or "textsf" or "texttt" or "mbox" or "mathtext" => $"<mtext>{Text(tokens.Verbatim())}</mtext>",
        "operatorname" => Function(Plain(tokens.Verbatim()), limits: false),
        "operatorname*" => Function(Plain(tokens.Verbatim()), limits: true),
        "stackrel" or "overset" => Stacked("mover"),
        "underset" => Stacked("munder"),
        "underbrace" => $"<munder>{formula.Argument()}<mo stretchy=\"true\">⏟</mo></munder>",
        "overbrace" => $"<mover>{formula.Argument()}<mo stretchy=\"true\">⏞</mo></mover>",
        "underline" => $"<munder>{formula.Argument()}<mo stretchy=\"true\">_</mo></munder>",
        "boxed" => $"<mrow style=\"border:1px solid;padding:.3em\">{formula.Argument()}</mrow>",
        "not" => Negated(formula.Argument()),
        "substack" => Substack(),
        "phantom" or "vphantom" or "hphantom" => $"<mphantom>{formula.Argument()}</mphantom>",
        "mathop" or "mathrel" or "mathbin" or "mathord" or "mathopen" or "mathclose" => formula.Argument(),
        "pmod" => $"<mrow><mspace width=\"0.5em\"></mspace><mo>(</mo><mi>mod</mi><mspace width=\"0.3em\"></mspace>{formula.Argument()}<mo>)</mo></mrow>",
        "tag" => $"<mspace width=\"2em\"></mspace><mtext>({Text(tokens.Verbatim())})</mtext>",
        "label" or "color" or "hspace" or "vspace" => Ignored(),
        "displaystyle" or "textstyle" or "nonumber" or "notag" or "strut" or "bigskip" or "middle" => name == "middle" ? Fence(tokens.Next()) : "",
        "big" or "Big" or "bigg" or "Bigg" or "bigl" or "bigr" or "Bigl" or "Bigr" or "biggl" or "biggr" or "Biggl" or "Biggr" or "bigm" or "Bigm" => Sized(name),
        _ => $"<mtext>\\{Markup.Escape(name)}</mtext>",
    };

    private static string Letter(string letter) =>
        letter[0] is >= 'α' and <= 'ω' or 'ϵ' or 'ϑ' or 'ϕ' or 'ϱ' or 'ϖ' or 'ℓ' ? $"<mi>{letter}</mi>" : $"<mi mathvariant=\"normal\">{Markup.Escape(letter)}</mi>";

    private static string Operator(string sign) => sign is "⟨" or "⟩" or "{" or "}" or "|" or "‖" or "⌊" or "⌋" or "⌈" or "⌉" or "[" or "]"
        ? $"<mo stretchy=\"false\">{sign}</mo>" : $"<mo>{sign}</mo>";

    // A named function is an operator to MathML, so that a little space follows it.
    private static string Function(string name, bool limits) => limits
        ? $"<mo movablelimits=\"true\" lspace=\"0.167em\" rspace=\"0.167em\">{name}</mo>"
        : $"<mo lspace=\"0.167em\" rspace=\"0.167em\">{name}</mo>";

    private string Accent(string name, string mark)
    {
        bool wide = name is "overline" or "widehat" or "widetilde" or "overrightarrow";
        return $"<mover accent=\"true\">{formula.Argument()}<mo stretchy=\"{(wide ? "true" : "false")}\">{mark}</mo></mover>";
    }

    private string Alphabet(string name)
    {
        // Words (\mathrm{tr}) are one identifier; anything with structure in it is set piece by piece.
        string inside = tokens.Verbatim();
        if (inside.All(c => char.IsLetterOrDigit(c) || c is ' ' or '-'))
            return $"<mi mathvariant=\"normal\">{MathAlphabets.In(name, inside)}</mi>";
        if (inside is ['\\', .. var letter] && LatexSymbols.Letters.TryGetValue(letter, out var sign)) return $"<mi mathvariant=\"normal\">{Markup.Escape(MathAlphabets.In(name, sign))}</mi>";
        return $"<mrow>{formula.Nested(inside)}</mrow>";
    }

    private string Root()
    {
        if (!tokens.Take("[")) return $"<msqrt>{formula.Argument()}</msqrt>";
        string index = formula.Until("]");
        tokens.Take("]");
        return $"<mroot>{formula.Argument()}<mrow>{index}</mrow></mroot>";
    }

    private string Fenced()
    {
        string open = Fence(tokens.Next()), inside = formula.Until(@"\right");
        string close = tokens.Take(@"\right") ? Fence(tokens.Next()) : "";
        return $"<mrow>{open}{inside}{close}</mrow>";
    }

    private static string Fence(string token) => token is "." or "" ? "" : $"<mo stretchy=\"true\" symmetric=\"true\">{FenceSign(token)}</mo>";

    private static string FenceSign(string token) => Markup.Escape(token switch
    {
        ['\\', .. var name] => LatexSymbols.Operators.GetValueOrDefault(name, name),
        "<" => "⟨",
        ">" => "⟩",
        _ => token,
    });

    private string Sized(string name)
    {
        string size = name[0] == 'b' ? name.StartsWith("bigg", StringComparison.Ordinal) ? "2.4em" : "1.2em" : name.StartsWith("Bigg", StringComparison.Ordinal) ? "3em" : "1.8em";
        return $"<mo stretchy=\"true\" symmetric=\"true\" minsize=\"{size}\" maxsize=\"{size}\">{FenceSign(tokens.Next())}</mo>";
    }

    private string Stacked(string element)
    {
        string mark = formula.Argument();
        return $"<{element}>{formula.Argument()}{mark}</{element}>";
    }

    private static string Negated(string relation) => relation.Insert(Math.Max(0, relation.LastIndexOf("</", StringComparison.Ordinal)), "̸");

    private string Substack()
    {
        tokens.Take("{");
        string lines = Rows(["}"], _ => "");
        tokens.Take("}");
        return $"<mtable>{lines}</mtable>";
    }

    private string Ignored()
    {
        tokens.Verbatim();
        return "";
    }

    private string Environment(string name)
    {
        string kind = name.TrimEnd('*');
        if (kind == "array") tokens.Verbatim();
        bool aligned = kind is "aligned" or "align" or "split" or "alignat" or "eqnarray";
        string rows = Rows([@"\end"], column => aligned ? column % 2 == 0 ? Right : Left
            : kind == "cases" ? Left : "");
        if (tokens.Take(@"\end")) tokens.Verbatim();
        var (open, close) = kind switch
        {
            "pmatrix" => ("(", ")"), "bmatrix" => ("[", "]"), "Bmatrix" => ("{", "}"), "vmatrix" => ("|", "|"), "Vmatrix" => ("‖", "‖"), "cases" => ("{", "."), _ => (".", "."),
        };
        string look = aligned || kind is "gathered" or "gather" or "equation" ? " class=\"aligned\" displaystyle=\"true\"" : "";
        return $"<mrow>{Fence(open)}<mtable{look}>{rows}</mtable>{Fence(close)}</mrow>";
    }

    private string Rows(string[] ends, Func<int, string> style)
    {
        var rows = new StringBuilder("<mtr>");
        int column = 0;
        while (true)
        {
            string cell = formula.Until(["&", @"\\", @"\hline", .. ends]);
            string separator = tokens.Peek();
            // The last line break of an environment opens no further row.
            if (cell != "" || separator is "&" || column > 0) rows.Append($"<mtd{style(column)}>{(style(column) == Left ? NotFirst : "")}{cell}</mtd>");
            if (separator == "" || ends.Contains(separator)) return rows.Append("</mtr>").ToString();
            tokens.Next();
            if (separator == "&") { column++; continue; }
            column = 0;
            rows.Append("</mtr><mtr>");
        }
    }

    private static string Plain(string text) => Markup.Escape(text.Replace(@"\,", " ", StringComparison.Ordinal).Replace("~", " ", StringComparison.Ordinal).Trim());

    // Spaces at the ends of \text{ if } count.
    private static string Text(string text) => Markup.Escape(text.Replace(@"\", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal)).Replace(" ", "&#160;", StringComparison.Ordinal);
}
