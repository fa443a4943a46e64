using System.Diagnostics;
using Svae.Notebooks.Export;
using Svae.Notebooks.Scripting;
using Svae.Notebooks.Terminal;
using Svae.Workbench;

namespace Svae.Notebooks.Kernel;

/// <summary>Progress as a line in the output of the cell that reports it, renewed a few times a second.</summary>
internal sealed class KernelProgress : IProgress<WorkProgress>
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(300);
    private readonly Lock gate = new();
    private readonly StageClock stage = new();
    private readonly Stopwatch sinceShown = new();
    private ICellOutput? shownIn;
    private string id = "";

    public void Report(WorkProgress value)
    {
        if (CellContext.Output is not { } cell) return;
        lock (gate)
        {
            bool first = cell != shownIn;
            if (first) stage.Reset();
            stage.Report(value);
            if (!first && sinceShown.Elapsed < Between && value.Fraction < 1) return;
            if (first) (shownIn, id) = (cell, Guid.NewGuid().ToString("N"));
            sinceShown.Restart();
            string text = stage.Describe() ?? "";
            var bundle = new Dictionary<string, string>
            {
                ["text/plain"] = text,
                ["text/html"] = FormattableString.Invariant($"<progress value=\"{value.Fraction:0.000}\" max=\"1\"></progress> {Markup.Escape(text)}"),
            };
            if (first) cell.Display(id, bundle);
            else cell.Update(id, bundle);
        }
    }
}
