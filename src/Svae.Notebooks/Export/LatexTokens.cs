namespace Svae.Notebooks.Export;

/// <summary>The pieces of a formula: <c>\name</c>, a run of digits, or one character. Spaces only separate.</summary>
internal sealed class LatexTokens
{
    private readonly string text;
    private int at;

    public LatexTokens(string text) => this.text = text;

    /// <summary>The next piece without taking it; empty at the end.</summary>
    public string Peek()
    {
        int here = at;
        string token = Next();
        at = here;
        return token;
    }

    /// <summary>Takes the next piece; empty at the end.</summary>
    public string Next()
    {
        SkipSpace();
        if (at >= text.Length) return "";
        int start = at++;
        if (text[start] == '\\')
        {
            if (at < text.Length && !char.IsAsciiLetter(text[at])) at += char.IsSurrogatePair(text, at) ? 2 : 1;
            else while (at < text.Length && char.IsAsciiLetter(text[at])) at++;
            // The star of \operatorname* belongs to the name.
            if (at < text.Length && text[at] == '*' && at - start > 1 && char.IsAsciiLetter(text[at - 1])) at++;
        }
        else if (char.IsAsciiDigit(text[start]))
        {
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || IsDecimalPoint(at))) at++;
        }
        else if (char.IsSurrogatePair(text, start)) at++;
        return text[start..at];
    }

    /// <summary>Takes the next piece if it is this one.</summary>
    public bool Take(string token)
    {
        if (Peek() != token) return false;
        Next();
        return true;
    }

    /// <summary>Takes a group as it stands, spaces included: the argument of \text or \begin.</summary>
    public string Verbatim()
    {
        SkipSpace();
        if (at >= text.Length || text[at] != '{') return Next();
        int start = ++at;
        for (int depth = 1; at < text.Length; at++)
        {
            if (text[at] == '\\') at++;
            else if (text[at] == '{') depth++;
            else if (text[at] == '}' && --depth == 0) return text[start..at++];
        }
        at = text.Length;
        return text[start..];
    }

    private bool IsDecimalPoint(int i) => text[i] == '.' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]);

    private void SkipSpace()
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at])) at++;
            else if (text[at] == '%') while (at < text.Length && text[at] != '\n') at++;
            else break;
        }
    }
}
