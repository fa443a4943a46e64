using Svae.Workbench.Baselines;
using Svae.Workbench.Data;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class ConjugateLdsTests
{
    public static TheoryData<string> Cases() => [.. GoldenCase.Names("evidence_lds")];

    /// <summary>t(θ) at the golden case's parameters.</summary>
    internal static WithEmission<LdsParameters> Point(GoldenCase golden)
    {
        Tensor none = zeros(golden["m0"].shape[0], 1, ConjugateData.Double);
        return new(
            new(new NormalInverseWishart().Statistics(new(golden["m0"], golden["P0"])),
                new MatrixNormalInverseWishart().Statistics(new(cat([golden["A"], none], 1), golden["Q"]))),
            new MatrixNormalInverseWishart().Statistics(new(cat([golden["C"], golden["d"].unsqueeze(1)], 1), diag(golden["R"]))));
    }

    private static ConjugateLds Model(GoldenCase golden) =>
        new(new LdsSettings { Dimension = (int)golden["m0"].shape[0] }, new LinearGaussianEmission { Observed = (int)golden["d"].shape[0] });

    [Theory, MemberData(nameof(Cases))]
    public void With_a_point_for_the_parameters_the_bound_is_the_known_evidence(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var (chain, bound) = Model(golden).Infer(Point(golden), Batch.Whole(golden["y"]));
        AssertClose.Equal(golden["log_evidence"], bound, 1e-9, "log p(y)");
        AssertClose.Equal(golden["post_mean"], chain.Mean, 1e-9, "smoothed means");
        AssertClose.Equal(golden["post_cov"], chain.Covariance, 1e-9, "smoothed covariances");
    }

    [Fact]
    public void The_principal_start_is_probabilistic_principal_components()
    {
        using var scope = NewDisposeScope();
        var process = new LinearGaussianRotation { LatentSize = 2, Observed = 6, Frames = 60, TrainingSequences = 40 };
        var train = process.Generate(2).Training.Sequences;
        using var components = PrincipalComponents.Fit(cat([.. train]), 2, whiten: true);
        var model = new ConjugateLds(new() { Dimension = 2 }, new() { Observed = 6, Strength = 1e-6, NoiseStrength = 1e-3 });
        var (M, _, S, nu) = MatrixNormalInverseWishart.ToStandard(model.PrincipalStart(components, train).Emission);

        // Tipping and Bishop (1999): C Cᵀ + σ²I agrees with the sample covariance in the plane of the components, and R = σ²I there.
        double noise = (components.TotalVariance - components.ExplainedVariance.sum().item<double>()) / 4;
        Tensor C = M.narrow(1, 0, 2), R = S / nu, axes = components.Components;
        Tensor Within(Tensor covariance) => matmul(matmul(axes, covariance), axes.t());
        AssertClose.Equal(diag(components.ExplainedVariance - noise), Within(matmul(C, C.t())), 0.01, "C Cᵀ in the plane");
        AssertClose.Equal(noise * eye(2, dtype: ScalarType.Float64), Within(R), 0.01, "R in the plane");
        AssertClose.Equal(components.Mean, M.select(1, 2), 0.01, "d");
    }

    [Fact]
    public void From_the_principal_start_thirty_iterations_of_EM_reach_the_evidence()
    {
        using var scope = NewDisposeScope();
        var process = new LinearGaussianRotation { LatentSize = 2, Observed = 6, Angle = Math.PI / 10, Frames = 60, TrainingSequences = 40 };
        ToyData drawn = process.Generate(0).Training;
        using var components = PrincipalComponents.Fit(cat([.. drawn.Sequences]), 2, whiten: true);
        var model = new ConjugateLds(new() { Dimension = 2 }, new() { Observed = 6 });
        var fit = VariationalEm.Fit(model, new Minibatches(drawn.Sequences, 60, 40, 0), new() { Iterations = 30 }, model.PrincipalStart(components, drawn.Sequences));
        Tensor gap = process.LogLikelihood(drawn.Observations) - model.Infer(fit.Statistics, Batch.Whole(drawn.Observations)).Bound;
        Assert.InRange(gap.mean().item<double>() / 60, -0.03, 0.02); // the known components themselves in the place of x leave 0.25
    }

    [Fact]
    public void A_principal_start_needs_whitened_components_that_leave_some_out()
    {
        using var scope = NewDisposeScope();
        Tensor y = randn([50, 2], generator: new Generator(1));
        using var all = PrincipalComponents.Fit(y, 2, whiten: true);
        var error = Assert.Throws<ArgumentException>(() => new ConjugateLds(new() { Dimension = 2 }, new() { Observed = 2 }).PrincipalStart(all, [y]));
        Assert.Contains("components: expected whitened ones, fewer than the 2 outputs, got 2", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_expected_statistics_are_those_of_the_known_smoothed_moments(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var leaves = WithEmission<LdsParameters>.FromBlocks([.. Point(golden).Blocks.Select(b => b.detach().requires_grad_())]);
        Model(golden).Expect(leaves, Batch.Whole(golden["y"])).Bound.sum().backward();
        Tensor y = golden["y"], mean = golden["post_mean"], covariance = golden["post_cov"];
        double frames = y.shape[0] * y.shape[1], sequences = y.shape[0];
        Tensor second = covariance + mean.unsqueeze(3) * mean.unsqueeze(2);
        MatrixNormalInverseWishart.Natural emission = leaves.Emission;
        Tensor affine = cat([mean, ones_like(mean.narrow(2, 0, 1))], 2);
        AssertClose.Equal(einsum("bti,btj->ij", affine, y), emission.B.grad!, 1e-9, "Σ E x̃ yᵀ");
        AssertClose.Equal(einsum("bti,btj->ij", y, y), emission.C.grad!, 1e-9, "Σ y yᵀ");
        AssertClose.Equal(tensor(frames), emission.Nu.grad!, 1e-9, "frames");
        Tensor square = 0.5 * (emission.KInverse.grad! + emission.KInverse.grad!.mT);
        long n = mean.shape[2];
        AssertClose.Equal(second.sum([0L, 1L]), square.narrow(0, 0, n).narrow(1, 0, n), 1e-9, "Σ E x xᵀ");
        AssertClose.Equal(mean.sum([0L, 1L]), square.select(1, n).narrow(0, 0, n), 1e-9, "Σ E x");
        AssertClose.Equal(mean.select(1, 0).sum([0L]), leaves.System.InitialState.b.grad!, 1e-9, "E x_1");
        AssertClose.Equal(tensor(frames - sequences), leaves.System.Dynamics.Nu.grad!, 1e-9, "pairs");
        AssertClose.Equal(second.narrow(1, 1, y.shape[1] - 1).sum([0L, 1L]), leaves.System.Dynamics.C.grad!, 1e-9, "Σ E x_{t+1}x_{t+1}ᵀ");
    }

    [Fact]
    public void Filtered_moments_are_the_smoothed_ones_of_the_last_frame_so_far()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("evidence_lds_T7_n2_p3");
        var (model, theta) = (Model(golden), Point(golden));
        Batch batch = Batch.Whole(golden["y"]).Hide(3, 5);
        ChainMoments filtered = model.Filter(theta, batch);
        for (long frame = 0; frame < 7; frame++)
        {
            var past = Batch.Whole(golden["y"].narrow(1, 0, frame + 1)) with { Observed = batch.Observed.narrow(1, 0, frame + 1) };
            ChainPosterior smoothed = model.Infer(theta, past).Chain;
            AssertClose.Equal(smoothed.Mean.select(1, frame), filtered.Mean.select(1, frame), 1e-9, $"mean at frame {frame}");
            AssertClose.Equal(smoothed.Covariance.select(1, frame), filtered.Covariance.select(1, frame), 1e-9, $"covariance at frame {frame}");
        }
    }

    [Fact]
    public void Of_a_process_with_known_parameters_the_bound_is_the_kalman_filters_evidence()
    {
        using var scope = NewDisposeScope();
        var process = new LinearGaussianRotation { Frames = 30, TrainingSequences = 4 };
        Tensor y = process.Generate(seed: 2).Training.Observations;
        var model = new ConjugateLds(new LdsSettings { Dimension = 3 }, new LinearGaussianEmission { Observed = 5 });
        AssertClose.Equal(process.LogLikelihood(y), model.Infer(ConjugateLds.Known(process.Process), Batch.Whole(y)).Bound, 1e-9);
    }

    [Fact]
    public void Missing_frames_and_ends_are_integrated_out_as_in_the_dense_joint_gaussian()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("evidence_lds_T7_n2_p3");
        Tensor y = golden["y"].narrow(0, 0, 2), observed = tensor(new double[,] { { 1, 0, 0, 1, 1, 0, 1 }, { 0, 1, 1, 1, 0, 0, 0 } });
        var batch = new Batch(y + (1 - observed).unsqueeze(2) * 1e3, tensor(new long[] { 7, 5 }), observed, 1);
        Tensor bound = Model(golden).Infer(Point(golden), batch).Bound;
        AssertClose.Equal(stack([Dense(golden, y[0], observed[0]), Dense(golden, y[1], observed[1])]), bound, 1e-9);
    }

    /// <summary>log p of the observed frames from the dense joint covariance of all of them.</summary>
    private static Tensor Dense(GoldenCase golden, Tensor y, Tensor observed)
    {
        Tensor A = golden["A"], C = golden["C"], mean = golden["m0"], covariance = golden["P0"];
        var frames = Enumerable.Range(0, (int)y.shape[0]).Where(t => observed[t].item<double>() > 0).ToArray();
        var means = new List<Tensor>();
        var covariances = new List<Tensor>();
        for (int t = 0; t < y.shape[0]; t++)
        {
            means.Add(mean);
            covariances.Add(covariance);
            (mean, covariance) = (A.mv(mean), A.matmul(covariance).matmul(A.mT) + golden["Q"]);
        }
        Tensor Block(int s, int t) // Cov(y_s, y_t)
        {
            Tensor power = s >= t ? covariances[t] : covariances[s];
            for (int i = 0; i < Math.Abs(s - t); i++) power = s >= t ? A.matmul(power) : power.matmul(A.mT);
            Tensor block = C.matmul(power).matmul(C.mT);
            return s == t ? block + diag(golden["R"]) : block;
        }
        Tensor joint = cat([.. frames.Select(s => cat([.. frames.Select(t => Block(s, t))], 1))]);
        Tensor error = cat([.. frames.Select(t => y[t] - C.mv(means[t]) - golden["d"])]);
        return -0.5 * (error.dot(linalg.solve(joint, error)) + linalg.slogdet(joint).Item2 + error.shape[0] * Math.Log(2 * Math.PI));
    }

    [Fact]
    public void On_sequences_from_the_model_the_held_out_evidence_and_the_eigenvalues_are_recovered()
    {
        using var scope = NewDisposeScope();
        var process = new LinearGaussianRotation
        {
            LatentSize = 2, Observed = 5, Angle = Math.PI / 10, DynamicsNoise = 0.2, Noise = 0.3, Frames = 100, TrainingSequences = 8, HeldOutSequences = 4,
        };
        var (training, heldOut) = process.Generate(seed: 8);
        Tensor[] train = [.. training.Sequences];
        var model = new ConjugateLds(new LdsSettings { Dimension = 2 }, new LinearGaussianEmission { Observed = 5 });
        using var components = PrincipalComponents.Fit(cat(train), 2, whiten: true);
        WithEmission<LdsParameters> start = model.Posterior([.. train.Select(components.Transform)], train);
        var fit = VariationalEm.Fit(model, ConjugateData.Together(train), new() { Iterations = 60 }, start);

        Batch held = Batch.Whole(heldOut.Observations);
        double best = process.LogLikelihood(heldOut.Observations).mean().item<double>() / 100;
        double found = model.Infer(model.StatisticsAtMode(fit.Parameters), held).Bound.mean().item<double>() / 100;
        Assert.InRange(found, best - 0.05, best + 0.02);
        Tensor A = process.Process.A, dynamics = MatrixNormalInverseWishart.ToStandard(fit.Parameters.System.Dynamics).M.narrow(1, 0, 2);
        AssertClose.Equal(linalg.det(A), linalg.det(dynamics), 0.05, "product of eigenvalues");
        AssertClose.Equal(A.trace(), dynamics.trace(), 0.05, "sum of eigenvalues");

        // Ten frames ahead, better than standing still.
        Tensor past = heldOut.Observations.narrow(1, 0, 60), future = heldOut.Observations.narrow(1, 60, 10).to(ConjugateData.Double);
        double error = (model.Predict(fit.Parameters, Batch.Whole(past), 10) - future).square().mean().item<double>();
        double still = (past.narrow(1, 59, 1).to(ConjugateData.Double) - future).square().mean().item<double>();
        Assert.True(error < 0.7 * still, $"predicted {error:g3}, last frame {still:g3}");
    }
}
