using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Networks that begin with the read-outs of a frame whose velocity tells given states apart best: Fisher's linear discriminants of the
/// frame differences <c>y_t − y_{t−1}</c>, with <c>z_t</c> as the classes. A path that is straight within each state is what a switching
/// linear dynamical system can say exactly; a principal component of a video folds where what moves leaves the picture's middle.
/// </summary>
public static class DiscriminantStart
{
    /// <summary>
    /// Latents <c>x_t = W(y_t − ȳ)</c> of unit variance, with the rows of W the leading discriminants; <c>μ(x)</c> is the regression of y on x
    /// with σ² what it leaves over. The noise of one frame is taken as half of <c>Var(x_t − x_{t−1} | z_t)</c>, and the potential's precision as
    /// its inverse.
    /// </summary>
    /// <param name="recognition">Takes the linear part of its mean, and its precisions.</param>
    /// <param name="decoder">Takes its linear part and its variances, one for each output.</param>
    /// <param name="videos">The training observations, float32 [T_i, D].</param>
    /// <param name="states">z, a state for every frame.</param>
    /// <param name="latents">n, at most D and below the number of states.</param>
    /// <returns>x, float64 [T_i, n]: what q(θ) can start from.</returns>
    /// <exception cref="ArgumentException">States and videos do not match in number or length, or there are too few states or outputs for n.</exception>
    public static IReadOnlyList<Tensor> StartNetworks(
        GaussianRecognition recognition, GaussianDecoder decoder, IReadOnlyList<Tensor> videos, IReadOnlyList<int[]> states, int latents)
    {
        Require(videos, states, latents);
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor frames = cat([.. videos]).to(ScalarType.Float64), mean = frames.mean([0L]), centred = frames - mean;
        Tensor moves = cat([.. videos.Select(y => y.diff(dim: 0))]).to(ScalarType.Float64);
        Tensor classes = tensor(states.SelectMany(z => z.Skip(1)).Select(k => (long)k).ToArray(), device: frames.device);
        var (directions, within) = Discriminants(moves, classes, latents);

        Tensor deviation = matmul(centred, directions.t()).std(0, unbiased: false);
        Tensor encode = directions / deviation.unsqueeze(1), x = matmul(centred, encode.t()), noise = within / deviation.square() / 2;
        recognition.SetLinear(Single(encode), Single(-matmul(encode, mean)));
        recognition.SetPrecision((1 / noise).clamp(0.01, 1e3));

        decoder.StartFrom(x, centred, mean);
        return [.. x.split([.. videos.Select(y => y.shape[0])]).Select(path => path.clone().MoveToOuterDisposeScope())];
    }

    /// <summary>
    /// Directions w [n, D] that maximise wᵀBw / wᵀSw one after the other, B the scatter between the classes' means and S that within the
    /// classes, and wᵀSw [n]: with S = LLᵀ, the leading eigenvectors of L⁻¹BL⁻ᵀ taken back by L⁻ᵀ.
    /// </summary>
    internal static (Tensor Directions, Tensor Within) Discriminants(Tensor data, Tensor classes, int count)
    {
        Tensor member = nn.functional.one_hot(classes).to(ScalarType.Float64), sizes = member.sum([0L]).clamp_min(1);
        Tensor means = matmul(member.t(), data) / sizes.unsqueeze(1), own = matmul(member, means);
        Tensor S = Scatter(data - own), B = Scatter(own - data.mean([0L]));
        S = S + 1e-9 * S.trace() * eye(S.shape[0], dtype: S.dtype, device: S.device);
        Tensor L = linalg.cholesky(S), half = linalg.solve_triangular(L, B, upper: false), whitened = linalg.solve_triangular(L, half.t(), upper: false);
        var (_, vectors) = linalg.eigh((whitened + whitened.t()) / 2);
        Tensor directions = linalg.solve_triangular(L.t(), vectors.flip(1).narrow(1, 0, count), upper: true).t();
        directions = directions * directions.gather(1, directions.abs().argmax(1, keepdim: true)).sign(); // the solver's sign is arbitrary
        return (directions, (matmul(directions, S) * directions).sum(1));
    }

    private static Tensor Scatter(Tensor rows) => matmul(rows.t(), rows) / rows.shape[0];

    private static Tensor Single(Tensor value) => value.to(ScalarType.Float32);

    private static void Require(IReadOnlyList<Tensor> videos, IReadOnlyList<int[]> states, int latents)
    {
        if (videos.Count == 0 || states.Count != videos.Count) throw new ArgumentException($"states: expected one array for each of {videos.Count} videos, got {states.Count}");
        for (int i = 0; i < videos.Count; i++)
            if (videos[i].shape[0] != states[i].Length) throw new ArgumentException($"states[{i}]: expected {videos[i].shape[0]}, one a frame, got {states[i].Length}");
        long most = Math.Min(states.SelectMany(z => z).Distinct().Count() - 1, videos[0].shape[1]);
        if (latents < 1 || latents > most) throw new ArgumentException($"latents: expected between 1 and {most}, one below the states in use and at most D, got {latents}");
    }
}
