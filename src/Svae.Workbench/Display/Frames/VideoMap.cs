using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Videos of one pixel row, such as the bouncing dot, as pictures of time × pixel, one above the other on one colour scale.</summary>
public static class VideoMap
{
    /// <summary>Truth and predictions, and below each prediction, if asked for, what it is off by.</summary>
    /// <param name="title">Title of the figure.</param>
    /// <param name="rows">Name and video [T, pixels] of each row, the truth first.</param>
    /// <param name="conditioned">Frames that the predictions were made from; a line stands after them.</param>
    /// <param name="differences">Adds a row "… − truth" for every row but the first.</param>
    /// <param name="frameRate">Frames per second; time in frames when absent.</param>
    /// <param name="unit">What the values are, with unit.</param>
    /// <param name="hidden">Frames from, …, to − 1 were hidden from the model; a line stands before and after them.</param>
    public static Figure Of(string title, IReadOnlyList<(string Name, Tensor Video)> rows, int? conditioned = null, bool differences = false,
        double? frameRate = null, string unit = "intensity", (int From, int To)? hidden = null)
    {
        if (rows.Count == 0) throw new ArgumentException("rows: expected at least one video, got none");
        using var scope = NewDisposeScope();
        foreach (var (name, video) in rows) Guard.Shape(video, name, ("time", rows[0].Video.shape[0]), ("pixel", rows[0].Video.shape[1]));
        Tensor[] videos = [.. rows.Select(r => TensorNumbers.Plain(r.Video))];
        double[] truth = [.. TensorNumbers.Flat(videos[0]).Where(double.IsFinite).Order()];
        (double min, double max) = truth.Length == 0 ? (0, 1) : (truth[(int)(.005 * (truth.Length - 1))], truth[(int)(.995 * (truth.Length - 1))]);
        Tensor[] errors = differences ? [.. videos.Skip(1).Select(v => v - videos[0])] : [];
        double worst = errors.SelectMany(TensorNumbers.Flat).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(1).Max();
        var panels = videos.Select((v, i) => Row(rows[i].Name, v).HeatMap(TensorNumbers.Matrix(v.mT), unit, ColorRamp.Heat, min, max,
                columns: Time()))
            .Concat(errors.Select((e, i) => Row($"{rows[i + 1].Name} − {rows[0].Name}", e)
                .HeatMap(TensorNumbers.Matrix(e.mT), "difference", ColorRamp.Diverging, -worst, worst, columns: Time()))).ToArray();
        foreach (int first in new[] { conditioned, hidden?.From, hidden?.To }.OfType<int>())
            foreach (Panel panel in panels) panel.Instant(Time().At(first - .5), "", Palette.Of(5));
        return new Figure(title)
        {
            Subtitle = conditioned is { } frames ? $"the model sees the {frames} frames left of the dotted line and predicts the rest"
                : hidden is { } span ? $"the model sees nothing of the {span.To - span.From} frames between the dotted lines" : null,
            Panels = panels,
        };

        CellCenters Time() => new(0, 1 / (frameRate ?? 1));
        Panel Row(string name, Tensor video) => new(frameRate is null ? "time (frames)" : "time (s)", "pixel")
            { Title = name, Height = (int)Math.Clamp(5 * video.shape[1], 70, 160) };
    }
}
