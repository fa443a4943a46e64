using System.Text;

namespace Svae.Notebooks.Scripting;

/// <summary>Console output of cells goes to the cell; everybody else's goes where it always went.</summary>
internal sealed class ConsoleCapture : TextWriter
{
    private static readonly Lazy<bool> Installed = new(InstallOnce);
    private readonly TextWriter outside;
    private readonly string name;

    private ConsoleCapture(string name, TextWriter outside) => (this.name, this.outside) = (name, outside);

    public override Encoding Encoding => outside.Encoding;

    /// <summary>Puts the capture in front of the process's console, once.</summary>
    public static void Install() => _ = Installed.Value;

    private static bool InstallOnce()
    {
        Console.SetOut(new ConsoleCapture("stdout", Console.Out));
        Console.SetError(new ConsoleCapture("stderr", Console.Error));
        return true;
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        if (CellContext.Output is { } cell) cell.Stream(name, value);
        else outside.Write(value);
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine() => Write("\n");

    public override void Flush()
    {
        if (CellContext.Output is null) outside.Flush();
    }
}
