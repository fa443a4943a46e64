namespace Svae.Workbench;

/// <summary>Something the user gave (a path, a parameter, a file) cannot be used. The host shows the message as one line, without a stack trace.</summary>
public sealed class UserInputException : Exception
{
    /// <param name="message">One clear line that names what was given, what is wrong with it and what to do.</param>
    /// <param name="details">Further lines, for instance one per unreadable file.</param>
    public UserInputException(string message, IEnumerable<string>? details = null)
        : base(message) => Details = details?.ToArray() ?? [];

    /// <summary>The same with the exception that revealed the problem, kept for a log.</summary>
    /// <param name="message">One clear line that names what was given, what is wrong with it and what to do.</param>
    /// <param name="inner">What was caught.</param>
    public UserInputException(string message, Exception inner)
        : base(message, inner) => Details = [];

    /// <summary>Lines shown below the message.</summary>
    public IReadOnlyList<string> Details { get; }
}
