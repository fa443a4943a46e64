using System.Globalization;
using CsvHelper;
using Svae.Notebooks.Documents;
using Svae.Workbench;

namespace Svae.Notebooks.Sweeps;

/// <summary>One row of a sweep's table: a setting, and the runs of it that differ in their seed.</summary>
/// <param name="Setting">The setting without its seed.</param>
/// <param name="Tasks">Its runs.</param>
internal sealed record SweepRow(Setting Setting, IReadOnlyList<int> Tasks);

/// <summary>What came of a sweep, so far: scores by setting, with mean and standard deviation over seeds.</summary>
internal sealed class SweepTable
{
    private SweepTable(SweepPlan plan, IReadOnlyList<SweepRecord?> records, string? sortBy)
    {
        (Plan, Records) = (plan, records);
        var names = Enumerable.Range(0, plan.Tasks.Count).SelectMany(task => plan[task].Values).GroupBy(value => value.Name).ToArray();
        Varying = names.Where(group => group.Key != SweepGrid.Seed && (group.Select(value => value.Value).Distinct().Count() > 1 || group.Count() < plan.Tasks.Count))
            .Select(group => group.Key).ToArray();
        Fixed = names.Where(group => group.Key != SweepGrid.Seed && !Varying.Contains(group.Key)).Select(group => group.First()).ToArray();
        var scores = records.OfType<SweepRecord>().Where(record => record.Succeeded()).SelectMany(record => record.Scores).ToArray();
        Scores = scores.Select(score => score.Name).Distinct().ToArray();
        LowerIsBetter = scores.Where(score => score is { AtMost: not null, AtLeast: null }).Select(score => score.Name).ToHashSet();
        SortBy = sortBy ?? Scores.FirstOrDefault();
        if (sortBy is not null && Scores.Count > 0 && !Scores.Contains(sortBy))
        {
            string near = Parameters.NearestName.Of(sortBy, Scores) is { } nearest ? $" Did you mean \"{nearest}\"?" : "";
            throw new UserInputException($"--sort {sortBy}: no such score.{near} There are: {string.Join(", ", Scores)}");
        }
        var rows = Enumerable.Range(0, plan.Tasks.Count).GroupBy(task => plan[task].WithoutSeed()).Select(group => new SweepRow(group.Key, group.ToArray()));
        Rows = SortBy is { } key ? rows.OrderBy(row => Rank(row, key)).ToArray() : rows.ToArray();
    }

    /// <summary>The sweep.</summary>
    public SweepPlan Plan { get; }

    /// <summary>How each run ended; null where it is not done.</summary>
    public IReadOnlyList<SweepRecord?> Records { get; }

    /// <summary>Parameters that differ between settings, the seed left out.</summary>
    public IReadOnlyList<string> Varying { get; }

    /// <summary>Parameters that were given and are the same for all.</summary>
    public IReadOnlyList<(string Name, string Value)> Fixed { get; }

    /// <summary>Names of the scores.</summary>
    public IReadOnlyList<string> Scores { get; }

    /// <summary>Scores that claim an upper bound only.</summary>
    public IReadOnlySet<string> LowerIsBetter { get; }

    /// <summary>The score that the rows are sorted by, the best first.</summary>
    public string? SortBy { get; }

    /// <summary>One row a setting.</summary>
    public IReadOnlyList<SweepRow> Rows { get; }

    /// <summary>Gathers what is there.</summary>
    /// <param name="plan">The sweep.</param>
    /// <param name="sortBy">The score to sort by; default: the first that the notebook records.</param>
    /// <exception cref="UserInputException">There is no such score.</exception>
    public static SweepTable Of(SweepPlan plan, string? sortBy = null) =>
        new(plan, Enumerable.Range(0, plan.Tasks.Count).Select(task => SweepRecord.Of(plan, task)).ToArray(), sortBy);

    /// <summary>A score of a row's runs, one value a run that has it.</summary>
    public double[] Values(SweepRow row, string score) => row.Tasks.Select(task => Records[task]).Where(record => record?.Succeeded() == true)
        .SelectMany(record => record!.Scores).Where(recorded => recorded.Name == score).Select(recorded => recorded.Value).ToArray();

    /// <summary>Mean and sample standard deviation (n − 1; not a number for one value).</summary>
    public static (double Mean, double Deviation) Summary(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return (double.NaN, double.NaN);
        double mean = values.Average();
        return (mean, values.Count < 2 ? double.NaN : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }

    /// <summary>The unit of a score, empty for a plain number.</summary>
    public string Unit(string score) => Records.OfType<SweepRecord>().SelectMany(record => record.Scores)
        .FirstOrDefault(recorded => recorded.Name == score && recorded.Unit is not null)?.Unit ?? "";

    /// <summary>Writes <c>table.csv</c> (a row a setting), <c>runs.csv</c> (a row a run) and <c>index.html</c>.</summary>
    /// <returns>Their paths.</returns>
    public IReadOnlyList<string> Save()
    {
        var files = new[]
        {
            (Path.Combine(Plan.Folder, Export.RunIndex.FileName), SweepPage.Of(this)),
            (Path.Combine(Plan.Folder, "table.csv"), Csv(SettingLines())), (Path.Combine(Plan.Folder, "runs.csv"), Csv(RunLines())),
        };
        foreach (var (path, text) in files) AtomicFile.Write(path, text);
        return files.Select(file => file.Item1).ToArray();
    }

    private double Rank(SweepRow row, string score)
    {
        double mean = Summary(Values(row, score)).Mean;
        return double.IsNaN(mean) ? double.PositiveInfinity : LowerIsBetter.Contains(score) ? mean : -mean;
    }

    private IEnumerable<IEnumerable<object?>> SettingLines()
    {
        var names = Fixed.Select(value => value.Name).Concat(Varying).ToArray();
        yield return names.Concat(["runs"]).Concat(Scores.SelectMany(score => new[] { score, score + " sd" }));
        foreach (var row in Rows)
            yield return names.Select(name => (object?)row.Setting[name]).Append(row.Tasks.Count(task => Records[task]?.Succeeded() == true))
                .Concat(Scores.SelectMany(score => Summary(Values(row, score)) is var (mean, deviation) ? new object?[] { Number(mean), Number(deviation) } : []));
    }

    private IEnumerable<IEnumerable<object?>> RunLines()
    {
        var names = Fixed.Select(value => value.Name).Concat(Varying).ToList();
        if (Enumerable.Range(0, Plan.Tasks.Count).Any(task => Plan[task][SweepGrid.Seed] is not null)) names.Add(SweepGrid.Seed);
        yield return names.Concat(["status", "seconds", "host"]).Concat(Scores).Append("error").Append("folder");
        for (int task = 0; task < Records.Count; task++)
        {
            var record = Records[task];
            yield return names.Select(name => (object?)Plan[task][name])
                .Concat([record?.Status ?? "not done", record?.Seconds, record?.Host])
                .Concat(Scores.Select(score => (object?)(record?.Scores.FirstOrDefault(recorded => recorded.Name == score) is { } found ? Number(found.Value) : null)))
                .Append(record?.Error).Append(Path.GetRelativePath(Plan.Folder, Plan.FolderOf(task)));
        }
    }

    private static object? Number(double value) => double.IsNaN(value) ? null : value;

    private static string Csv(IEnumerable<IEnumerable<object?>> lines)
    {
        using var text = new StringWriter();
        using (var csv = CsvWriter.Create(text, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true))
            foreach (var line in lines)
                csv.WriteRecord(line.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").ToArray());
        return text.ToString();
    }
}
