using System.CommandLine;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Sweeps;
using Svae.Notebooks.Terminal;
using Svae.Workbench;

namespace Svae.Notebooks.Commands;

/// <summary><c>svae sweep</c>: a notebook over a grid of parameters and seeds.</summary>
internal static class SweepCommand
{
    private static readonly string[] Examples =
    [
        "# six runs, as many at a time as there are cores",
        "svae sweep notebooks/04-warped-clusters.ipynb -p LearningRate=1e-3,3e-3 --seeds 0..2",
        "# settings from a table: CSV with a header of parameter names, or JSON; each with five seeds",
        "svae sweep notebooks/12-mouse-syllables.ipynb --settings grid.csv --seeds 0..4 --jobs 2 --out sweeps/mice",
        "# the same on a cluster; look at the script first",
        "svae sweep notebooks/12-mouse-syllables.ipynb --settings grid.csv --seeds 0..4 --out sweeps/mice --slurm --partition short --time 1:00:00 --mem 8G --cores 4 --slurm-dry-run",
        "# the table of what is done so far, sorted by another score",
        "svae sweep collect sweeps/mice --sort \"NMI, held out\"",
    ];

    public static Command Create(TextWriter terminal)
    {
        var notebook = new Argument<string>("notebook") { Description = "The notebook (.ipynb). What it records with Notebook.Ledger is tabulated." };
        var parameters = CommonOptions.Parameters("Values of a parameter, separated by commas (commas inside [ ] or \" \" belong to a value); may be repeated. Every combination is run.", "name=a,b,c");
        var seeds = new Option<string?>("--seeds") { Description = "Values of the parameter Seed: 0..4 or 0,1,7.", HelpName = "seeds" };
        var settings = new Option<string?>("--settings") { Description = "File of settings, combined with the rest: CSV (a header of parameter names) or JSON (a list of objects, or an object of lists).", HelpName = "file" };
        var output = new Option<string?>("--out", "-o") { Description = "The sweep's folder; the same command with the same folder goes on where it stopped. [default: artifacts/sweeps/NAME]", HelpName = "folder" };
        var quick = CommonOptions.Quick();
        var noHtml = new Option<bool>("--no-html") { Description = "Do not write a page for each run." };
        var timeout = CommonOptions.Timeout();
        var jobs = Positive("--jobs", "-j", "Processes at a time. [default: one a core]");
        var sort = new Option<string?>("--sort") { Description = "Score to sort the table by. [default: the first recorded]", HelpName = "score" };
        var plain = CommonOptions.Plain();
        var slurm = new SlurmSwitches();
        var command = new DocumentedCommand("sweep", "Run a notebook for every combination of parameters and seeds, here or as a SLURM job array, and tabulate its scores with mean and standard deviation over seeds.", Examples)
        {
            notebook, parameters, seeds, settings, output, quick, noHtml, timeout, jobs, sort, plain, CollectCommand(terminal),
        };
        foreach (var option in slurm.All) command.Add(option);
        command.SetAction(parsed => GuardedAsync(terminal, async () =>
        {
            string path = parsed.GetValue(notebook)!, folder = parsed.GetValue(output) ?? Path.Combine("artifacts", "sweeps", Path.GetFileNameWithoutExtension(path));
            var lists = (parsed.GetValue(parameters) ?? []).Select(SweepGrid.List).ToArray();
            var grid = SweepGrid.Combine(parsed.GetValue(settings) is { } file ? SettingsFile.Load(file) : [], lists, parsed.GetValue(seeds) is { } text ? SweepGrid.Seeds(text) : []);
            var sweep = new SweepSession(terminal, folder, parsed.GetValue(plain), parsed.GetValue(sort));
            using var stop = new StopSignal(sweep.Say);
            var plan = SweepPlan.Make(path, grid, folder, parsed.GetValue(quick), CommonOptions.Time(parsed, timeout), !parsed.GetValue(noHtml));
            return slurm.Asked(parsed)
                ? await sweep.SubmitAsync(plan, slurm.Options(parsed), slurm.DryRun(parsed), stop.Token).ConfigureAwait(false)
                : await sweep.RunAsync(plan, parsed.GetValue(jobs), stop.Token).ConfigureAwait(false);
        }));
        return command;
    }

    internal static Option<int?> Positive(string name, string? alias, string description)
    {
        var option = alias is null ? new Option<int?>(name) : new Option<int?>(name, alias);
        (option.Description, option.HelpName) = (description, "n");
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { } text }] && int.TryParse(text, out int count) && count < 1) result.AddError($"{name} {text}: at least 1");
        });
        return option;
    }

    internal static async Task<int> GuardedAsync(TextWriter terminal, Func<Task<int>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception e) when (e is UserInputException or NotebookFormatException)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, e is UserInputException user ? user.Details : []);
            return (int)RunStatus.UserError;
        }
    }

    private static DocumentedCommand CollectCommand(TextWriter terminal)
    {
        var folder = new Argument<string>("folder") { Description = "The sweep's folder." };
        var sort = new Option<string?>("--sort") { Description = "Score to sort by. [default: the first recorded]", HelpName = "score" };
        var command = new DocumentedCommand("collect", "Tabulate what a sweep has so far: index.html, table.csv and runs.csv in its folder.", "svae sweep collect artifacts/sweeps/04-warped-clusters") { folder, sort };
        command.SetAction(parsed => GuardedAsync(terminal, () =>
            Task.FromResult(new SweepSession(terminal, parsed.GetValue(folder)!, plain: true, parsed.GetValue(sort)).Collect(SweepPlan.Load(parsed.GetValue(folder)!)))));
        return command;
    }
}
