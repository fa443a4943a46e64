using System.Globalization;

namespace Svae.Notebooks.Terminal;

/// <summary>Times as people read them.</summary>
internal static class Durations
{
    /// <summary>"0.4 s", "12 s", "3:07 min", "1:02:09 h".</summary>
    public static string Short(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { TotalSeconds: < 60 } => time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + " s",
        { TotalHours: < 1 } => $"{(int)time.TotalMinutes}:{time.Seconds:00} min",
        _ => $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00} h",
    };
}
