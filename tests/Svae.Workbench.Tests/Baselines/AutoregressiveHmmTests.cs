using Svae.Workbench.Baselines;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class AutoregressiveHmmTests
{
    /// <summary>Three two-dimensional regimes: rotations of different speed about different centres.</summary>
    private static AutoregressiveHmm Truth()
    {
        Tensor Rotation(double angle, double decay) => decay * tensor(new[,] { { Math.Cos(angle), -Math.Sin(angle) }, { Math.Sin(angle), Math.Cos(angle) } });
        Tensor dynamics = stack([Rotation(0.4, 0.98), Rotation(-0.2, 0.95), Rotation(0, 0.7)], 0);
        Tensor centers = tensor(new[,] { { 1.0, 0 }, { -2, 1 }, { 0, 3 } });
        Tensor offset = (centers.unsqueeze(-1) - dynamics.matmul(centers.unsqueeze(-1))).squeeze(-1);
        Tensor transition = eye(3, dtype: ScalarType.Float64) * 0.96 + 0.04 / 3;
        return new AutoregressiveHmm(zeros(3, ScalarType.Float64) - Math.Log(3), transition.log(), dynamics, offset,
            eye(2, dtype: ScalarType.Float64).repeat(3, 1, 1) * 0.01, LikelihoodPower: 1);
    }

    private static (Tensor Frames, int[] States) Simulate(AutoregressiveHmm model, int frames, int seed)
    {
        var random = new Random(seed);
        int K = model.States, n = model.Width, state = random.Next(K);
        double[] transition = [.. model.LogTransition.exp().contiguous().data<double>()], A = [.. model.Dynamics.contiguous().data<double>()];
        double[] b = [.. model.Offset.contiguous().data<double>()], root = [.. linalg.cholesky(model.NoiseCovariance).contiguous().data<double>()];
        var x = new double[frames * n];
        var states = new int[frames];
        for (int t = 0; t < frames; t++)
        {
            if (t > 0)
            {
                double u = random.NextDouble();
                int next = 0;
                while (next < K - 1 && (u -= transition[state * K + next]) > 0) next++;
                state = next;
            }
            states[t] = state;
            double[] noise = [.. Enumerable.Range(0, n).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
            for (int i = 0; i < n; i++)
            {
                double value = b[state * n + i];
                for (int j = 0; j < n; j++)
                    value += (t > 0 ? A[(state * n + i) * n + j] * x[(t - 1) * n + j] : 0) + root[(state * n + i) * n + j] * noise[j];
                x[t * n + i] = value;
            }
        }
        return (tensor(x, [frames, n]), states);
    }

    private static readonly AutoregressiveHmmSettings Exact = new()
    {
        States = 3, LikelihoodPower = 1, Stickiness = 0, PriorFrames = 1, WindowLength = 20, Restarts = 2, Iterations = 60, Tolerance = 1e-9, Seed = 1,
    };

    [Fact]
    public void Parameters_and_states_of_simulated_data_are_recovered_in_the_units_of_the_data()
    {
        using var scope = NewDisposeScope();
        AutoregressiveHmm truth = Truth();
        var simulated = Enumerable.Range(0, 3).Select(seed => Simulate(truth, 700 + 100 * seed, seed)).ToList();
        using var fit = AutoregressiveHmm.Fit([.. simulated.Select(s => s.Frames)], Exact);
        int[] inferred = [.. fit.Labels.SelectMany(z => z)], states = [.. simulated.SelectMany(s => s.States)];
        int[] match = BestMatch(inferred, states, 3);
        Assert.True(inferred.Zip(states, (z, truth) => match[z] == truth ? 1.0 : 0).Average() > 0.95);
        for (int k = 0; k < 3; k++)
        {
            AssertClose.Equal(truth.Dynamics[match[k]], fit.Model.Dynamics[k], 0.06, $"dynamics {k}");
            AssertClose.Equal(truth.Offset[match[k]], fit.Model.Offset[k], 0.08, $"offset {k}");
            AssertClose.Equal(truth.NoiseCovariance[match[k]] * 100, fit.Model.NoiseCovariance[k] * 100, 0.2, $"noise {k}");
            Assert.InRange(fit.Model.LogTransition[k, k].exp().item<double>(), 0.93, 0.99);
        }
    }

    [Theory]
    [InlineData(1.0, 1)]
    [InlineData(0.3, 1)]
    [InlineData(0.1, 3)]
    public void The_penalised_likelihood_never_falls(double power, int lags)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4); // not from the model: EM must hold for any data
        Tensor data = randn([400, 3], ScalarType.Float64, generator: generator).cumsum(0).sin();
        using var fit = AutoregressiveHmm.Fit([data.narrow(0, 0, 250), data.narrow(0, 250, 150)],
            Exact with { States = 5, LikelihoodPower = power, Lags = lags, Stickiness = 20, PriorFrames = 10, WindowLength = 8, Restarts = 1 });
        Assert.True(fit.Trace.Count > 5);
        for (int i = 1; i < fit.Trace.Count; i++)
            Assert.True(fit.Trace[i] >= fit.Trace[i - 1] - 1e-7 * Math.Abs(fit.Trace[i]), $"iteration {i}: {fit.Trace[i - 1]} → {fit.Trace[i]}");
    }

    [Fact]
    public void Likelihood_marginals_and_path_are_those_of_all_paths_enumerated()
    {
        using var scope = NewDisposeScope();
        AutoregressiveHmm model = Truth() with { LikelihoodPower = 0.7 };
        Tensor x = Simulate(model, 6, 9).Frames;
        using var posterior = model.Infer([x]);
        double total = double.NegativeInfinity, best = double.NegativeInfinity;
        int[] bestPath = [];
        var marginals = new double[6, 3];
        var weights = new List<(int[] Path, double Log)>();
        for (int code = 0; code < 729; code++)
        {
            int[] path = [.. Enumerable.Range(0, 6).Select(t => code / (int)Math.Pow(3, t) % 3)];
            double log = model.LogInitial[path[0]].item<double>();
            for (int t = 1; t < 6; t++)
            {
                int k = path[t];
                Tensor residual = x[t] - model.Dynamics[k].matmul(x[t - 1]) - model.Offset[k];
                double density = -0.5 * residual.dot(linalg.inv(model.NoiseCovariance[k]).matmul(residual)).item<double>()
                    - 0.5 * Math.Log(linalg.det(model.NoiseCovariance[k] * 2 * Math.PI).item<double>());
                log += model.LogTransition[path[t - 1], k].item<double>() + 0.7 * density;
            }
            weights.Add((path, log));
            total = Math.Max(total, log) + Math.Log(1 + Math.Exp(-Math.Abs(total - log)));
            if (log > best) (best, bestPath) = (log, path);
        }
        foreach (var (path, log) in weights)
            for (int t = 0; t < 6; t++) marginals[t, path[t]] += Math.Exp(log - total);
        Assert.Equal(total, posterior.LogLikelihood[0], 8);
        AssertClose.Equal(tensor(marginals), posterior.Marginals[0], 1e-9, "marginals");
        Assert.Equal(bestPath, posterior.Labels[0]);
    }

    [Fact]
    public void Units_and_origin_of_a_column_do_not_change_the_states()
    {
        using var scope = NewDisposeScope();
        Tensor data = Simulate(Truth(), 500, 3).Frames;
        using var plain = AutoregressiveHmm.Fit([data], Exact with { Iterations = 10 });
        using var moved = AutoregressiveHmm.Fit([data * tensor(new[] { 1_000.0, 0.01 }) + tensor(new[] { 5_000.0, -3 })], Exact with { Iterations = 10 });
        Assert.Equal(plain.Labels[0], moved.Labels[0]);
        Assert.Equal(plain.Posterior.LogLikelihood[0] - 499 * Math.Log(10), moved.Posterior.LogLikelihood[0], 4);
    }

    [Fact]
    public void Stickiness_lengthens_the_states()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        Tensor data = randn([600, 2], ScalarType.Float64, generator: generator);
        int[] changes = [.. new[] { 0.0, 1_000, 1e6 }.Select(stickiness =>
        {
            using var fit = AutoregressiveHmm.Fit([data], Exact with { Stickiness = stickiness, States = 4, WindowLength = 5, Restarts = 1 });
            return fit.Labels[0].Zip(fit.Labels[0].Skip(1), (a, b) => a == b ? 0 : 1).Sum();
        })];
        Assert.True(changes[0] > changes[1] && changes[1] >= changes[2], string.Join(" > ", changes));
    }

    [Fact]
    public void A_state_of_lag_two_is_seen_with_two_lags_and_held_out_data_say_so()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(8);
        var x = new double[800];
        double[] noise = [.. randn([800], ScalarType.Float64, generator: generator).data<double>()];
        for (int t = 2; t < 800; t++) x[t] = 1.8 * x[t - 1] - 0.9 * x[t - 2] + 0.1 * noise[t];
        Tensor data = tensor(x, [800, 1]);
        double Held(int lags)
        {
            using var fit = AutoregressiveHmm.Fit([data.narrow(0, 0, 500)], Exact with { States = 1, Lags = lags });
            return fit.Model.Score([data.narrow(0, 500, 300)])[0];
        }
        Assert.True(Held(2) > Held(1) + 100);
    }

    [Fact]
    public void The_same_seed_gives_the_same_states_and_the_best_start_is_kept()
    {
        using var scope = NewDisposeScope();
        Tensor data = Simulate(Truth(), 300, 5).Frames;
        using AutoregressiveHmmFit a = AutoregressiveHmm.Fit([data], Exact with { Iterations = 8 }), b = AutoregressiveHmm.Fit([data], Exact with { Iterations = 8 });
        Assert.Equal(a.Labels[0], b.Labels[0]);
        Assert.Equal(a.RestartScores, b.RestartScores);
        Assert.Equal(a.RestartScores.Max(), a.Trace[^1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Short_single_and_constant_sequences_are_no_error(int states)
    {
        using var scope = NewDisposeScope();
        var settings = Exact with { States = states, Lags = 2, Iterations = 5, Stickiness = 5 };
        Tensor walk = Simulate(Truth(), 60, 6).Frames;
        foreach (Tensor[] sequences in new Tensor[][]
        {
            [walk], [walk, walk.narrow(0, 0, 1), walk.narrow(0, 0, 2), walk.narrow(0, 0, 3)], // not longer than the lags: no evidence
            [walk.narrow(0, 0, 1)], [torch.ones([40, 2])], [torch.full([40, 2], 1e6, ScalarType.Float64)], [walk.to(ScalarType.Float32)],
        })
        {
            using var fit = AutoregressiveHmm.Fit(sequences, settings);
            Assert.Equal(sequences.Select(s => (int)s.shape[0]), fit.Labels.Select(z => z.Length));
            Assert.All(fit.Posterior.Marginals, m => AssertClose.Equal(torch.ones(m.shape[0], ScalarType.Float64), m.sum(dim: 1), 1e-9));
            Assert.All(fit.Trace, value => Assert.True(double.IsFinite(value)));
            Assert.All(fit.Labels.SelectMany(z => z), z => Assert.InRange(z, 0, states - 1));
        }
    }

    [Fact]
    public void Bad_input_is_named_and_a_fit_can_be_stopped()
    {
        using var scope = NewDisposeScope();
        Tensor good = Simulate(Truth(), 30, 6).Frames, bad = good.clone();
        bad[7, 1] = double.NaN;
        Assert.Contains("sequences[1][7, 1] is NaN", Assert.Throws<ArgumentException>(() => AutoregressiveHmm.Fit([good, bad], Exact)).Message);
        Assert.Contains("sequences[1]: expected [any, 2]", Assert.Throws<ArgumentException>(() => AutoregressiveHmm.Fit([good, good.narrow(1, 0, 1)], Exact)).Message);
        Assert.Contains("settings.LikelihoodPower", Assert.Throws<ArgumentException>(() => AutoregressiveHmm.Fit([good], Exact with { LikelihoodPower = 0 })).Message);
        using var stop = new CancellationTokenSource();
        var stopper = new Stopper(stop);
        Assert.Throws<OperationCanceledException>(() => AutoregressiveHmm.Fit([good], Exact with { Tolerance = 0 }, stopper, stop.Token));
        Assert.Equal(1, stopper.Reports);
    }

    private sealed class Stopper(CancellationTokenSource stop) : IProgress<WorkProgress>
    {
        public int Reports { get; private set; }

        public void Report(WorkProgress value)
        {
            Reports++;
            stop.Cancel();
        }
    }

    private static int[] BestMatch(int[] inferred, int[] truth, int states) =>
        [.. Enumerable.Range(0, states).Select(k => inferred.Zip(truth).Where(p => p.First == k).GroupBy(p => p.Second).MaxBy(g => g.Count())?.Key ?? -1)];
}
