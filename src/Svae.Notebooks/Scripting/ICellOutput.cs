namespace Svae.Notebooks.Scripting;

/// <summary>Where a running cell's output goes: a notebook file, or a client at the other end of a wire. Called from any thread.</summary>
public interface ICellOutput
{
    /// <summary>Text written to the console.</summary>
    /// <param name="name"><c>stdout</c> or <c>stderr</c>.</param>
    /// <param name="text">What was written, not necessarily whole lines.</param>
    void Stream(string name, string text);

    /// <summary>A value shown by <c>display</c>.</summary>
    /// <param name="displayId">The name by which it can be updated.</param>
    /// <param name="bundle">MIME type → content.</param>
    void Display(string displayId, IReadOnlyDictionary<string, string> bundle);

    /// <summary>New content for a value shown before, by this or an earlier cell.</summary>
    /// <param name="displayId">Its name.</param>
    /// <param name="bundle">MIME type → content.</param>
    void Update(string displayId, IReadOnlyDictionary<string, string> bundle);

    /// <summary>The value of the cell's last expression.</summary>
    /// <param name="bundle">MIME type → content.</param>
    void Result(IReadOnlyDictionary<string, string> bundle);

    /// <summary>Removes the cell's output so far.</summary>
    /// <param name="wait">Only when the next output comes, so that nothing flickers.</param>
    void Clear(bool wait);

    /// <summary>An exception that nobody caught on a thread that the cell started.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="text">What to say of it.</param>
    void Escaped(Exception exception, string text) => Stream("stderr", text);
}
