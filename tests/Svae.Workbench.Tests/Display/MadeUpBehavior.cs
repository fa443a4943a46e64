using Svae.Workbench.Display;
using Svae.Workbench.Learning;

namespace Svae.Workbench.Tests.Display;

/// <summary>Labels as a mouse might have them, and an imperfect inference of them.</summary>
internal static class MadeUpBehavior
{
    public const double FrameRate = 30;
    public static readonly string[] Names = ["pause", "walk", "run", "turn left", "turn right", "rear up", "rear hold", "rear down",
        "groom", "scrunch", "extend", "dart"];

    public static List<int[]> Truth(int recordings = 3, int frames = 2500)
    {
        var random = new Random(7);
        double[] dwell = [21, 17, 13, 12, 12, 10, 15, 9, 36, 14, 12, 8];
        return Enumerable.Range(0, recordings).Select(_ =>
        {
            var labels = new int[frames];
            for (int t = 0, z = 0; t < frames;)
            {
                int length = 1 + (int)(-dwell[z] * Math.Log(random.NextDouble()));
                for (int i = 0; i < length && t < frames; i++) labels[t++] = z;
                z = z == 5 ? 6 : z == 6 ? 7 : (z + 1 + (random.NextDouble() < .6 ? random.Next(2) : random.Next(11))) % 12;
            }
            return labels;
        }).ToList();
    }

    /// <summary>States are a permutation of the truth, change a little late, miss short bouts and split one behaviour in two.</summary>
    public static List<int[]> Inferred(List<int[]> truth)
    {
        var random = new Random(8);
        return truth.Select(labels =>
        {
            var states = new int[labels.Length];
            for (int t = 0; t < labels.Length; t++)
            {
                int seen = labels[Math.Max(t - 2, 0)];
                states[t] = t > 0 && random.NextDouble() < .8 && labels[t] != labels[t - 1] ? states[t - 1]
                    : t > 0 && labels[t] == labels[t - 1] && random.NextDouble() < .97 ? states[t - 1]
                    : seen == 8 && random.NextDouble() < .4 ? 12 : (seen * 5 + 2) % 12;
            }
            return states;
        }).ToList();
    }

    public static int[] InferredToTrue()
    {
        var map = Enumerable.Repeat(-1, 13).ToArray();
        for (int z = 0; z < 12; z++) map[(z * 5 + 2) % 12] = z;
        return map;
    }

    public static List<TrainingRecord> History()
    {
        var random = new Random(3);
        return Enumerable.Range(0, 900).Select(i =>
        {
            string phase = i < 200 ? "warm-up" : i < 240 ? "initialisation" : "joint";
            double likelihood = -300 - 2200 * Math.Exp(-i / 12.0) - 60 * Math.Exp(-i / 200.0) + 6 * random.NextDouble();
            double local = 22 - 8 * Math.Exp(-i / 60.0) - (i > 240 ? 5 * (1 - Math.Exp(-(i - 240) / 100.0)) : 0) + random.NextDouble(),
                global = i < 240 ? 0 : 2 + 3 * Math.Exp(-(i - 240) / 80.0);
            return new TrainingRecord(i * 5, i * .2, phase, likelihood - local - global, likelihood, local, global);
        }).ToList();
    }

    public static IReadOnlyList<StateStyle> Styles => StateStyle.For(Names);
}
