using System.Collections.Concurrent;

namespace Svae.Notebooks.Kernel;

/// <summary><c>Console.ReadLine()</c> in a cell asks the user at the other end of the wire.</summary>
internal sealed class KernelInput : TextReader
{
    private readonly BlockingCollection<string> answers = [];
    private string rest = "";

    /// <summary>How to ask; null when the client takes no questions.</summary>
    public Action? Ask { get; set; }

    /// <summary>The token of the running cell, which ends the waiting too.</summary>
    public CancellationToken Stop { get; set; }

    public void Answer(string value) => answers.Add(value);

    public override int Read()
    {
        if (rest.Length == 0) rest = Request() + "\n";
        char next = rest[0];
        rest = rest[1..];
        return next;
    }

    public override int Read(char[] buffer, int index, int count)
    {
        if (count == 0) return 0;
        buffer[index] = (char)Read();
        return 1;
    }

    public override string? ReadLine()
    {
        if (rest.Length == 0) return Request();
        string line = rest.TrimEnd('\n');
        rest = "";
        return line;
    }

    private string Request()
    {
        if (Ask is not { } ask) throw new InvalidOperationException("this client takes no questions, so the cell cannot read a line");
        while (answers.TryTake(out _)) { }
        ask();
        return answers.Take(Stop);
    }
}
