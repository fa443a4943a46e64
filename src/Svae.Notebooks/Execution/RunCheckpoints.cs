using System.Security.Cryptography;
using System.Text;
using Svae.Notebooks.Scripting;
using Svae.Workbench;
using Svae.Workbench.Learning;
using TorchSharp;

namespace Svae.Notebooks.Execution;

/// <summary>
/// What the training of a run that did not succeed goes on from. A file is named after the code that led to it: the library, and every
/// cell up to the one that trains, the injected parameters included. So the next run finds exactly what it would compute again, cells
/// behind the training may change, and what belongs to other code or parameters is removed. A run that succeeds leaves none.
/// </summary>
internal sealed class RunCheckpoints
{
    private const string Ending = ".checkpoint";
    private readonly string folder;
    private readonly string[] codes;
    private readonly Action<string> say;
    private readonly Dictionary<string, int> asked = [];
    private int cell;

    /// <param name="folder">The folder for the files; made by the first of them.</param>
    /// <param name="cells">The text of every code cell, in order.</param>
    /// <param name="say">Receives what the user should know, a line each.</param>
    public RunCheckpoints(string folder, IEnumerable<string> cells, Action<string> say)
    {
        (this.folder, this.say) = (folder, say);
        codes = [.. Codes(cells)];
        string[] stale = [.. Files("*").Where(file => !codes.Contains(Path.GetFileName(file).Split('-')[0]))];
        foreach (string file in stale) File.Delete(file);
        if (Any()) say("goes on from the checkpoints of the run that did not end");
        else if (stale.Length > 0) say("the checkpoints of a stopped run are of other code or parameters: removed, training starts anew");
        RemoveIfEmpty();
    }

    /// <summary>A cell begins.</summary>
    /// <param name="number">Its number, from one.</param>
    public void Enter(int number)
    {
        cell = number;
        lock (asked) asked.Clear();
    }

    /// <summary>Where a training of the running cell keeps its checkpoint. One that asks under the same name again is another training.</summary>
    public CheckpointSettings For(string name)
    {
        int count;
        lock (asked) count = asked[name] = asked.GetValueOrDefault(name) + 1;
        string file = string.Join('_', $"{name} {count}".Split(Path.GetInvalidFileNameChars()));
        return new CheckpointSettings(Path.Combine(folder, $"{codes[cell - 1]}-{file}{Ending}")) { KeepFinished = true, Refused = why => say($"{why}; training starts anew") };
    }

    /// <summary>Is there something to go on from?</summary>
    public bool Any() => Files("*" + Ending).Any();

    /// <summary>The run has succeeded: nothing is left to go on from.</summary>
    public void Discard()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private IEnumerable<string> Files(string pattern) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern) : [];

    private void RemoveIfEmpty()
    {
        if (!Files("*").Any()) Discard();
    }

    // One for each cell: of the library, this cell and those before it.
    private static IEnumerable<string> Codes(IEnumerable<string> cells)
    {
        string code = string.Join(' ', new[] { typeof(WorkProgress), typeof(RunCheckpoints), typeof(torch) }.Select(type => type.Module.ModuleVersionId));
        foreach (string cell in cells)
            yield return code = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{code}\n{cell}")))[..16];
    }
}
