using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.Tests.ExponentialFamilies;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Learning;

public class StandardGradientTests
{
    private static readonly Dirichlet Family = new();

    private static Dirichlet.Natural Alpha(params double[] alpha) => Dirichlet.FromStandard(new Dirichlet.Standard(tensor(alpha)));

    private static NormalInverseWishart.Natural Wishart(Generator g, int n) => NormalInverseWishart.FromStandard(new(
        FamilyTruths.Normal(g, n), FamilyTruths.Uniform(g, 1, 3), FamilyTruths.Spd(g, n), FamilyTruths.Uniform(g, n + 2, n + 6)));

    [Fact]
    public void A_step_follows_finite_differences_of_the_bound_in_natural_parameters() => FamilyTruths.ForRandomSizes((n, _, seed) =>
    {
        var (g, family) = (FamilyTruths.Seeded(seed), new NormalInverseWishart());
        var (q, prior) = (Wishart(g, n), Wishart(g, n));
        Tensor[] evidence = [.. NaturalGradient.Symmetrised<NormalInverseWishart.Natural>([.. q.Blocks.Select(b => FamilyTruths.Normal(g, b.shape))])];
        Tensor Bound(Tensor[] blocks) // ⟨evidence, E[t(θ)]⟩ − KL(q ‖ p)
        {
            var at = NormalInverseWishart.Natural.FromBlocks(NaturalGradient.Symmetrised<NormalInverseWishart.Natural>(blocks));
            return ExponentialFamily.Inner(family.ExpectedStatistics(at), NormalInverseWishart.Natural.FromBlocks(evidence)) - family.Kl(at, prior);
        }
        Tensor[] expected = FiniteDifferences.Gradients(Bound, [.. q.Blocks], 1e-5);
        var moved = StandardGradient.Step(family, q, prior, evidence, rate: 1e-6);
        for (int i = 0; i < expected.Length; i++) AssertClose.Equal(expected[i], (moved.Blocks[i] - q.Blocks[i]) / 1e-6, 1e-5, $"block {i}");
    }, iterations: 10, maximumSize: 3);

    [Fact]
    public void The_Fisher_information_of_a_Dirichlet_is_that_of_its_textbook_formula()
    {
        Tensor alpha = tensor(new[] { 1.0, 2, 4 }), direction = tensor(new[] { 0.3, -1, 0.5 });
        double[] trigamma = [1.6449340668482264, 0.6449340668482264, 0.2838229557371153]; // ψ′(1), ψ′(2), ψ′(4)
        const double ofSum = 0.1535451779593376;                                           // ψ′(7)
        Tensor expected = tensor(trigamma) * direction - ofSum * direction.sum();
        AssertClose.Equal(expected, StandardGradient.TimesFisher(Family, Alpha(1, 2, 4), new Dirichlet.Natural(direction)).Eta);
    }

    [Fact]
    public void A_step_that_leaves_the_domain_is_an_error_that_names_parameter_and_rate()
    {
        var error = Assert.Throws<DomainException>(() => StandardGradient.Step(Family, Alpha(1, 1), Alpha(1, 1), [tensor(new[] { -6.0, 0 })], 0.5));
        Assert.Contains("rate 0.5", error.Message);
        Assert.Contains("α[0]", error.Message);
    }

    [Fact]
    public void A_training_step_moves_by_the_Fisher_information_times_the_natural_step()
    {
        using var scope = NewDisposeScope();
        LdsParameters Moved(GradientGeometry geometry, out LdsParameters start)
        {
            var vae = LearningToy.Lds(3);
            start = vae.Parameters;
            OneStep(vae, geometry, 1e-4);
            return vae.Parameters;
        }
        LdsParameters natural = Moved(GradientGeometry.Natural, out var q), standard = Moved(GradientGeometry.Standard, out _);
        LdsParameters direction = LdsParameters.FromBlocks([.. natural.Blocks.Zip(q.Blocks, (a, b) => a - b)]);
        LdsParameters expected = StandardGradient.TimesFisher(new LinearDynamicalSystem(new() { Dimension = 2 }).Family, q, direction);
        for (int i = 0; i < q.Blocks.Count; i++)
            AssertClose.Equal(expected.Blocks[i], standard.Blocks[i] - q.Blocks[i], 1e-8, $"block {i}");
    }

    [Fact]
    public void A_training_step_that_leaves_the_domain_is_reported_and_leaves_the_distribution_as_it_was()
    {
        using var scope = NewDisposeScope();
        var vae = LearningToy.Lds(3);
        LdsParameters before = vae.Parameters;
        Assert.Throws<DomainException>(() => OneStep(vae, GradientGeometry.Standard, 10));
        Assert.Same(before, vae.Parameters);
    }

    private static void OneStep(StructuredVae<LdsParameters> vae, GradientGeometry geometry, double rate)
    {
        var data = new Minibatches(LearningToy.Rotations(4, 20, 0), 20, 4, 0);
        vae.Fit(data, new() { Epochs = 1, Step = new() { Geometry = geometry, NaturalRate = rate } }, new Generator(1));
    }
}
