using Svae.Workbench.Diagnostics;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Bounds;
using Svae.Workbench.Tests.ExponentialFamilies;
using Svae.Workbench.Tests.GraphicalModels;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Diagnostics;

public class ImportanceWeightedBoundTests
{
    private static Batch Whole(Tensor y) =>
        new(y, full(y.shape[0], y.shape[1], ScalarType.Int64), ones(y.shape[0], y.shape[1]), 1);

    private static StructuredVae<LdsParameters> Vae(EvidenceCase c, bool dense, double factor = 1) =>
        new(c.Model, new LinearGaussian.Recognition(c.Likelihood, dense, factor), c.Likelihood) { Parameters = c.Point.Concentrated };

    [Theory]
    [InlineData("evidence_lds_T7_n2_p3")]
    [InlineData("evidence_lds_T10_n3_p5")]
    public void With_the_exact_potentials_every_weight_is_the_evidence(string name)
    {
        using var scope = NewDisposeScope();
        EvidenceCase c = EvidenceCase.Load(name);
        var bound = ImportanceWeightedBound.Of(Vae(c, dense: true), Whole(c.Observations), new Generator(1), samples: 5, samplesAtOnce: 2);
        AssertClose.Equal(c.LogEvidence, bound.LogEvidence, 1e-5, "log p(y)");
        AssertClose.Equal(full(3, 5.0, ScalarType.Float64), bound.EffectiveSamples, 1e-5, "effective samples");
        Assert.Equal(5, bound.Samples);
    }

    [Fact]
    public void It_begins_at_the_bound_of_one_sample_and_rises_to_the_exact_evidence_which_the_weights_average_to()
    {
        const int Copies = 2000;
        using var scope = NewDisposeScope();
        EvidenceCase c = EvidenceCase.Load("evidence_lds_T7_n2_p3");
        StructuredVae<LdsParameters> vae = Vae(c, dense: false, factor: 0.6);
        Tensor y = c.Observations.narrow(0, 0, 1);
        double evidence = c.LogEvidence[0].item<double>();
        ILocalPosterior q = vae.Infer(Whole(y));
        Tensor elbo = c.Likelihood.Expected(y, q.Mean, q.Covariance).sum() + q.NegativeKl[0];
        Batch copies = Whole(y.expand(Copies, 7, 3).contiguous());
        Tensor Draws(int samples) => ImportanceWeightedBound.Of(vae, copies, new Generator((ulong)samples), samples).LogEvidence;

        Tensor single = Draws(1), few = Draws(4), more = Draws(20);
        FamilyTruths.AssertMean(elbo, single, "L_1");
        FamilyTruths.AssertMean(ones([], ScalarType.Float64), (single - evidence).exp(), "weights over the evidence");
        double[] means = [elbo.item<double>(), few.mean().item<double>(), more.mean().item<double>(), evidence];
        Assert.Equal(means.Order(), means);
        Assert.True(means[1] - means[0] > 0.1 && means[3] - means[2] < 0.5 * (means[3] - means[0]), string.Join(", ", means));
    }

    [Fact]
    public void With_discrete_states_missing_frames_and_padding_the_weights_average_to_the_integral_by_enumeration()
    {
        const int Copies = 2000;
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var c = ModelCases.Slds(2, 2);
        var model = new SwitchingLinearDynamicalSystem(((SwitchingLinearDynamicalSystem)c.Model).Settings with { Inner = new() { MaxSweeps = 5 } });
        SldsParameters eta = c.Random(3);
        var likelihood = new LinearGaussian(tensor(new double[,] { { 1, 0.3 }, { -0.2, 1 } }), zeros(2, ScalarType.Float64), tensor(new[] { 0.8, 0.5 }));
        var vae = new StructuredVae<SldsParameters>(model, new LinearGaussian.Recognition(likelihood, dense: true), likelihood) { Parameters = eta };
        Tensor y = randn([1, 4, 2], ScalarType.Float64, generator: new Generator(2)), observed = tensor(new float[,] { { 1, 0, 1, 0 } });
        var batch = new Batch(y.expand(Copies, 4, 2).contiguous(), full(Copies, 3L, ScalarType.Int64), observed.expand(Copies, 4), 1);

        NodePotentials potentials = likelihood.Potentials(y, dense: true).Observed(observed);
        var brute = new EnumeratedLatents((z, x) => c.LogJoint(eta, z, x), potentials.J[0].narrow(0, 0, 3), potentials.h[0].narrow(0, 0, 3), 2);
        double exact = brute.LogZ + (likelihood.Constant(y) * observed).sum().item<double>();
        Tensor single = ImportanceWeightedBound.Of(vae, batch, new Generator(1), 1).LogEvidence;
        FamilyTruths.AssertMean(ones([], ScalarType.Float64), (single - exact).exp(), "weights over the integral");
        ILocalPosterior q = vae.Infer(batch);
        Tensor elbo = (likelihood.Expected(batch.Observations, q.Mean, q.Covariance) * batch.Observed).sum(1)[0] + q.NegativeKl[0];
        Assert.True(single.mean().item<double>() > elbo.item<double>(), "summing z out gains");
    }

    [Fact]
    public void It_can_be_cancelled_and_wants_a_sample()
    {
        EvidenceCase c = EvidenceCase.Load("evidence_lds_T7_n2_p3");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            ImportanceWeightedBound.Of(Vae(c, dense: true), Whole(c.Observations), new Generator(1), 5, cancel: stop.Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImportanceWeightedBound.Of(Vae(c, dense: true), Whole(c.Observations), new Generator(1), 0));
    }
}
