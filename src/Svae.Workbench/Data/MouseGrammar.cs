namespace Svae.Workbench.Data;

/// <summary>
/// The order and the durations of one mouse's behaviours: a semi-Markov chain <c>z_{i+1} ~ P(· | z_i)</c> without
/// self-transitions, whose dwell times are close to geometric. Mice differ in how much they like each behaviour.
/// </summary>
internal sealed class MouseGrammar
{
    /// <summary>Spread of the mice's likings: standard deviation of the log weight of a behaviour.</summary>
    private const double Liking = 0.3;

    /// <summary>No bout is shorter, frames.</summary>
    private const int ShortestBout = 2;

    private readonly double[][] transition;

    public MouseGrammar(IReadOnlyList<MouseBehavior> repertoire, RandomStream random)
    {
        double[] weight = [.. repertoire.Select(_ => Math.Exp(Liking * random.NextNormal()))];
        Dictionary<string, int> index = repertoire.Select((b, k) => (b.Name, k)).ToDictionary(p => p.Name, p => p.k);
        transition = new double[repertoire.Count][];
        for (int k = 0; k < repertoire.Count; k++)
        {
            double[] row = transition[k] = new double[repertoire.Count];
            foreach ((string name, double probability) in repertoire[k].Next) row[index[name]] = probability * weight[index[name]];
            double sum = row.Sum();
            for (int j = 0; j < row.Length; j++) row[j] /= sum;
        }
    }

    /// <summary>The behaviour of every frame, <c>[length]</c>.</summary>
    public int[] Sample(IReadOnlyList<MouseBehavior> repertoire, int length, double frameRate, RandomStream random)
    {
        var labels = new int[length];
        int behavior = random.NextInt(repertoire.Count);
        for (int t = 0; t < length; behavior = random.NextIndex(transition[behavior]))
        {
            int bout = Dwell(repertoire[behavior].Dwell * frameRate, random);
            for (int end = Math.Min(length, t + bout); t < end; t++) labels[t] = behavior;
        }
        return labels;
    }

    /// <summary>A geometric duration with the given mean, frames, shifted by the shortest bout.</summary>
    private static int Dwell(double mean, RandomStream random)
    {
        double stop = 1 / (mean - ShortestBout + 1);
        return ShortestBout + (int)(Math.Log(1 - random.NextUniform()) / Math.Log(1 - stop));
    }
}
