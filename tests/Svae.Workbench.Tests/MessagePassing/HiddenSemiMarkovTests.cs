using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Explicit-duration states against enumeration of all segmentations and against finite differences.</summary>
public class HiddenSemiMarkovTests
{
    private static readonly Gen<(RandomHmm Model, int D)> Small = Gen.Select(RandomHmm.OfSizes(Gen.Int[1, 2], Gen.Int[1, 4], Gen.Int[1, 3]), Gen.Int[1, 4]);

    public static TheoryData<MessagePassingForm> AllForms() => ForwardBackwardTests.AllForms();

    [Theory, MemberData(nameof(AllForms))]
    public void Statistics_match_the_enumeration_of_all_segmentations(MessagePassingForm form) =>
        Small.Sample((model, D) =>
        {
            using var scope = NewDisposeScope();
            HsmmPotentials potentials = Potentials(model, D);
            HsmmPosterior posterior = HiddenSemiMarkov.Infer(potentials, model.Lengths(), form);
            for (int b = 0; b < model.B; b++)
            {
                int T = model.LengthOf(b);
                var truth = new EnumeratedSegmentations(potentials, b, T);
                AssertClose.Equal(tensor(truth.LogZ), posterior.LogZ[b], what: "log Z");
                AssertClose.Equal(nn.functional.pad(truth.Marginals, [0, 0, 0, model.T - T]), posterior.Marginals[b], what: "marginals");
                AssertClose.Equal(nn.functional.pad(truth.SegmentStarts, [0, 0, 0, model.T - T]), posterior.SegmentStarts[b], what: "starts");
                AssertClose.Equal(truth.TransitionCounts, posterior.TransitionCounts[b], what: "transitions");
                AssertClose.Equal(truth.DurationCounts, posterior.DurationCounts[b], what: "durations");
            }
        }, iter: 8);

    [Theory, MemberData(nameof(AllForms))]
    public void Gradients_of_every_output_match_finite_differences(MessagePassingForm form) =>
        Small.Sample((model, D) =>
        {
            using var scope = NewDisposeScope();
            HsmmPotentials p = Potentials(model, D);
            FiniteDifferences.AssertAgree(x =>
            {
                HsmmPosterior q = HiddenSemiMarkov.Infer(new HsmmPotentials(x[0], x[1], x[2], x[3]), model.Lengths(), form);
                return RandomCombination([q.LogZ, q.Marginals, q.SegmentStarts, q.TransitionCounts, q.DurationCounts], model.Seed);
            }, [p.LogInitial, p.LogTransition, p.LogDuration, p.LogLikelihood]);
        }, iter: 3);

    [Fact]
    public void All_forms_and_their_gradients_agree_on_larger_models() =>
        Gen.Select(RandomHmm.OfSizes(Gen.Int[1, 5], Gen.Int[1, 30], Gen.Int[1, 9]), Gen.Int[1, 11]).Sample((model, D) =>
        {
            using var scope = NewDisposeScope();
            Tensor[] expected = OutputsAndGradients(model, Potentials(model, D), MessagePassingForm.Sequential);
            foreach (MessagePassingForm form in ForwardBackwardTests.Forms)
                foreach (var (truth, actual) in expected.Zip(OutputsAndGradients(model, Potentials(model, D), form)))
                    AssertClose.Equal(truth, actual, what: form.ToString());
        }, iter: 8);

    [Theory, MemberData(nameof(AllForms))]
    public void Potentials_of_ten_thousand_and_forbidden_durations_are_exact(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        for (int seed = 0; seed < 10; seed++)
        {
            var model = new RandomHmm(2, 4, 3, true, seed % 2 == 0, true, seed);
            HsmmPotentials p = Potentials(model, 3), extreme = new(p.LogInitial * 1e4, p.LogTransition * 1e4, p.LogDuration * 1e4, p.LogLikelihood * 1e4);
            if (seed > 4) extreme = p with { LogLikelihood = p.LogLikelihood * 1e4 };
            extreme.LogDuration.select(-1, 1).fill_(double.NegativeInfinity); // no segment of two time steps
            HsmmPosterior posterior = HiddenSemiMarkov.Infer(extreme, model.Lengths(), form);
            for (int b = 0; b < model.B; b++)
            {
                var truth = new EnumeratedSegmentations(extreme, b, model.LengthOf(b));
                AssertClose.Equal(tensor(truth.LogZ), posterior.LogZ[b], 1e-12, "log Z");
                AssertClose.Equal(truth.DurationCounts, posterior.DurationCounts[b], what: "durations");
                AssertClose.Equal(truth.TransitionCounts, posterior.TransitionCounts[b], what: "transitions");
            }
        }
    }

    [Theory, MemberData(nameof(AllForms))]
    public void A_sequence_without_a_possible_segmentation_is_named(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        HsmmPotentials potentials = Potentials(new RandomHmm(4, 6, 3, true, true, false, 1), 4);
        potentials.LogLikelihood[2, 4] = double.NegativeInfinity;
        var exception = Assert.Throws<ImpossibleSequenceException>(() => HiddenSemiMarkov.Infer(potentials, form: form));
        Assert.Equal((2, 4), (exception.Sequence, exception.TimeStep));
    }

