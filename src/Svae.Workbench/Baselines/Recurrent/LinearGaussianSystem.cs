using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// A linear-Gaussian system with known parameters, <c>x_1 ~ N(m, P)</c>, <c>x_{t+1} = A x_t + b + N(0, Q)</c>, <c>y_t = C x_t + d + N(0, R)</c>:
/// its evidence log p(y) is known exactly, so that every bound on it can be judged.
/// </summary>
/// <param name="Mean">m, shape [n].</param>
/// <param name="Covariance">P, shape [n, n].</param>
/// <param name="Dynamics">[A b], shape [n, n + 1].</param>
/// <param name="Innovation">Q, shape [n, n].</param>
/// <param name="Emission">[C d], shape [D, n + 1].</param>
/// <param name="Noise">R, shape [D, D].</param>
public sealed record LinearGaussianSystem(Tensor Mean, Tensor Covariance, Tensor Dynamics, Tensor Innovation, Tensor Emission, Tensor Noise)
{
    /// <summary>Latent dimension n.</summary>
    public int Latent => (int)Mean.shape[0];

    /// <summary>Observation size D.</summary>
    public int Observed => (int)Noise.shape[0];

    /// <summary>A rotation in a random plane with the other directions left alone, seen through a random map (Zhao and Linderman 2023).</summary>
    /// <param name="latent">n.</param>
    /// <param name="observed">D.</param>
    /// <param name="generator">Source of the plane and the map.</param>
    /// <param name="angle">Of the rotation, radians per frame.</param>
    /// <param name="innovation">Standard deviation of the innovations.</param>
    /// <param name="noise">Standard deviation of the observation noise.</param>
    /// <param name="decay">Factor on A, at most 1.</param>
    public static LinearGaussianSystem Rotation(
        int latent, int observed, Generator generator, double angle = Math.PI / 20, double innovation = 0.1, double noise = 0.3, double decay = 1)
    {
        if (latent < 2) throw new ArgumentException($"latent: a rotation needs at least 2 dimensions, got {latent}");
        using var scope = NewDisposeScope();
        Tensor Identity(int n) => eye(n, dtype: ScalarType.Float64);
        Tensor turn = Identity(latent), basis = linalg.qr(randn([latent, latent], ScalarType.Float64, generator: generator)).Q;
        turn.narrow(0, 0, 2).narrow(1, 0, 2).copy_(tensor(new[,] { { Math.Cos(angle), -Math.Sin(angle) }, { Math.Sin(angle), Math.Cos(angle) } }));
        Tensor A = decay * matmul(matmul(basis, turn), basis.t()), C = randn([observed, latent], ScalarType.Float64, generator: generator);
        Tensor none = zeros(latent, 1, ScalarType.Float64), still = zeros(observed, 1, ScalarType.Float64);
        Tensor[] parts = [zeros(latent, ScalarType.Float64), Identity(latent), cat([A, none], 1), innovation * innovation * Identity(latent),
            cat([C, still], 1), noise * noise * Identity(observed)];
        foreach (Tensor part in parts) part.MoveToOuterDisposeScope();
        return new LinearGaussianSystem(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
    }

    /// <summary>t(θ): the point that stands for E[t(θ)] when the parameters are known.</summary>
    public WithEmission<LdsParameters> Statistics() => new(
        new(new NormalInverseWishart().Statistics(new(Mean, Covariance)), new MatrixNormalInverseWishart().Statistics(new(Dynamics, Innovation))),
        new MatrixNormalInverseWishart().Statistics(new(Emission, Noise)));

    /// <summary>Latents [B, T, n] and observations [B, T, D], float64.</summary>
    public (Tensor Latents, Tensor Observations) Simulate(int count, int frames, Generator generator)
    {
        using var scope = NewDisposeScope();
        Tensor Draw(Tensor covariance, params long[] shape) =>
            matmul(randn([.. shape, covariance.shape[0]], ScalarType.Float64, generator: generator), linalg.cholesky(covariance).t());
        var path = new List<Tensor> { Mean + Draw(Covariance, count) };
        while (path.Count < frames) path.Add(AffineMap.Apply(Dynamics, path[^1]) + Draw(Innovation, count));
        Tensor x = stack(path, 1), y = AffineMap.Apply(Emission, x) + Draw(Noise, count, frames);
        return (x.MoveToOuterDisposeScope(), y.MoveToOuterDisposeScope());
    }

    /// <summary>log p(y) of each sequence, nats, shape [B], by the Kalman filter in information form.</summary>
    public Tensor LogEvidence(Batch batch) => Model().Infer(Statistics(), batch).Bound;

    /// <summary>The exact posterior over x.</summary>
    public ChainPosterior Smooth(Batch batch) => Model().Infer(Statistics(), batch).Chain;

    /// <summary>
    /// <c>E_q[log p(y, x)] + H(q)</c> of each sequence, exactly, nats, shape [B]; at most the evidence, and short of it by KL(q ‖ p(x|y)).
    /// </summary>
    /// <param name="batch">The observations.</param>
    /// <param name="q">A Gaussian Markov chain.</param>
    public Tensor Elbo(Batch batch, GaussianPathPosterior q) => q.Elbo(Statistics(), batch);

    private ConjugateLds Model() => new(new LdsSettings { Dimension = Latent }, new LinearGaussianEmission { Observed = Observed });
}
