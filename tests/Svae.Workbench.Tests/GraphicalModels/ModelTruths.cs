using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.ExponentialFamilies;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

/// <summary>What must hold of every graphical model, each checked by brute force over state paths and dense Gaussians.</summary>
internal static class ModelTruths
{
    /// <summary>
    /// q(x) and q(z) are the fixed point of each other, −KL is what the definition gives, the surrogate lies below the exact log normaliser (and
    /// on it where <paramref name="exact"/>), and log q(x) is that of the dense Gaussian: for sequences of T and of 1 frames, one missing.
    /// </summary>
    public static void LocalInferenceMatchesEnumeration<T>(ModelCase<T> c, int frames, int seed, bool exact, bool dense = false, long[]? labels = null)
        where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        T eta = c.Random(seed);
        NodePotentials potentials = ModelCases.Potentials(frames, c.Model.Dimension, seed, dense);
        long[] lengths = [frames, 1];
        Tensor? known = labels is null ? null : stack([tensor(labels), full_like(tensor(labels), -1)]);
        ILocalPosterior q = c.Model.Infer(c.Theta(eta), potentials, tensor(lengths), labels: known);
        for (int b = 0; b < 2; b++) AssertFixedPoint(c, eta, potentials, q, b, (int)lengths[b], exact && (b == 0 || labels is null), b == 0 ? labels : null);
    }

    private static void AssertFixedPoint<T>(
        ModelCase<T> c, T eta, NodePotentials potentials, ILocalPosterior q, int b, int length, bool exact, long[]? labels) where T : INaturalParameters<T>
    {
        int n = c.Model.Dimension;
        Tensor J = potentials.J[b].narrow(0, 0, length), h = potentials.h[b].narrow(0, 0, length);
        var brute = new EnumeratedLatents((z, x) => c.LogJoint(eta, z, x), J.dim() == 3 ? J : diag_embed(J), h, c.States, labels);

        // One round by brute force from the posterior's own moments: x → z → x.
        Tensor mean = q.Mean[b].narrow(0, 0, length).flatten(), covariance = DenseCovariance(q, b, length);
        Tensor expected = brute.ExpectedLogJoint(mean, covariance), paths = expected.softmax(0);
        if (q is IStatePosterior states) AssertClose.Equal(brute.Marginals(paths), states.StateMarginals[b].narrow(0, 0, length), 1e-7, "q(z)");
        var (bestMean, bestCovariance) = brute.BestPaths(paths);
        AssertClose.Equal(bestMean, mean, 1e-7, "E x");
        for (int t = 0; t < length; t++)
            AssertClose.Equal(bestCovariance.narrow(0, t * n, n).narrow(1, t * n, n), q.Covariance[b, t], 1e-7, $"Cov x_{t}");

        Tensor entropy = 0.5 * linalg.slogdet(2 * Math.PI * Math.E * bestCovariance).Item2 - paths.xlogy(paths).sum();
        Tensor negativeKl = (paths * expected).sum() + entropy;
        AssertClose.Equal(negativeKl, q.NegativeKl[b], 1e-7, "−KL");
        double surrogate = (negativeKl + brute.ExpectedNodes(mean, covariance)).item<double>(), gap = brute.LogZ - surrogate;
        Assert.True(gap > -1e-8, $"the surrogate lies {-gap} above the log normaliser");
        if (exact) Assert.InRange(gap, -1e-8, 1e-8);

        Tensor x = randn([3, q.Mean.shape[0], q.Mean.shape[1], n], ScalarType.Float64, generator: new Generator(8)), own = x.select(1, b).narrow(1, 0, length);
        AssertClose.Equal(TextbookDensities.Gaussian(own.flatten(1), bestMean, bestCovariance), q.LogDensity(x).select(1, b), 1e-7, "log q(x)");
    }

    /// <summary>Blocks within a frame and between neighbours; the density reaches no further.</summary>
    private static Tensor DenseCovariance(ILocalPosterior q, int b, int length)
    {
        Tensor dense = block_diag([.. q.Covariance[b].narrow(0, 0, length).unbind(0)]);
        Tensor? cross = q switch { LdsPosterior lds => lds.Chain.CrossCovariance, SwitchingPosterior slds => slds.Field.Chain.CrossCovariance, _ => null };
        long n = q.Mean.shape[2];
        for (int t = 0; cross is not null && t + 1 < length; t++)
        {
            dense.narrow(0, t * n, n).narrow(1, (t + 1) * n, n).copy_(cross[b, t]);
            dense.narrow(0, (t + 1) * n, n).narrow(1, t * n, n).copy_(cross[b, t].mT);
        }
        return dense;
    }

    /// <summary>log p̃(x) = log Σ_z exp E_q(θ) log p(x, z|θ), of paths of different lengths.</summary>
    public static void LogDensityMatchesEnumeration<T>(ModelCase<T> c, int frames, int seed) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        T eta = c.Random(seed);
        long[] lengths = [frames, 1, Math.Max(1, frames - 1)];
        Tensor x = randn([3, frames, c.Model.Dimension], ScalarType.Float64, generator: new Generator((ulong)seed));
        x = x * (arange(frames) < tensor(lengths).unsqueeze(1)).unsqueeze(2);
        Tensor actual = c.Model.LogDensity(c.Theta(eta), x, tensor(lengths));
        for (int b = 0; b < 3; b++)
        {
            Tensor own = x.narrow(0, b, 1).narrow(1, 0, lengths[b]), none = zeros([lengths[b], c.Model.Dimension], ScalarType.Float64);
            var brute = new EnumeratedLatents((z, points) => c.LogJoint(eta, z, points), diag_embed(none), none, c.States);
            AssertClose.Equal(brute.LogDensity(own)[0], actual[b], 1e-9, "log p̃(x)");
        }
    }

    /// <summary>E_q log p(x, z|θ) at another q(θ) is what enumeration gives, and linear: its gradient is E_q[t(x, z)] everywhere.</summary>
    public static void TheGradientOfTheExpectedLogPriorIsTheExpectedStatistics<T>(ModelCase<T> c, int frames, int seed) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        T eta = c.Random(seed), other = c.Random(seed + 1);
        NodePotentials potentials = ModelCases.Potentials(frames, c.Model.Dimension, seed);
        ILocalPosterior q = c.Model.Infer(c.Theta(eta), potentials);
        T leaves = T.FromBlocks([.. c.Theta(eta).Blocks.Select(block => block.detach().requires_grad_())]), elsewhere = c.Theta(other);
        Tensor here = c.Model.ExpectedLogPrior(leaves, q), there = c.Model.ExpectedLogPrior(elsewhere, q);
        for (int b = 0; b < 2; b++)
        {
            var at = new EnumeratedLatents((z, x) => c.LogJoint(eta, z, x), diag_embed(potentials.J[b]), potentials.h[b], c.States);
            var moved = new EnumeratedLatents((z, x) => c.LogJoint(other, z, x), diag_embed(potentials.J[b]), potentials.h[b], c.States);
            Tensor mean = q.Mean[b].flatten(), covariance = DenseCovariance(q, b, frames), paths = at.ExpectedLogJoint(mean, covariance).softmax(0);
            AssertClose.Equal((paths * moved.ExpectedLogJoint(mean, covariance)).sum(), there[b], 1e-6, "E log p");
        }
        here.sum().backward();
        T gradient = T.FromBlocks([.. leaves.Blocks.Select(block => block.grad!)]);
        T difference = T.FromBlocks([.. elsewhere.Blocks.Zip(leaves.Blocks, (a, z) => a - z.detach())]);
        AssertClose.Equal(there.sum() - here.sum().detach(), ExponentialFamily.Inner(gradient, difference), 1e-9, "linear in E[t(θ)]");
    }

    /// <summary>Each sequence of a ragged batch is inferred as it is alone, whatever stands in its padding.</summary>
    public static void PaddingIsNeverRead<T>(ModelCase<T> c, int seed) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        const int T0 = 5;
        long[] lengths = [2, T0];
        T theta = c.Theta(c.Random(seed));
        var (J, h) = ModelCases.Potentials(T0, c.Model.Dimension, seed);
        Tensor noise = randn([2, 2, T0, c.Model.Dimension], ScalarType.Float64, generator: new Generator(3));
        Tensor padding = (arange(T0) >= tensor(lengths).unsqueeze(1)).unsqueeze(2);
        var q = c.Model.Infer(theta, new NodePotentials(J.masked_fill(padding, double.NaN), h.masked_fill(padding, double.NaN)), tensor(lengths), noise);
        for (int b = 0; b < 2; b++)
        {
            Tensor Own(Tensor values) => values.narrow(0, b, 1).narrow(1, 0, lengths[b]);
            var alone = c.Model.Infer(theta, new NodePotentials(Own(J), Own(h)), noise: noise.narrow(1, b, 1).narrow(2, 0, lengths[b]));
            AssertClose.Equal(alone.NegativeKl[0], q.NegativeKl[b], 1e-9, "−KL");
            AssertClose.Equal(alone.Mean, Own(q.Mean), 1e-9, "mean");
            AssertClose.Equal(alone.Covariance, Own(q.Covariance), 1e-9, "covariance");
            AssertClose.Equal(alone.Samples.select(1, 0), q.Samples.select(1, b).narrow(1, 0, lengths[b]), 1e-9, "samples");
            AssertClose.Equal(alone.LogDensity(alone.Samples).select(1, 0), q.LogDensity(q.Samples).select(1, b), 1e-9, "log q");
            if (q is not IStatePosterior states) continue;
            Assert.Equal(((IStatePosterior)alone).MostProbableStates()[0].data<long>(), states.MostProbableStates()[b].narrow(0, 0, lengths[b]).data<long>());
            AssertClose.Equal(((IStatePosterior)alone).StateMarginalsWithout(1)[0], states.StateMarginalsWithout(1)[b], 1e-9, "q(z) without its own frame");
        }
        Assert.Equal(0, (q.Mean * padding).abs().sum().item<double>());
        if (q is IStatePosterior ragged) Assert.Equal(-1, ragged.MostProbableStates()[0, 3].item<long>());
    }
}
