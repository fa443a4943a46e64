using Svae.Notebooks.Scripting;
using Svae.Workbench;

namespace Svae.Notebooks.Execution;

/// <summary>Several watch one run.</summary>
internal sealed class Observers(params IReadOnlyList<IRunObserver> all) : IRunObserver
{
    public void NotebookStarted(string notebook, RunForecast forecast) => Tell(one => one.NotebookStarted(notebook, forecast));

    public void CellStarted(CellPosition cell) => Tell(one => one.CellStarted(cell));

    public void Progressed(WorkProgress progress) => Tell(one => one.Progressed(progress));

    public void Noted(string line) => Tell(one => one.Noted(line));

    public void CellEnded(CellPosition cell, CellResult result, TimeSpan elapsed) => Tell(one => one.CellEnded(cell, result, elapsed));

    private void Tell(Action<IRunObserver> what)
    {
        foreach (var one in all) what(one);
    }
}
