using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Every form of forward–backward against enumeration of all paths, against each other and against finite differences.</summary>
public class ForwardBackwardTests
{
    public static readonly MessagePassingForm[] Forms = [MessagePassingForm.Fused, MessagePassingForm.Sequential, MessagePassingForm.Parallel];

    public static TheoryData<MessagePassingForm> AllForms() => [.. Forms];

    [Theory, MemberData(nameof(AllForms))]
    public void Statistics_match_the_enumeration_of_all_paths(MessagePassingForm form) =>
        RandomHmm.Small.Sample(model =>
        {
            using var scope = NewDisposeScope();
            HmmPotentials potentials = model.Potentials(scale: 2);
            HmmPosterior posterior = ForwardBackward.Infer(potentials, model.Lengths(), form);
            for (int b = 0; b < model.B; b++)
            {
                int T = model.LengthOf(b);
                var truth = new EnumeratedPaths(potentials, b, T);
                AssertClose.Equal(truth.LogZ, posterior.LogZ[b], what: "log Z");
                AssertClose.Equal(nn.functional.pad(truth.Marginals, [0, 0, 0, model.T - T]), posterior.Marginals[b], what: "marginals");
                AssertClose.Equal(truth.PairMarginals.sum(dim: 0), posterior.PairMarginalSum[b], what: "pair marginals");
            }
        }, iter: 60);

    [Theory, MemberData(nameof(AllForms))]
    public void Gradients_of_every_output_match_finite_differences(MessagePassingForm form) =>
        RandomHmm.OfSizes(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[1, 3]).Sample(model =>
        {
            using var scope = NewDisposeScope();
            HmmPotentials potentials = model.Potentials();
            FiniteDifferences.AssertAgree(
                x => RandomCombination(ForwardBackward.Infer(new HmmPotentials(x[0], x[1], x[2]), model.Lengths(), form), model.Seed),
                [potentials.LogInitial, potentials.LogTransition, potentials.LogLikelihood]);
        }, iter: 12);

    [Fact]
    public void All_forms_and_their_gradients_agree_on_larger_models() =>
        RandomHmm.OfSizes(Gen.Int[1, 20], Gen.Int[1, 40], Gen.Int[1, 30]).Sample(model =>
        {
            using var scope = NewDisposeScope();
            Tensor[] expected = OutputsAndGradients(model, model.Potentials(3), MessagePassingForm.Sequential);
            foreach (MessagePassingForm form in Forms)
                foreach (var (truth, actual) in expected.Zip(OutputsAndGradients(model, model.Potentials(3), form)))
                    AssertClose.Equal(truth, actual, what: form.ToString());
        }, iter: 12);

    [Theory, MemberData(nameof(AllForms))]
    public void A_loss_may_use_any_single_output(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        var model = new RandomHmm(3, 6, 4, true, true, true, 5);
        HmmPotentials plain = model.Potentials();
        foreach (Func<HmmPosterior, Tensor> loss in new Func<HmmPosterior, Tensor>[] { p => p.LogZ.sum(), p => p.Marginals.square().sum(), p => p.PairMarginalSum.square().sum() })
            FiniteDifferences.AssertAgree(
                x => loss(ForwardBackward.Infer(new HmmPotentials(x[0], x[1], x[2]), model.Lengths(), form)),
                [plain.LogInitial, plain.LogTransition, plain.LogLikelihood]);
    }

    [Theory, MemberData(nameof(AllForms))]
    public void The_gradient_of_log_Z_is_the_expected_statistics(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        var model = new RandomHmm(3, 50, 7, false, false, true, 2);
        var (initial, transition, likelihood) = model.Potentials();
        initial.requires_grad_(); transition.requires_grad_(); likelihood.requires_grad_();
        HmmPosterior posterior = ForwardBackward.Infer(new HmmPotentials(initial, transition, likelihood), model.Lengths(), form);
        posterior.LogZ.sum().backward();
        AssertClose.Equal(posterior.Marginals, likelihood.grad!, what: "marginals");
        AssertClose.Equal(posterior.PairMarginalSum, transition.grad!, what: "pair marginals");
        AssertClose.Equal(posterior.Marginals[.., 0], initial.grad!, what: "first marginals");
    }

    [Theory, MemberData(nameof(AllForms))]
    public void With_every_frame_missing_the_posterior_is_the_prior(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        var model = new RandomHmm(2, 6, 3, true, true, true, 4);
        var (initial, transition, likelihood) = model.Potentials();
        (initial, transition) = (initial.log_softmax(-1), transition.log_softmax(-1));
        HmmPosterior posterior = ForwardBackward.Infer(new HmmPotentials(initial, transition, zeros_like(likelihood)), model.Lengths(), form);
        AssertClose.Equal(zeros(2, dtype: ScalarType.Float64), posterior.LogZ, 1e-12, "log Z");
        for (int b = 0; b < model.B; b++)
        {
            Tensor prior = initial.exp();
            for (int t = 0; t < model.LengthOf(b); t++, prior = prior.matmul(transition.exp()))
                AssertClose.Equal(prior, posterior.Marginals[b, t], 1e-12, $"p(z_{t + 1})");
        }
    }

    internal static Tensor RandomCombination(HmmPosterior posterior, int seed)
    {
        using var generator = new Generator((ulong)seed);
        return (randn_like(posterior.LogZ, generator) * posterior.LogZ).sum()
            + (randn_like(posterior.Marginals, generator) * posterior.Marginals).sum()
            + (randn_like(posterior.PairMarginalSum, generator) * posterior.PairMarginalSum).sum();
    }

    internal static Tensor[] OutputsAndGradients(RandomHmm model, HmmPotentials potentials, MessagePassingForm form)
    {
        Tensor[] leaves = [.. new[] { potentials.LogInitial, potentials.LogTransition, potentials.LogLikelihood }.Select(x => x.detach().requires_grad_())];
        HmmPosterior posterior = ForwardBackward.Infer(new HmmPotentials(leaves[0], leaves[1], leaves[2]), model.Lengths(), form);
        RandomCombination(posterior, model.Seed).backward();
        return [posterior.LogZ.detach(), posterior.Marginals.detach(), posterior.PairMarginalSum.detach(), .. leaves.Select(x => x.grad ?? zeros_like(x))];
    }

    private static Tensor randn_like(Tensor x, Generator generator) => randn(x.shape, dtype: ScalarType.Float64, generator: generator);
}
