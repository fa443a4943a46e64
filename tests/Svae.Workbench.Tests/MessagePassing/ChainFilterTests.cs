using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Filtered moments against the golden cases; predictions against smoothing a chain whose later frames are missing.</summary>
public class ChainFilterTests
{
    public static TheoryData<string, MessagePassingForm> Cases()
    {
        var data = new TheoryData<string, MessagePassingForm>();
        foreach (string name in GoldenCase.Names("lds_").Where(name => GoldenCase.Load(name).Has("filt_mean")))
            foreach (MessagePassingForm form in new[] { MessagePassingForm.Sequential, MessagePassingForm.Parallel })
                data.Add(name, form);
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Filtered_moments_match_the_golden_cases(string name, MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        ChainMoments filtered = GaussianChain.Filter(GaussianChainGoldenTests.Potentials(golden), form: form);
        double tolerance = name.Contains("stiff") ? 1e-6 : 1e-9;
        GoldenComparison.AssertAll([golden.Compare("filt_mean", filtered.Mean[0], tolerance), golden.Compare("filt_cov", filtered.Covariance[0], tolerance)]);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_prediction_is_the_posterior_of_a_chain_whose_later_frames_are_missing(bool shared)
    {
        using var scope = NewDisposeScope();
        var (p, linear, b) = Dynamics(shared);
        ChainMoments predicted = GaussianChain.Predict(p, steps: 3, linear);
        for (int t = 0; t < 5; t++)
            for (int k = 1; k <= 3; k++)
            {
                if (t + k >= 6 && !shared) { Assert.Equal(0, predicted.Mean[k - 1, 0, t].abs().sum().item<double>()); continue; }
                Tensor expected = SmoothedWithout(p, linear, t, t + k, out Tensor covariance);
                AssertClose.Equal(expected, predicted.Mean[k - 1, 0, t], 1e-9, $"mean of {k} steps after {t}");
                AssertClose.Equal(covariance, predicted.Covariance[k - 1, 0, t], 1e-9, $"covariance of {k} steps after {t}");
            }
    }

    [Fact]
    public void Gradients_of_filter_and_prediction_match_finite_differences()
    {
        using var scope = NewDisposeScope();
        var (p, linear, _) = Dynamics(shared: true);
        Tensor lengths = tensor(new long[] { 4 });
        FiniteDifferences.AssertAgree(x =>
        {
            var q = new ChainPotentials((x[0] + x[0].mT) / 2, p.h0, (x[1] + x[1].mT) / 2, x[2], (x[3] + x[3].mT) / 2, x[4], x[5]);
            ChainMoments filtered = GaussianChain.Filter(q, linear, lengths), predicted = GaussianChain.Predict(q, 2, linear, lengths);
            return filtered.Mean.square().sum() + filtered.Covariance.sum() + predicted.Mean.sum() + predicted.Covariance.square().sum();
        }, [p.J0, p.J11, p.J12, p.J22, p.Jn, p.hn]);
    }

    /// <summary>Six frames of two-dimensional affine dynamics, normalised, with dense node potentials.</summary>
    private static (ChainPotentials, PairLinearTerms, Tensor) Dynamics(bool shared)
    {
        Tensor A = tensor(new[,] { { 0.9, 0.2 }, { -0.3, 0.7 } }), precision = tensor(new[,] { { 3, 0.5 }, { 0.5, 2 } }), b = tensor(new[] { 0.4, -1.0 });
        Tensor Each(Tensor J) => shared ? J : J.expand([1, 5, .. J.shape]).contiguous();
        RandomChain random = RandomChain.Of(new ChainKind(1, 6, 2, 0, true, true, true, false, 0, 3));
        return (random.Potentials with { J11 = Each(A.mT.matmul(precision).matmul(A)), J12 = Each(-A.mT.matmul(precision)), J22 = Each(precision) },
            new PairLinearTerms(Each(-A.mT.matmul(precision).mv(b)), Each(precision.mv(b))), b);
    }

    /// <summary>Moments of x_target in the dense joint Gaussian of the nodes 0..t and the dynamics up to the target.</summary>
    private static Tensor SmoothedWithout(ChainPotentials p, PairLinearTerms linear, int t, int target, out Tensor covariance)
    {
        static Tensor First(Tensor J, int rank) => J.dim() > rank ? J[0, 0] : J;
        int T = target + 1;
        Tensor Nodes(Tensor node) => cat([node.narrow(1, 0, t + 1), zeros([1, T - t - 1, .. node.shape[2..]], dtype: ScalarType.Float64)], 1);
        Tensor drift = zeros([1, T, 2], dtype: ScalarType.Float64);
        drift.narrow(1, 0, T - 1).add_(First(linear.Earlier, 1));
        drift.narrow(1, 1, T - 1).add_(First(linear.Later, 1));
        var extended = new ChainPotentials(p.J0, p.h0, First(p.J11, 2), First(p.J12, 2), First(p.J22, 2), Nodes(p.Jn), Nodes(p.hn) + drift);
        ChainPosterior q = DenseGaussianChain.Infer(extended, [T], null);
        covariance = q.Covariance[0, target];
        return q.Mean[0, target];
    }
}
