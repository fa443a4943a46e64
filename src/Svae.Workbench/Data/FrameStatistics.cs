using System.Globalization;
using System.Text;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>What depth video of mice looks like in numbers; a simulated recording is held against a real one by these.</summary>
public sealed record FrameStatistics
{
    /// <summary>Pixels above 10 mm, their 5, 50 and 95 % quantiles over frames.</summary>
    public required double[] Area { get; init; }

    /// <summary>Mean height of those pixels, mm; 5, 50 and 95 %.</summary>
    public required double[] MeanHeight { get; init; }

    /// <summary>The height that ten pixels of a frame reach, mm; 5, 50 and 95 %.</summary>
    public required double[] MaxHeight { get; init; }

    /// <summary>Part of the variance of lightly smoothed frames in the first 1, 2, 3, 5 and 10 principal components.</summary>
    public required double[] PrincipalVariance { get; init; }

    /// <summary>Mean autocorrelation of the pixels that vary, at lags of 1, 3, 10 and 30 frames.</summary>
    public required double[] Autocorrelation { get; init; }

    /// <summary>Mean absolute difference of successive frames inside the body, mm.</summary>
    public required double FrameDifference { get; init; }

    /// <summary>Body pixels that appear or disappear from one frame to the next, in the calmest third of frames.</summary>
    public required double Toggling { get; init; }

    private const int Crop = 60;    // px around the centre: all of the body

    /// <summary>One session of a real extraction (Kinect 2, 900 frames).</summary>
    public static FrameStatistics Real { get; } = new()
    {
        Area = [355, 454, 574],
        MeanHeight = [19, 24, 28],
        MaxHeight = [29, 35, 54],
        PrincipalVariance = [.32, .61, .73, .84, .92],
        Autocorrelation = [.84, .73, .51, .27],
        FrameDifference = 2.2,
        Toggling = 42,
    };

    /// <summary>An earlier simulation with the same body, behaviours and drift, calibrated against the real session.</summary>
    public static FrameStatistics Prototype { get; } = new()
    {
        Area = [389, 459, 518],
        MeanHeight = [22, 24, 34],
        MaxHeight = [30, 35, 55],
        PrincipalVariance = [.42, .67, .74, .82, .92],
        Autocorrelation = [.83, .75, .51, .21],
        FrameDifference = 2.0,
        Toggling = 35,
    };

    /// <summary>Measures recordings together.</summary>
    /// <param name="recordings">With frames, each of at least 60.</param>
    /// <exception cref="ArgumentException">A recording has no frames or too few.</exception>
    public static FrameStatistics Of(IReadOnlyList<Recording> recordings)
    {
        foreach (Recording recording in recordings)
            if (recording.Frames is null || recording.Length < 60) throw new ArgumentException($"\"{recording.Name}\": at least 60 frames are needed");
        using var scope = NewDisposeScope();
        Tensor[] frames = [.. recordings.Select(r => Centre(r.Frames!))];
        Tensor all = cat(frames), body = all > BodyScalars.BodyHeight;
        Tensor area = body.sum([1, 2]).to(ScalarType.Float32);
        Tensor meanHeight = (all * body).sum([1, 2]) / area.clamp(min: 1);
        Tensor maxHeight = all.flatten(1).topk(10, 1).values.min(1).values;
        (double difference, double toggling)[] motion = [.. frames.Select(Motion)];
        return new FrameStatistics
        {
            Area = Quantiles(area),
            MeanHeight = Quantiles(meanHeight),
            MaxHeight = Quantiles(maxHeight),
            PrincipalVariance = Principal(all),
            Autocorrelation = [.. new[] { 1, 3, 10, 30 }.Select(lag => frames.Average(f => Autocorrelate(f, lag)))],
            FrameDifference = motion.Average(m => m.difference),
            Toggling = motion.Average(m => m.toggling),
        };
    }

