using Svae.Notebooks.Scripting;
using Svae.Workbench;

namespace Svae.Notebooks.Execution;

/// <summary>Watches a run; called from the threads that do the work, so an observer is quick and looks after its own locks.</summary>
public interface IRunObserver
{
    /// <summary>A notebook begins; the forecast knows how many code cells it has.</summary>
    void NotebookStarted(string notebook, RunForecast forecast);

    /// <summary>A cell begins.</summary>
    void CellStarted(CellPosition cell);

    /// <summary>The running cell says how far it is.</summary>
    void Progressed(WorkProgress progress);

    /// <summary>Something that the user should know, in a line.</summary>
    void Noted(string line);

    /// <summary>A cell has ended.</summary>
    void CellEnded(CellPosition cell, CellResult result, TimeSpan elapsed);
}