    [Fact]
    public void The_most_probable_segmentation_is_the_heaviest_of_all() =>
        Small.Sample((model, D) =>
        {
            using var scope = NewDisposeScope();
            HsmmPotentials potentials = Potentials(model, D);
            SegmentedPath path = HiddenSemiMarkov.MostProbablePath(potentials, model.Lengths());
            for (int b = 0; b < model.B; b++)
            {
                int T = model.LengthOf(b);
                var truth = new EnumeratedSegmentations(potentials, b, T);
                long[] states = [.. path.States[b].data<long>()], remaining = [.. path.Remaining[b].data<long>()];
                double heaviest = truth.LogWeights.Max();
                // Segments of one state weigh the same in any order, so that the heaviest may be several.
                Assert.Contains(truth.All.Zip(truth.LogWeights), way => heaviest - way.Second < 1e-9
                    && Pad(way.First.SelectMany(s => Enumerable.Repeat((long)s.State, s.Duration))).SequenceEqual(states)
                    && Pad(way.First.SelectMany(s => Enumerable.Range(0, s.Duration).Select(t => (long)s.Duration - t))).SequenceEqual(remaining));
                long[] Pad(IEnumerable<long> values) => [.. values.Take(T), .. Enumerable.Repeat(-1L, model.T - T)];
            }
        }, iter: 8);

    [Fact]
    public void Sampled_segmentations_cover_states_and_starts_as_often_as_probable()
    {
        using var scope = NewDisposeScope();
        const int count = 20_000;
        var model = new RandomHmm(1, 5, 2, true, true, false, 4);
        HsmmPotentials potentials = Potentials(model, 3);
        using var generator = new Generator(3);
        SegmentedPath samples = HiddenSemiMarkov.SamplePaths(potentials, generator, count);
        HsmmPosterior exact = HiddenSemiMarkov.Infer(potentials);
        Tensor frequency = nn.functional.one_hot(samples.States, 2).to(ScalarType.Float64).mean([0]);
        Tensor ended = (samples.Remaining.narrow(-1, 0, 4) == 1).to(ScalarType.Float64).mean([0]);
        double error = 6 * Math.Sqrt(0.25 / count);
        Assert.True((frequency - exact.Marginals).abs().max().item<double>() < error);
        Assert.True((ended - exact.SegmentStarts.narrow(1, 1, 4).sum(dim: -1)).abs().max().item<double>() < error);
    }

    [Fact]
    public void With_one_time_step_per_segment_it_is_the_hidden_Markov_model()
    {
        using var scope = NewDisposeScope();
        var model = new RandomHmm(3, 30, 5, true, true, true, 6);
        HmmPotentials plain = model.Potentials();
        HsmmPosterior q = HiddenSemiMarkov.Infer(new HsmmPotentials(plain.LogInitial, plain.LogTransition, zeros(5, 1, dtype: ScalarType.Float64), plain.LogLikelihood), model.Lengths());
        HmmPosterior p = ForwardBackward.Infer(plain, model.Lengths());
        AssertClose.Equal(p.LogZ, q.LogZ);
        AssertClose.Equal(p.Marginals, q.SegmentStarts);
        AssertClose.Equal(p.PairMarginalSum, q.TransitionCounts);
    }

    [Fact]
    public void Bad_durations_are_refused_by_name()
    {
        using var scope = NewDisposeScope();
        HsmmPotentials potentials = Potentials(new RandomHmm(2, 4, 3, true, true, false, 1), 2);
        Tensor bad = potentials.LogDuration.clone();
        bad[2, 1] = double.NaN;
        Assert.Contains("potentials.LogDuration[2, 1] is NaN (state 2, duration index 1)",
            Assert.ThrowsAny<ArgumentException>(() => HiddenSemiMarkov.Infer(potentials with { LogDuration = bad })).Message);
        Assert.Contains("potentials.LogDuration: expected [3, any] (state, duration), got [4, 2]",
            Assert.ThrowsAny<ArgumentException>(() => HiddenSemiMarkov.Infer(potentials with { LogDuration = zeros(4, 2, dtype: ScalarType.Float64) })).Message);
    }

    internal static Tensor[] OutputsAndGradients(RandomHmm model, HsmmPotentials p, MessagePassingForm form)
    {
        Tensor[] leaves = [.. new[] { p.LogInitial, p.LogTransition, p.LogDuration, p.LogLikelihood }.Select(x => x.detach().requires_grad_())];
        HsmmPosterior q = HiddenSemiMarkov.Infer(new HsmmPotentials(leaves[0], leaves[1], leaves[2], leaves[3]), model.Lengths(), form);
        Tensor[] outputs = [q.LogZ, q.Marginals, q.SegmentStarts, q.TransitionCounts, q.DurationCounts];
        RandomCombination(outputs, model.Seed).backward();
        return [.. outputs.Select(output => output.detach()), .. leaves.Select(leaf => leaf.grad ?? zeros_like(leaf))];
    }

    private static Tensor RandomCombination(Tensor[] outputs, int seed)
    {
        using var generator = new Generator((ulong)seed);
        return outputs.Select(output => (output * randn(output.shape, dtype: ScalarType.Float64, generator: generator)).sum()).Aggregate((a, b) => a + b);
    }

    internal static HsmmPotentials Potentials(RandomHmm model, int D)
    {
        var (initial, transition, likelihood) = model.Potentials();
        using var generator = new Generator((ulong)model.Seed + 1);
        Tensor duration = randn(model.SharedTransition ? [model.K, D] : [model.B, model.K, D], dtype: ScalarType.Float64, generator: generator);
        return new HsmmPotentials(initial, transition, duration, likelihood);
    }
}
