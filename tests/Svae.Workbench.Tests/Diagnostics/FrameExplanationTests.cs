using Svae.Workbench.Diagnostics;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.GraphicalModels;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Diagnostics;

public class FrameExplanationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_prior_message_is_the_dense_posterior_without_the_frames_own_potential(bool dense)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var c = ModelCases.Lds(2);
        LdsParameters theta = c.Theta(c.Random(3));
        NodePotentials potentials = ModelCases.Potentials(4, 2, 3, dense);
        FrameExplanation explanation = FrameExplanation.Of(c.Model.Infer(theta, potentials), potentials, sequence: 1, frame: 2);

        Tensor others = ones(2, 4);
        others[1, 2] = 0;
        var (precision, linear) = DenseGaussianChain.Joint(LinearDynamicalSystem.Chain(theta, potentials.Observed(others)).Chain, 1, 4);
        Tensor covariance = linalg.inv(precision), mean = covariance.mv(linear);
        AssertClose.Equal(mean.narrow(0, 4, 2), explanation.Prior.Mean, 1e-9, "prior mean");
        AssertClose.Equal(covariance.narrow(0, 4, 2).narrow(1, 4, 2), explanation.Prior.Covariance, 1e-9, "prior covariance");

        var (prior, own, posterior) = (explanation.Prior, explanation.Potential!, explanation.Posterior);
        Tensor together = linalg.inv(prior.Covariance) + linalg.inv(own.Covariance);
        AssertClose.Equal(linalg.inv(together), posterior.Covariance, 1e-9, "product of the two");
        AssertClose.Equal(linalg.solve(prior.Covariance, prior.Mean) + linalg.solve(own.Covariance, own.Mean), together.mv(posterior.Mean), 1e-9, "its mean");
        Assert.True((posterior.Deviation < prior.Deviation).all().item<bool>());
        Assert.Null(explanation.StatesBefore);
    }

    [Fact]
    public void A_missing_frame_has_no_potential_and_its_posterior_is_the_prior_message()
    {
        var c = ModelCases.Lds(2);
        NodePotentials potentials = ModelCases.Potentials(4, 2, 3);
        FrameExplanation explanation = FrameExplanation.Of(c.Model.Infer(c.Theta(c.Random(3)), potentials), potentials, 0, 1);
        Assert.Null(explanation.Potential);
        AssertClose.Equal(explanation.Posterior.Mean, explanation.Prior.Mean, 1e-12);
        AssertClose.Equal(explanation.Posterior.Covariance, explanation.Prior.Covariance, 1e-12);
    }

    [Fact]
    public void The_state_before_is_what_the_other_frames_say()
    {
        var c = ModelCases.Hmm(3, 2);
        NodePotentials potentials = ModelCases.Potentials(4, 2, 3);
        var posterior = (SwitchingPosterior)c.Model.Infer(c.Theta(c.Random(3)), potentials);
        FrameExplanation explanation = FrameExplanation.Of(posterior, potentials, 1, 2);
        Tensor silent = posterior.StateChain.LogLikelihood.clone();
        silent.select(1, 2).zero_();
        var paths = new EnumeratedPaths(posterior.StateChain with { LogLikelihood = silent }, 1, 4);
        AssertClose.Equal(paths.Marginals[2], explanation.StatesBefore!, 1e-9, "before");
        AssertClose.Equal(posterior.StateMarginals[1, 2], explanation.StatesAfter!, 1e-12, "after");
    }

    [Fact]
    public void A_model_explains_a_frame_of_a_batch_and_refuses_one_past_the_end()
    {
        var c = ModelCases.Lds(2);
        var likelihood = new LinearGaussian(eye(2, dtype: ScalarType.Float64), zeros(2, ScalarType.Float64), tensor(new[] { 0.5, 0.25 }));
        var vae = new StructuredVae<LdsParameters>(c.Model, new LinearGaussian.Recognition(likelihood, dense: false), likelihood);
        var batch = new Batch(ones([2, 4, 2], ScalarType.Float64), tensor(new long[] { 4, 2 }), tensor(new float[,] { { 1, 1, 1, 1 }, { 1, 1, 0, 0 } }), 1);
        FrameExplanation explanation = FrameExplanation.Of(vae, batch, 1, 1);
        AssertClose.Equal(tensor(new[] { 0.5, 0.25 }).sqrt(), explanation.Potential!.Deviation, 1e-9, "deviation of the potential");
        AssertClose.Equal(ones(2, ScalarType.Float64), explanation.Potential.Mean, 1e-9, "mean of the potential");
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameExplanation.Of(vae, batch, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameExplanation.Of(vae, batch, 2, 0));
    }
}
