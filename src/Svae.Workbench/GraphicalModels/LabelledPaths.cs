using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>Latent paths with known states, and the sufficient statistics they add to a conjugate prior.</summary>
internal sealed class LabelledPaths
{
    private readonly Tensor x, z, before, after, from, into;

    /// <param name="latents">x, float64 [T_i, n], one for each recording.</param>
    /// <param name="states">z, one for each frame, in 0..K − 1.</param>
    /// <param name="count">K.</param>
    /// <exception cref="ArgumentException">Lengths differ or a state lies outside 0..K − 1.</exception>
    public LabelledPaths(IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, int count)
    {
        if (latents.Count == 0 || latents.Count != states.Count)
            throw new ArgumentException($"latents and states: expected one path of states for each of at least one latent path, got {latents.Count} and {states.Count}");
        for (int i = 0; i < states.Count; i++) Require(latents[i], states[i], i, count);
        x = cat([.. latents]).to(ScalarType.Float64);
        z = cat([.. states.Select((s, i) => OneHot(s, latents[i], count))]);
        before = cat([.. latents.Select(l => l.narrow(0, 0, l.shape[0] - 1))]).to(ScalarType.Float64);
        after = cat([.. latents.Select(l => l.narrow(0, 1, l.shape[0] - 1))]).to(ScalarType.Float64);
        from = cat([.. states.Select((s, i) => OneHot(s[..^1], latents[i], count))]);
        into = cat([.. states.Select((s, i) => OneHot(s[1..], latents[i], count))]);
    }

    /// <summary>Counts of first states, shape [K]: all frames at the weight of this many first ones.</summary>
    public Tensor Initial(int starts) => Weight(starts) * z.sum([0]);

    /// <summary>Counts of transitions, shape [K, K].</summary>
    public Tensor Transitions() => matmul(from.t(), into);

    /// <summary>Statistics of single frames by state, batch [K], all frames at the weight of this many.</summary>
    /// <param name="weight">Weight of each frame.</param>
    public NormalInverseWishart.Natural Components(double weight)
    {
        Tensor count = weight * z.sum([0]);
        return new NormalInverseWishart.Natural(weight * Moments(z, x, x), weight * matmul(z.t(), x), count, count.clone());
    }

    /// <summary>Statistics of first frames by state, batch [K]: all frames at the weight of this many first ones.</summary>
    public NormalInverseWishart.Natural Starts(int starts) => Components(Weight(starts));

    /// <summary>Statistics of pairs of frames by the later one's state, batch [K], on [A b].</summary>
    public MatrixNormalInverseWishart.Natural Pairs()
    {
        Tensor affine = cat([before, ones(before.shape[0], 1, ScalarType.Float64, before.device)], 1);
        return new MatrixNormalInverseWishart.Natural(
            Moments(into, affine, affine), Moments(into, affine, after), Moments(into, after, after), into.sum([0]));
    }

    private double Weight(int starts) => (double)starts / x.shape[0];

    /// <summary>Σ_t w[t, k] a_t b_tᵀ, shape [K, p, n].</summary>
    private static Tensor Moments(Tensor weights, Tensor a, Tensor b) =>
        stack([.. weights.unbind(1).Select(w => matmul((a * w.unsqueeze(1)).t(), b))]);

    private static void Require(Tensor latents, int[] states, int sequence, int count)
    {
        if (states.Length == 0 || states.Length != latents.shape[0])
            throw new ArgumentException($"states[{sequence}]: expected {latents.shape[0]} frames as in latents, at least one, got {states.Length}");
        int bad = Array.FindIndex(states, s => s < 0 || s >= count);
        if (bad >= 0) throw new ArgumentException($"states[{sequence}][{bad}] = {states[bad]}: must lie in 0..{count - 1}");
    }

    private static Tensor OneHot(int[] states, Tensor latents, int count) =>
        Categorical.OneHot(tensor(states.Select(s => (long)s).ToArray(), device: latents.device), count);
}
