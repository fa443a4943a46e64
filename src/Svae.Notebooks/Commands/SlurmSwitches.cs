using System.CommandLine;
using Svae.Notebooks.Sweeps;

namespace Svae.Notebooks.Commands;

/// <summary>The options of <c>svae sweep</c> that speak of SLURM.</summary>
internal sealed class SlurmSwitches
{
    private readonly Option<bool> slurm = new("--slurm") { Description = "Submit the runs as a SLURM job array instead of running them here." };
    private readonly Option<bool> dryRun = new("--slurm-dry-run") { Description = "Write and show the array's script, submit nothing." };
    private readonly Option<string?> partition = Text("--partition", "SLURM: partition.", "name");
    private readonly Option<string?> account = Text("--account", "SLURM: account.", "name");
    private readonly Option<string?> time = Text("--time", "SLURM: time limit of a run, such as 1:00:00; a minute before its end the run is stopped and saved.", "time");
    private readonly Option<string?> memory = Text("--mem", "SLURM: memory of a run, such as 8G.", "size");
    private readonly Option<string?> resources = Text("--gres", "SLURM: generic resources of a run, such as gpu:1.", "list");
    private readonly Option<int?> cores = SweepCommand.Positive("--cores", null, "SLURM: cores of a run, and threads that it uses. [default: 1]");
    private readonly Option<int?> atOnce = SweepCommand.Positive("--at-once", null, "SLURM: at most so many runs at a time.");

    public IEnumerable<Option> All => [slurm, dryRun, partition, account, time, memory, resources, cores, atOnce];

    /// <summary>Is the sweep meant for SLURM?</summary>
    public bool Asked(ParseResult parsed) => parsed.GetValue(slurm) || DryRun(parsed);

    public bool DryRun(ParseResult parsed) => parsed.GetValue(dryRun);

    public SlurmOptions Options(ParseResult parsed) => new()
    {
        Partition = parsed.GetValue(partition), Account = parsed.GetValue(account), Time = parsed.GetValue(time), Memory = parsed.GetValue(memory),
        Resources = parsed.GetValue(resources), Cores = parsed.GetValue(cores) ?? 1, AtOnce = parsed.GetValue(atOnce),
    };

    private static Option<string?> Text(string name, string description, string shape)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = shape };
        // They end up in a script's #SBATCH lines, one a line.
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { } text }] && (text.Length == 0 || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))) result.AddError($"{name} \"{text}\": must be one word");
        });
        return option;
    }
}
