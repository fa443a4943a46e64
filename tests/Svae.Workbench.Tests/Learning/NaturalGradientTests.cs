using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Learning;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Learning;

public class NaturalGradientTests
{
    private static readonly Dirichlet Family = new();

    private static Dirichlet.Natural Alpha(params double[] alpha) => Dirichlet.FromStandard(new Dirichlet.Standard(tensor(alpha)));

    [Fact]
    public void A_full_step_on_a_conjugate_pair_is_the_exact_posterior()
    {
        Tensor counts = tensor(new[] { 3.0, 0, 5 });
        var (q, halvings) = NaturalGradient.Step(Family, Alpha(1, 1, 1), Alpha(2, 2, 2), [counts], rate: 1);
        AssertClose.Equal(Alpha(5, 2, 7).Eta, q.Eta);
        Assert.Equal(0, halvings);
    }

    [Fact]
    public void Small_steps_walk_straight_to_the_posterior()
    {
        Tensor counts = tensor(new[] { 3.0, 0, 5 });
        var q = Alpha(1, 1, 1);
        for (int i = 0; i < 200; i++) (q, _) = NaturalGradient.Step(Family, q, Alpha(2, 2, 2), [counts], rate: 0.1);
        AssertClose.Equal(Alpha(5, 2, 7).Eta, q.Eta, 1e-8);
    }

    [Fact]
    public void A_step_that_leaves_the_domain_is_halved_until_it_stays_inside()
    {
        var (q, halvings) = NaturalGradient.Step(Family, Alpha(1, 1), Alpha(1, 1), [tensor(new[] { -6.0, 0 })], rate: 1);
        Assert.Equal(3, halvings); // −6, −3, −1.5 leave α > 0; −0.75 does not
        AssertClose.Equal(Alpha(0.25, 1).Eta, q.Eta);
    }

    [Fact]
    public void The_gradient_of_a_symmetric_block_is_symmetrised_and_that_of_others_is_not()
    {
        var family = new MatrixNormalInverseWishart();
        Tensor I = eye(2, dtype: ScalarType.Float64), skew = tensor(new double[,] { { 0, 0.2 }, { 0, 0 } });
        var q = MatrixNormalInverseWishart.FromStandard(new(zeros_like(I), I, I, tensor(5.0)));
        var (moved, _) = NaturalGradient.Step(family, q, q, [skew, skew, zeros_like(I), zeros_like(q.Nu)], rate: 1);
        AssertClose.Equal(I + 0.5 * (skew + skew.mT), moved.KInverse);
        AssertClose.Equal(skew, moved.B);
    }

    [Fact]
    public void Parameters_outside_the_domain_are_refused_by_name()
    {
        var outside = new Dirichlet.Natural(tensor(new[] { -3.0, 0 }));
        var error = Assert.Throws<DomainException>(() => NaturalGradient.Step(Family, outside, Alpha(1, 1), [tensor(new[] { -9.0, 0 })], 1));
        Assert.Contains("q(θ)", error.Message);
    }
}
