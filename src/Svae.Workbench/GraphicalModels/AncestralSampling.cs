using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Latent paths drawn frame by frame, each from its parents:
/// <c>z_1 ~ π, x_1 ~ N(μ_z, Σ_z)</c>, then <c>z_{t+1} ~ A[z_t, ·], x_{t+1} ~ N(A_z x_t + b_z, Q_z)</c>. With A_z = 0 the frames are those of
/// a hidden Markov model, with one state those of a linear dynamical system.
/// </summary>
/// <param name="Initial">π, shape [K].</param>
/// <param name="Transition">Rows A[i, ·], shape [K, K].</param>
/// <param name="StartMean">μ, shape [K, n].</param>
/// <param name="StartFactor">Cholesky factors of Σ, shape [K, n, n].</param>
/// <param name="Coefficients">[A b], shape [K, n, n + 1].</param>
/// <param name="NoiseFactor">Cholesky factors of Q, shape [K, n, n].</param>
internal sealed record AncestralSampling(
    Tensor Initial, Tensor Transition, Tensor StartMean, Tensor StartFactor, Tensor Coefficients, Tensor NoiseFactor)
{
    /// <summary>At the parameters that q(θ) expects: E π, E A, E μ, (E Λ)⁻¹ = S/ν.</summary>
    public static AncestralSampling Of(SldsParameters eta)
    {
        using var mode = no_grad();
        var (start, pair) = (NormalInverseWishart.ToStandard(eta.InitialState), MatrixNormalInverseWishart.ToStandard(eta.Dynamics));
        return new AncestralSampling(Normalised(eta.Initial), Normalised(eta.Transition),
            start.m, Factor(start.S, start.Nu), pair.M, Factor(pair.S, pair.Nu));
    }

    /// <summary>A linear dynamical system, as the one state there is.</summary>
    public static AncestralSampling Of(LdsParameters eta)
    {
        using var mode = no_grad();
        var (start, pair) = (NormalInverseWishart.ToStandard(eta.InitialState), MatrixNormalInverseWishart.ToStandard(eta.Dynamics));
        Tensor certain = ones(1, ScalarType.Float64, start.m.device);
        return new AncestralSampling(certain, certain.unsqueeze(0), start.m.unsqueeze(0), Factor(start.S, start.Nu).unsqueeze(0),
            pair.M.unsqueeze(0), Factor(pair.S, pair.Nu).unsqueeze(0));
    }

    /// <summary>A hidden Markov model with Gaussian latents: every frame is drawn as a first one.</summary>
    public static AncestralSampling Of(HmmParameters eta) => Independent(Normalised(eta.Initial), Normalised(eta.Transition), eta.Components);

    /// <summary>A mixture: the state forgets the one before.</summary>
    public static AncestralSampling Of(MixtureParameters eta)
    {
        using var mode = no_grad();
        Tensor weights = Normalised(eta.Weights);
        return Independent(weights, weights.expand(weights.shape[0], weights.shape[0]), eta.Components);
    }

    /// <summary>Whole paths: latents [count, frames, n], states [count, frames].</summary>
    public LatentPaths Simulate(int count, int frames, Generator generator, Tensor? states)
    {
        if (count < 1 || frames < 1) throw new ArgumentException($"count and frames: must be at least 1, got {count} and {frames}");
        RequireStates(states, ("path", count), ("time", frames));
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor z = states?.select(1, 0) ?? Draw(Initial.expand(count, Initial.shape[0]), generator);
        Tensor x = StartMean.index_select(0, z) + Noise(StartFactor, z, generator);
        return Survive(Walk(x, z, states?.narrow(1, 1, frames - 1), frames - 1, generator, includeStart: true));
    }

    /// <summary>The frames after the last one of each sequence: latents [S, B, frames, n], states [S, B, frames].</summary>
    public LatentPaths Continue(ILocalPosterior posterior, Tensor? lengths, int frames, Generator generator, Tensor? states)
    {
        if (frames < 1) throw new ArgumentException($"frames: must be at least 1, got {frames}");
        Tensor samples = posterior.Samples;
        var (count, batch) = (samples.shape[0], samples.shape[1]);
        RequireStates(states, ("sequence", batch), ("time", frames));
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = ChainStatistics.Last(samples.permute(1, 2, 0, 3), lengths).transpose(0, 1).reshape(count * batch, -1);
        Tensor z = posterior is IStatePosterior switching
            ? Draw(ChainStatistics.Last(switching.StateMarginals, lengths).repeat(count, 1), generator)
            : zeros(count * batch, ScalarType.Int64, x.device);
        LatentPaths all = Walk(x, z, states?.repeat(count, 1), frames, generator, includeStart: false);
        return Survive(new LatentPaths(all.Latents.reshape(count, batch, frames, -1), all.States!.reshape(count, batch, frames)));
    }

    private LatentPaths Walk(Tensor x, Tensor z, Tensor? states, int steps, Generator generator, bool includeStart)
    {
        var (latents, path) = (new List<Tensor>(), new List<Tensor>());
        if (includeStart) (latents, path) = ([x], [z]);
        for (int t = 0; t < steps; t++)
        {
            z = states?.select(1, t) ?? Draw(Transition.index_select(0, z), generator);
            Tensor affine = cat([x, ones(x.shape[0], 1, x.dtype, x.device)], 1).unsqueeze(2);
            x = matmul(Coefficients.index_select(0, z), affine).squeeze(2) + Noise(NoiseFactor, z, generator);
            latents.Add(x);
            path.Add(z);
        }
        return new LatentPaths(stack(latents, 1), stack(path, 1));
    }

    private void RequireStates(Tensor? states, params (string, long)[] shape)
    {
        if (states is null) return;
        Guard.Shape(states, "states", shape);
        if (states.dtype != ScalarType.Int64) throw new ArgumentException($"states: expected int64, got {states.dtype}");
        if (states.min().item<long>() < 0 || states.max().item<long>() >= Initial.shape[0])
            throw new ArgumentException($"states: must lie in 0..{Initial.shape[0] - 1}");
    }

    private static AncestralSampling Independent(Tensor initial, Tensor transition, NormalInverseWishart.Natural components)
    {
        using var mode = no_grad();
        var standard = NormalInverseWishart.ToStandard(components);
        Tensor factor = Factor(standard.S, standard.Nu), mean = standard.m;
        Tensor coefficients = cat([zeros_like(factor), mean.unsqueeze(2)], 2);
        return new AncestralSampling(initial, transition, mean, factor, coefficients, factor);
    }

    private static Tensor Normalised(Dirichlet.Natural eta)
    {
        Tensor alpha = eta.Eta + 1;
        return alpha / alpha.sum(-1, keepdim: true);
    }

    private static Tensor Factor(Tensor scale, Tensor nu) => linalg.cholesky(scale / nu.unsqueeze(-1).unsqueeze(-1));

    private static Tensor Draw(Tensor probabilities, Generator generator) =>
        probabilities.shape[1] == 1 ? zeros(probabilities.shape[0], ScalarType.Int64, probabilities.device)
            : multinomial(probabilities, 1, replacement: true, generator: generator).squeeze(1);

    private static Tensor Noise(Tensor factor, Tensor z, Generator generator)
    {
        Tensor noise = randn([z.shape[0], factor.shape[1], 1], factor.dtype, factor.device, generator: generator);
        return matmul(factor.index_select(0, z), noise).squeeze(2);
    }

    private static LatentPaths Survive(LatentPaths paths) =>
        new(paths.Latents.MoveToOuterDisposeScope(), paths.States!.MoveToOuterDisposeScope());
}
