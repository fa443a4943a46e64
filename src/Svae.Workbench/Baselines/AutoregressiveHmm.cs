using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Sticky autoregressive hidden Markov model: <c>z_{t+1} | z_t ~ π[z_t, ·]</c> and
/// <c>x_t = A_{z_t} (x_{t−1}, …, x_{t−L}) + b_{z_t} + N(0, Q_{z_t})</c>; the first L frames of a sequence are given.
/// What MoSeq fits to principal components of depth video (Wiltschko et al. 2015), here by EM.
/// </summary>
/// <param name="LogInitial">log p(z_1), [K].</param>
/// <param name="LogTransition">log π, [K, K], row = from.</param>
/// <param name="Dynamics">A, [K, n, n·L], the latest frame first.</param>
/// <param name="Offset">b, [K, n].</param>
/// <param name="NoiseCovariance">Q, [K, n, n].</param>
/// <param name="LikelihoodPower">ζ, see <see cref="AutoregressiveHmmSettings.LikelihoodPower"/>.</param>
public sealed record AutoregressiveHmm(
    Tensor LogInitial, Tensor LogTransition, Tensor Dynamics, Tensor Offset, Tensor NoiseCovariance, double LikelihoodPower) : IDisposable
{
    /// <summary>K, the number of states.</summary>
    public int States => (int)Offset.shape[0];

    /// <summary>n, entries of a frame.</summary>
    public int Width => (int)Offset.shape[1];

    /// <summary>L, how many earlier frames each frame depends on.</summary>
    public int Lags => (int)(Dynamics.shape[2] / Math.Max(1, Offset.shape[1]));

    /// <summary>Most probable parameters by EM, the best of several starts from clustered windows.</summary>
    /// <param name="sequences">Frames of each sequence, [T_b, n] of any floating type, all on one device; those not longer than L carry no evidence.
    /// Columns are standardised inside, so that their units do not matter; the result is in the units of the data.</param>
    /// <param name="settings">Number of states and the rest.</param>
    /// <param name="progress">Told the start, the iteration and the penalised log-likelihood a frame.</param>
    /// <param name="cancel">Stops between iterations.</param>
    /// <exception cref="ArgumentException">No sequence, different widths, a setting out of range, or a non-finite entry, named.</exception>
    /// <exception cref="OperationCanceledException">The fit was cancelled.</exception>
    public static AutoregressiveHmmFit Fit(
        IReadOnlyList<Tensor> sequences, AutoregressiveHmmSettings settings,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        settings.Require();
        Require(sequences, width: null);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var units = ColumnUnits.Of(sequences);
        using var features = new AutoregressiveFeatures([.. sequences.Select(units.Standardize)], settings.Lags);
        var prior = AutoregressivePrior.Of(features, settings.PriorFrames);
        var em = new AutoregressiveHmmEm(features, prior, settings);
        using var windows = new WindowClustering(features, prior, settings.WindowLength);

        var random = new Random(settings.Seed);
        AutoregressiveHmmEm.Result? best = null;
        var scores = new List<double>();
        for (int start = 0; start < settings.Restarts; start++)
        {
            using var inner = NewDisposeScope();
            Tensor weights = FirstStates(windows, em, features, prior, settings, random, cancel);
            var found = em.Run(weights, (iteration, objective) => Report(progress, settings, start, iteration, objective, features.Count), cancel);
            scores.Add(found.Score);
            if (best is not null && found.Score <= best.Score) continue;
            best = found;
            best.Parameters.MoveOut();
        }
        AutoregressiveHmm model = units.Restore(best!.Parameters, settings);
        AutoregressiveHmmPosterior posterior = model.Infer(sequences);
        foreach (Tensor kept in model.Tensors.Concat(posterior.Marginals)) kept.MoveToOuterDisposeScope();
        return new AutoregressiveHmmFit(model, posterior, best.Trace, scores, best.Converged);
    }

    /// <summary>State probabilities [N, K] to start from: clustered windows, or more candidates than K, fitted and merged down to K.</summary>
    private static Tensor FirstStates(WindowClustering windows, AutoregressiveHmmEm em, AutoregressiveFeatures features,
        AutoregressivePrior prior, AutoregressiveHmmSettings settings, Random random, CancellationToken cancel)
    {
        int candidates = settings.Candidates ?? settings.States;
        Tensor weights = nn.functional.one_hot(windows.Cluster(candidates, random, settings.WindowStarts), candidates).to(ScalarType.Float64);
        if (candidates == settings.States) return weights;
        var (explained, transitions) = em.Explain(em.Run(weights, (_, _) => { }, cancel).Parameters);
        return StateMerging.Merge(features, prior, explained, transitions, settings.States);
    }

    /// <summary>State probabilities, most probable paths and likelihoods of sequences, also ones never fitted to.</summary>
    /// <param name="sequences">Frames of each sequence [T_b, n].</param>
    /// <exception cref="ArgumentException">No sequence, a wrong width, or a non-finite entry, named.</exception>
    public AutoregressiveHmmPosterior Infer(IReadOnlyList<Tensor> sequences)
    {
        Require(sequences, Width);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var evidence = sequences.Select(s => LogLikelihoodOfFrames(s) * LikelihoodPower).ToList();
        long longest = evidence.Max(e => e.shape[0]);
        Tensor padded = stack(evidence.Select(e => nn.functional.pad(e, [0, 0, 0, longest - e.shape[0]])).ToArray(), 0);
        Tensor lengths = tensor(evidence.Select(e => e.shape[0]).ToArray(), ScalarType.Int64, padded.device);
        var potentials = new HmmPotentials(LogInitial, LogTransition, padded);
        HmmPosterior posterior = ForwardBackward.Infer(potentials, lengths);
        Tensor paths = ForwardBackward.MostProbablePath(potentials, lengths).cpu();
        var marginals = evidence.Select((e, b) => posterior.Marginals[b].narrow(0, 0, e.shape[0]).clone().MoveToOuterDisposeScope()).ToList();
        var labels = evidence.Select((e, b) => paths[b].narrow(0, 0, e.shape[0]).data<long>().Select(z => (int)z).ToArray()).ToList();
        return new AutoregressiveHmmPosterior([.. posterior.LogZ.cpu().data<double>()], marginals, labels);
    }

    /// <summary>log p(x_t | x_{t−1}, …, z_t = k), [T, K]; the first L rows are zero.</summary>
    /// <param name="sequence">Frames [T, n].</param>
    public Tensor LogLikelihoodOfFrames(Tensor sequence)
    {
        Guard.Shape(sequence, "sequence", ("time", -1), ("width", Width));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var features = new AutoregressiveFeatures([sequence.to(ScalarType.Float64)], Lags);
        // Residuals are whitened one by one here: raw units may be far from the origin, where quadratic forms cancel.
        Tensor n = features.Rows.narrow(1, 0, Width), regressors = features.Rows.narrow(1, Width, features.Size - Width);
        Tensor mean = matmul(cat([Dynamics, Offset.unsqueeze(-1)], -1), regressors.t()); // [K, n, N]
        Tensor root = linalg.cholesky(NoiseCovariance);
        Tensor white = linalg.solve_triangular(root, n.t() - mean, upper: false);
        Tensor constant = root.diagonal(0, -2, -1).log().sum(-1) + 0.5 * Width * Math.Log(2 * Math.PI);
        Tensor result = zeros([sequence.shape[0], States], ScalarType.Float64, sequence.device);
        result.index_copy_(0, features.Positions, (white.square().sum(dim: 1) * -0.5 - constant.unsqueeze(1)).t());
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// log p(x_{L+1..T} | x_{1..L}) of each sequence in nats, with every frame counted in full (ζ = 1): for comparing models.
    /// </summary>
    /// <param name="sequences">Frames of each sequence [T_b, n].</param>
    public IReadOnlyList<double> Score(IReadOnlyList<Tensor> sequences)
    {
        using var posterior = (this with { LikelihoodPower = 1 }).Infer(sequences);
        return posterior.LogLikelihood;
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors) tensor.Dispose();
    }

    private IEnumerable<Tensor> Tensors => [LogInitial, LogTransition, Dynamics, Offset, NoiseCovariance];

    private static void Require(IReadOnlyList<Tensor> sequences, int? width)
    {
        if (sequences.Count == 0) throw new ArgumentException("sequences: expected at least one");
        for (int b = 0; b < sequences.Count; b++)
        {
            Guard.Shape(sequences[b], $"sequences[{b}]", ("time", -1), ("width", width ?? sequences[0].shape[^1]));
            if (sequences[b].shape[0] == 0) throw new ArgumentException($"sequences[{b}]: no frames");
            Guard.Finite(sequences[b], $"sequences[{b}]", "split the sequence at missing frames");
        }
    }

    private static void Report(IProgress<WorkProgress>? progress, AutoregressiveHmmSettings settings, int start, int iteration, double objective, long frames) =>
        progress?.Report(new WorkProgress("autoregressive HMM", (start + (double)iteration / settings.Iterations) / settings.Restarts,
            $"start {start + 1} of {settings.Restarts}, iteration {iteration}, {objective / Math.Max(1, frames):f4} nats/frame"));
}
