using Microsoft.Data.Analysis;
using Svae.Workbench.Behavior;

namespace Svae.Workbench.Display;

/// <summary>The results of a study as tables, for other programs to read.</summary>
public static class ResultTables
{
    /// <summary>One row a frame: recording, frame, seconds, state, its name, confidence, and the true behaviour where it is known.</summary>
    public static DataFrame Frames(Study study, IReadOnlyList<Segmentation> parsed, IReadOnlyList<StateStyle> styles)
    {
        var recordings = study.Recordings;
        var frames = Enumerable.Range(0, parsed.Count).SelectMany(i => Enumerable.Range(0, parsed[i].States.Length).Select(t => (I: i, T: t))).ToArray();
        double[][] confidence = [.. parsed.Select(p => p.Confidence())];
        var table = new DataFrame(
            new StringDataFrameColumn("recording", frames.Select(f => recordings[f.I].Name)),
            new Int32DataFrameColumn("frame", frames.Select(f => f.T)),
            new DoubleDataFrameColumn("seconds", frames.Select(f => Math.Round(recordings[f.I].Timestamps?[f.T] ?? f.T / study.FrameRate, 4))),
            new Int32DataFrameColumn("state", frames.Select(f => parsed[f.I].States[f.T])),
            new StringDataFrameColumn("name", frames.Select(f => styles[parsed[f.I].States[f.T]].Name)),
            new DoubleDataFrameColumn("confidence", frames.Select(f => Math.Round(confidence[f.I][f.T], 4))));
        if (study.HasTruth)
            table.Columns.Add(new StringDataFrameColumn("true", frames.Select(f => NameOf(recordings[f.I].LabelNames, recordings[f.I].Labels![f.T]))));
        return table;
    }

    /// <summary>One row a state that occurs: how much of the time, how often, how long.</summary>
    public static DataFrame States(Syllables syllables, IReadOnlyList<StateStyle> styles)
    {
        int[] states = [.. syllables.ByUsage.Where(k => syllables.BoutsOf[k].Count > 0)];
        return new DataFrame(
            new Int32DataFrameColumn("state", states),
            new StringDataFrameColumn("name", states.Select(k => styles[k].Name)),
            new DoubleDataFrameColumn("usage", states.Select(k => Math.Round(syllables.Usage[k], 4))),
            new Int32DataFrameColumn("bouts", states.Select(k => syllables.BoutsOf[k].Count)),
            new DoubleDataFrameColumn("median duration, s", states.Select(k => Math.Round(syllables.MedianDuration[k], 3))));
    }

    /// <summary>A table as comma-separated text.</summary>
    public static string ToCsv(this DataFrame table)
    {
        using var stream = new MemoryStream();
        DataFrame.SaveCsv(table, stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string NameOf(IReadOnlyList<string>? names, int label) =>
        label < 0 ? "" : names is not null && label < names.Count ? names[label] : label.ToString();
}
