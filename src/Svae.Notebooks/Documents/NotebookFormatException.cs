namespace Svae.Notebooks.Documents;

/// <summary>A file is not a notebook that can be read; the message is one line that says where and why.</summary>
public sealed class NotebookFormatException : Exception
{
    /// <param name="message">What is wrong, in one line.</param>
    /// <param name="inner">What the JSON reader said, if it was the one to complain.</param>
    public NotebookFormatException(string message, Exception? inner = null) : base(message, inner) { }
}