    /// <summary>A table with one row a statistic, this beside others.</summary>
    public string Table(params (string Name, FrameStatistics Statistics)[] columns)
    {
        StringBuilder table = new();
        table.AppendLine($"{"",-34}{string.Concat(columns.Select(c => $"{c.Name,-28}"))}this");
        Row("area above 10 mm, px 5/50/95 %", s => Join(s.Area, "0"));
        Row("mean height, mm 5/50/95 %", s => Join(s.MeanHeight, "0.0"));
        Row("max height, mm 5/50/95 %", s => Join(s.MaxHeight, "0"));
        Row("principal variance 1/2/3/5/10", s => Join(s.PrincipalVariance, ".00"));
        Row("autocorrelation, lag 1/3/10/30", s => Join(s.Autocorrelation, ".00"));
        Row("frame difference, mm", s => Join([s.FrameDifference], "0.0"));
        Row("toggling pixels, calm frames", s => Join([s.Toggling], "0"));
        return table.ToString();

        void Row(string name, Func<FrameStatistics, string> value) =>
            table.AppendLine($"{name,-34}{string.Concat(columns.Select(c => $"{value(c.Statistics),-28}"))}{value(this)}");
    }

    private static string Join(double[] values, string format) =>
        string.Join("/", values.Select(v => v.ToString(format, CultureInfo.InvariantCulture)));

    private static Tensor Centre(Tensor frames)
    {
        long height = Math.Min(Crop, frames.shape[1]), width = Math.Min(Crop, frames.shape[2]);
        return frames.narrow(1, (frames.shape[1] - height) / 2, height).narrow(2, (frames.shape[2] - width) / 2, width).to(ScalarType.Float32);
    }

    private static double[] Quantiles(Tensor values) =>
        [.. values.quantile(tensor(new float[] { .05f, .5f, .95f })).data<float>().ToArray().Select(v => (double)v)];

    private static double[] Principal(Tensor frames)
    {
        using var scope = NewDisposeScope();
        Tensor small = nn.functional.avg_pool2d(frames.unsqueeze(1), 3, stride: 2).flatten(1);
        Tensor centred = small - small.mean([0L]);
        Tensor variance = linalg.eigvalsh(centred.t().matmul(centred).to(ScalarType.Float64)).flip(0);
        double[] cumulative = (variance.cumsum(0) / variance.sum()).data<double>().ToArray();
        return [.. new[] { 1, 2, 3, 5, 10 }.Select(k => cumulative[k - 1])];
    }

    private static double Autocorrelate(Tensor frames, int lag)
    {
        using var scope = NewDisposeScope();
        Tensor centred = (frames - frames.mean([0L])).flatten(1);
        Tensor variance = centred.pow(2).mean([0L]);
        Tensor varying = variance > .05 * variance.max();
        long pairs = centred.shape[0] - lag;
        Tensor covariance = (centred.narrow(0, 0, pairs) * centred.narrow(0, lag, pairs)).mean([0L]);
        return (covariance / variance)[varying].mean().to(ScalarType.Float64).item<double>();
    }

    private static (double Difference, double Toggling) Motion(Tensor frames)
    {
        using var scope = NewDisposeScope();
        Tensor before = frames.narrow(0, 0, frames.shape[0] - 1), after = frames.narrow(0, 1, frames.shape[0] - 1);
        Tensor was = before > BodyScalars.BodyHeight, now = after > BodyScalars.BodyHeight, both = was.logical_and(now);
        Tensor change = (after - before).abs();
        Tensor toggled = was.logical_xor(now).sum([1, 2]).to(ScalarType.Float32);
        Tensor calm = change.mean([1L, 2L]).argsort().narrow(0, 0, Math.Max(1, change.shape[0] / 3));
        return (change[both].mean().to(ScalarType.Float64).item<double>(), toggled[calm].mean().to(ScalarType.Float64).item<double>());
    }
}
