namespace Svae.Notebooks.Parameters;

/// <summary>A parameter given on the command line does not fit the notebook; the message says which, and what would.</summary>
public sealed class ParameterException : Exception
{
    /// <param name="message">One line.</param>
    public ParameterException(string message) : base(message) { }
}
