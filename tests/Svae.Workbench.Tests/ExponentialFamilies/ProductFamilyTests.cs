using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.Tests.GraphicalModels;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class ProductFamilyTests
{
    private static readonly IExponentialFamily<SldsParameters> Family = SldsParameters.Family();

    private static SldsParameters Q(int seed) => ModelCases.Slds(3, 2).Random(seed);

    /// <summary>A value of each factor and each member of its batch, added up.</summary>
    private static Tensor OverFactors(
        Func<Dirichlet, Func<SldsParameters, Dirichlet.Natural>, Tensor> dirichlet, Func<NormalInverseWishart, Tensor> start, Func<MatrixNormalInverseWishart, Tensor> dynamics) =>
        dirichlet(new(), q => q.Initial) + dirichlet(new(), q => q.Transition).sum() + start(new()).sum() + dynamics(new()).sum();

    [Fact]
    public void Log_partitions_base_measures_and_divergences_add_up_over_factors_and_over_their_batches()
    {
        SldsParameters q = Q(1), p = Q(2), t = Family.ExpectedStatistics(q);
        AssertClose.Equal(OverFactors((f, of) => f.LogPartition(of(q)), f => f.LogPartition(q.InitialState), f => f.LogPartition(q.Dynamics)), Family.LogPartition(q));
        AssertClose.Equal(OverFactors((f, of) => f.LogBaseMeasure(of(t)), f => f.LogBaseMeasure(t.InitialState), f => f.LogBaseMeasure(t.Dynamics)), Family.LogBaseMeasure(t));
        AssertClose.Equal(OverFactors((f, of) => f.Kl(of(q), of(p)), f => f.Kl(q.InitialState, p.InitialState), f => f.Kl(q.Dynamics, p.Dynamics)), Family.Kl(q, p));
        Assert.Empty(Family.Kl(q, p).shape);
    }

    [Fact]
    public void Expected_statistics_are_the_gradient_of_the_log_partition()
    {
        SldsParameters leaves = SldsParameters.FromBlocks([.. Q(1).Blocks.Select(block => block.detach().requires_grad_())]);
        Family.LogPartition(leaves).backward();
        foreach (var (expected, leaf) in Family.ExpectedStatistics(Q(1)).Blocks.Zip(leaves.Blocks)) AssertClose.Equal(leaf.grad!, expected, 1e-9);
    }

    [Fact]
    public void A_factor_outside_its_domain_is_named()
    {
        SldsParameters q = Q(1);
        Assert.True(Family.Contains(q));
        SldsParameters outside = q with { Transition = new Dirichlet.Natural(q.Transition.Eta - 100) };
        Assert.False(Family.Contains(outside));
        Assert.StartsWith("q(θ) transition α[0, 0]", Assert.Throws<DomainException>(() => Family.Require(outside, "q(θ)")).Message);
    }

    [Fact]
    public void A_natural_gradient_step_symmetrises_the_symmetric_blocks_of_every_model_and_no_other()
    {
        Symmetrises(ModelCases.Mixture(2, 2));
        Symmetrises(ModelCases.Lds(2));
        Symmetrises(ModelCases.Hmm(2, 2));
        Symmetrises(ModelCases.Slds(2, 2));
    }

    private static void Symmetrises<T>(ModelCase<T> c) where T : INaturalParameters<T>
    {
        T q = c.Random(1);
        var g = new Generator(5);
        Tensor[] gradients = [.. q.Blocks.Select(block => 1e-3 * randn(block.shape, ScalarType.Float64, generator: g))];
        var (next, halvings) = NaturalGradient.Step(c.Model.Family, q, q, gradients, rate: 1);
        Assert.Equal(0, halvings);
        // A precision, a scale or a second moment is a matrix that equals its transpose in every q(θ); no other block happens to.
        for (int i = 0; i < gradients.Length; i++)
        {
            Tensor block = q.Blocks[i], moved = next.Blocks[i] - block;
            bool symmetric = block.dim() >= 2 && block.shape[^1] == block.shape[^2] && (block - block.mT).abs().max().item<double>() < 1e-12;
            AssertClose.Equal(symmetric ? 0.5 * (gradients[i] + gradients[i].mT) : gradients[i], moved, 1e-12, $"block {i}");
            Assert.Equal(symmetric, T.SymmetricBlocks[i]);
        }
    }
}
