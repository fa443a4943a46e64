using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Potentials of thousands, forbidden states and forbidden transitions, against enumeration of all paths.</summary>
public class ExtremePotentialsTests
{
    public static TheoryData<MessagePassingForm> AllForms() => ForwardBackwardTests.AllForms();

    [Theory, MemberData(nameof(AllForms))]
    public void Potentials_of_ten_thousand_are_exact(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        for (int seed = 0; seed < 20; seed++)
        {
            var model = new RandomHmm(3, 6, 3, true, seed % 2 == 0, true, seed);
            AssertExact(model, model.Potentials(scale: 1e4), form);
        }
    }

    [Theory, MemberData(nameof(AllForms))]
    public void Likelihoods_of_ten_thousand_under_mild_transitions_are_exact(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        for (int seed = 0; seed < 20; seed++)
        {
            var model = new RandomHmm(3, 6, 3, true, true, true, seed);
            HmmPotentials mild = model.Potentials();
            AssertExact(model, mild with { LogLikelihood = mild.LogLikelihood * 1e4 }, form);
        }
    }

    [Theory, MemberData(nameof(AllForms))]
    public void The_only_allowed_path_may_be_arbitrarily_unlikely(MessagePassingForm form)
    {
        // Left-to-right states: the evidence keeps saying 0, the end allows only 2.
        using var scope = NewDisposeScope();
        double no = double.NegativeInfinity;
        var potentials = new HmmPotentials(
            tensor(new[] { 0, no, no }),
            tensor(new[,] { { 0, -900.0, no }, { no, 0, -900.0 }, { no, no, 0 } }),
            tensor(new[] { 0, -2000.0, -4000.0, 0, -2000, -4000, 0, -2000, -4000, 0, -2000, -4000, no, no, 0 }).reshape(1, 5, 3));
        AssertExact(new RandomHmm(1, 5, 3, true, true, false, 0), potentials, form);
    }

    [Theory, MemberData(nameof(AllForms))]
    public void Forbidden_states_and_transitions_have_probability_and_gradient_zero(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        var model = new RandomHmm(2, 5, 3, true, true, false, 3);
        var (initial, transition, likelihood) = model.Potentials();
        transition[0, 1] = initial[2] = likelihood[0, 3, 0] = double.NegativeInfinity;
        AssertExact(model, new HmmPotentials(initial, transition, likelihood), form);
        Tensor[] results = ForwardBackwardTests.OutputsAndGradients(model, new HmmPotentials(initial, transition, likelihood), form);
        Tensor[] logSpace = ForwardBackwardTests.OutputsAndGradients(model, new HmmPotentials(initial.clamp_min(-1e6), transition.clamp_min(-1e6), likelihood.clamp_min(-1e6)), form);
        for (int i = 1; i < results.Length; i++) AssertClose.Equal(logSpace[i], results[i], what: $"output {i}");
        Assert.Equal(0, results[4][0, 1].item<double>());
    }

    [Theory, MemberData(nameof(AllForms))]
    public void Gradients_at_extreme_potentials_match_finite_differences(MessagePassingForm form)
    {
        // Two states far apart almost everywhere, with a close race between two paths: the gradient is neither 0 nor 1.
        using var scope = NewDisposeScope();
        Tensor transition = tensor(new[,] { { 0, -5000.0 }, { -5000.0, 0.3 } });
        Tensor likelihood = tensor(new[] { 1000.0, -1000, 3000, -3000, -2000, 2000, 2000.5, -2000 }).reshape(1, 4, 2);
        likelihood[0, 3, 0] = likelihood[0, 3, 1] + 5000.2; // stay or return
        FiniteDifferences.AssertAgree(
            x => ForwardBackwardTests.RandomCombination(ForwardBackward.Infer(new HmmPotentials(x[0], x[1], x[2]), form: form), 4),
            [zeros(2, dtype: ScalarType.Float64), transition, likelihood], tolerance: 1e-5, step: 1e-4);
    }

    [Theory, MemberData(nameof(AllForms))]
    public void A_sequence_without_a_possible_path_is_named(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        HmmPotentials potentials = new RandomHmm(4, 6, 3, true, true, false, 1).Potentials();
        potentials.LogLikelihood[2, 4] = double.NegativeInfinity;
        var exception = Assert.Throws<ImpossibleSequenceException>(() => ForwardBackward.Infer(potentials, form: form));
        Assert.Equal((2, 4), (exception.Sequence, exception.TimeStep));
        Assert.Throws<ImpossibleSequenceException>(() => ForwardBackward.MostProbablePath(potentials));
        ForwardBackward.Infer(potentials, tensor(new long[] { 6, 6, 4, 6 }), form); // past the length it does not matter
    }

    private static void AssertExact(RandomHmm model, HmmPotentials potentials, MessagePassingForm form)
    {
        HmmPosterior posterior = ForwardBackward.Infer(potentials, model.Lengths(), form);
        for (int b = 0; b < model.B; b++)
        {
            int T = model.LengthOf(b);
            var truth = new EnumeratedPaths(potentials, b, T);
            AssertClose.Equal(truth.LogZ, posterior.LogZ[b], 1e-12, "log Z");
            AssertClose.Equal(nn.functional.pad(truth.Marginals, [0, 0, 0, model.T - T]), posterior.Marginals[b], what: "marginals");
            AssertClose.Equal(truth.PairMarginals.sum(dim: 0), posterior.PairMarginalSum[b], what: "pair marginals");
        }
    }
}
