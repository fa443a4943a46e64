using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// A linear dynamical system with known parameters:
/// <c>x_1 ~ N(m, P)</c>, <c>x_{t+1} = A x_t + N(0, Q)</c>, <c>y_t = C x_t + d + N(0, σ²I)</c>. Everything float64, on the CPU.
/// </summary>
/// <param name="m">Mean of the first state, [n].</param>
/// <param name="P">Covariance of the first state, [n, n].</param>
/// <param name="A">Dynamics, [n, n].</param>
/// <param name="Q">Covariance of the dynamics' noise, [n, n].</param>
/// <param name="C">Emission, [D, n].</param>
/// <param name="d">Emission offset, [D].</param>
/// <param name="Noise">σ, standard deviation of the observation noise.</param>
public sealed record LinearGaussianProcess(Tensor m, Tensor P, Tensor A, Tensor Q, Tensor C, Tensor d, double Noise)
{
    /// <summary>The covariance of x that <c>x_{t+1} = A x_t + N(0, Q)</c> settles at: <c>P = A P Aᵀ + Q</c>, by vectorising.</summary>
    public static Tensor StationaryCovariance(Tensor A, Tensor Q)
    {
        long n = A.shape[0];
        return linalg.solve(eye(n * n, dtype: A.dtype) - kron(A, A), Q.reshape(-1)).reshape(n, n);
    }

    /// <summary>Latent paths [N, T, n] and what is observed of them before noise, [N, T, D].</summary>
    public (Tensor Latents, Tensor Clean) Sample(int sequences, int frames, Generator generator)
    {
        Tensor draws = randn([frames, sequences, A.shape[0]], ScalarType.Float64, generator: generator);
        Tensor noise = matmul(draws, linalg.cholesky(Q).t());
        var path = new Tensor[frames];
        path[0] = m + matmul(draws[0], linalg.cholesky(P).t());
        for (int t = 1; t < frames; t++) path[t] = matmul(path[t - 1], A.t()) + noise[t];
        Tensor x = stack(path, 1);
        return (x, matmul(x, C.t()) + d);
    }

    /// <summary>log p(y) of each sequence by the Kalman filter: <c>Σ_t log N(y_t; E[y_t|y_{1:t−1}], S_t)</c>; nats, [N].</summary>
    /// <param name="y">Observations, [N, T, D].</param>
    public Tensor LogLikelihood(Tensor y)
    {
        using var scope = NewDisposeScope();
        Tensor[] frames = y.to(ScalarType.Float64).unbind(1);
        Tensor log = zeros(y.shape[0], ScalarType.Float64), x = m.unsqueeze(0);
        foreach (var (frame, (gain, factor)) in frames.Zip(Innovations(frames.Length)))
        {
            Tensor innovation = frame - matmul(x, C.t()) - d;
            Tensor white = matmul(PositiveDefinite.InverseFactor(factor), innovation.t());
            log = log - 0.5 * white.square().sum([0L]) - LogScale(factor);
            x = matmul(x + matmul(innovation, gain.t()), A.t());
        }
        return log.MoveToOuterDisposeScope();
    }

    /// <summary><c>h(y_{1:T}) = Σ_t ½ log|2πe S_t|</c>, nats for each sequence: the innovations are independent.</summary>
    /// <param name="frames">T.</param>
    public double Entropy(int frames)
    {
        using var scope = NewDisposeScope();
        return Innovations(frames).Sum(step => LogScale(step.Factor).item<double>() + 0.5 * C.shape[0]);
    }

    /// <summary>½ log|2πS| from the Cholesky factor of S.</summary>
    private static Tensor LogScale(Tensor factor) =>
        PositiveDefinite.HalfLogDeterminant(factor) + 0.5 * factor.shape[0] * Math.Log(2 * Math.PI);

    /// <summary>The filter's gain <c>P_t Cᵀ S_t⁻¹</c> and the Cholesky factor of the innovation's covariance <c>S_t = C P_t Cᵀ + σ²I</c>, frame by frame.</summary>
    private IReadOnlyList<(Tensor Gain, Tensor Factor)> Innovations(int frames)
    {
        Tensor predicted = P, noise = Noise * Noise * eye(C.shape[0], dtype: ScalarType.Float64);
        var steps = new (Tensor Gain, Tensor Factor)[frames];
        for (int t = 0; t < frames; t++)
        {
            Tensor factor = linalg.cholesky(matmul(matmul(C, predicted), C.t()) + noise);
            Tensor gain = cholesky_solve(matmul(C, predicted), factor).t();
            steps[t] = (gain, factor);
            Tensor filtered = predicted - matmul(matmul(gain, C), predicted);
            predicted = matmul(matmul(A, filtered + filtered.t()), A.t()) / 2 + Q;
        }
        return steps;
    }
}
