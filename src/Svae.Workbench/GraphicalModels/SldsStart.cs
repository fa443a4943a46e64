using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Where an SLDS starts: the exact posterior of its parameters given latent paths and states, as k-means or an
/// AR-HMM on encoded means find them. A cold start loses its states; this one keeps them.
/// </summary>
public static class SldsStart
{
    /// <summary>η = η₀ + Σ t(x, z), the conjugate update with x and z given.</summary>
    /// <param name="model">The model, for its prior.</param>
    /// <param name="latents">x, float64 [T_i, n], one for each recording.</param>
    /// <param name="states">z, one for each frame, in 0..K − 1.</param>
    /// <param name="starts">How many sequences begin in training (subsequences count): any frame may be a first frame, so x_1 is learned from all at that weight.</param>
    /// <exception cref="ArgumentException">Lengths differ or a state lies outside 0..K − 1.</exception>
    public static SldsParameters FromStates(
        SwitchingLinearDynamicalSystem model, IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, int starts)
    {
        int count = model.Settings.States;
        using var mode = no_grad();
        Tensor x = cat([.. latents]).to(ScalarType.Float64);
        Tensor z = cat([.. states.Select((s, i) => OneHot(s, latents[i], i, count))]);
        Tensor before = cat([.. latents.Select(l => l.narrow(0, 0, l.shape[0] - 1))]).to(ScalarType.Float64);
        Tensor after = cat([.. latents.Select(l => l.narrow(0, 1, l.shape[0] - 1))]).to(ScalarType.Float64);
        Tensor from = cat([.. states.Select((s, i) => OneHot(s[..^1], latents[i], i, count))]);
        Tensor into = cat([.. states.Select((s, i) => OneHot(s[1..], latents[i], i, count))]);
        Tensor affine = cat([before, ones(before.shape[0], 1, ScalarType.Float64)], 1);
        double weight = (double)starts / x.shape[0];

        SldsParameters prior = model.Prior;
        var (start, pair) = (prior.InitialState, prior.Dynamics);
        return new SldsParameters(
            new Dirichlet.Natural(prior.Initial.Eta + weight * z.sum([0])),
            new Dirichlet.Natural(prior.Transition.Eta + matmul(from.t(), into)),
            new NormalInverseWishart.Natural(
                start.A + weight * Moments(z, x, x), start.b + weight * matmul(z.t(), x),
                start.Kappa + weight * z.sum([0]), start.Nu + weight * z.sum([0])),
            new MatrixNormalInverseWishart.Natural(
                pair.KInverse + Moments(into, affine, affine), pair.B + Moments(into, affine, after),
                pair.C + Moments(into, after, after), pair.Nu + into.sum([0])));
    }

    /// <summary>Σ_t w[t, k] a_t b_tᵀ, shape [K, p, n].</summary>
    private static Tensor Moments(Tensor weights, Tensor a, Tensor b) =>
        stack([.. weights.unbind(1).Select(w => matmul((a * w.unsqueeze(1)).t(), b))]);

    private static Tensor OneHot(int[] states, Tensor latents, int sequence, int count)
    {
        if (states.Length > latents.shape[0])
            throw new ArgumentException($"states[{sequence}]: expected {latents.shape[0]} frames as in latents, got {states.Length}");
        int bad = Array.FindIndex(states, s => s < 0 || s >= count);
        if (bad >= 0) throw new ArgumentException($"states[{sequence}][{bad}] = {states[bad]}: must lie in 0..{count - 1}");
        return nn.functional.one_hot(tensor(states.Select(s => (long)s).ToArray()), count).to(ScalarType.Float64);
    }
}
