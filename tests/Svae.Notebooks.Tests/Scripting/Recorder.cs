using System.Text;
using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Tests.Scripting;

/// <summary>Keeps what a cell puts out, as plain text.</summary>
internal sealed class Recorder : ICellOutput
{
    private readonly StringBuilder text = new();

    public string Text => text.ToString();

    public void Stream(string name, string written) => text.Append(written);

    public void Display(string displayId, IReadOnlyDictionary<string, string> bundle) => text.Append(bundle["text/plain"]);

    public void Update(string displayId, IReadOnlyDictionary<string, string> bundle) => text.Append("update ").Append(bundle["text/plain"]);

    public void Result(IReadOnlyDictionary<string, string> bundle) => text.Append(bundle["text/plain"]);

    public void Clear(bool wait) => text.Clear();
}
