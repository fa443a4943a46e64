using Svae.Workbench.Baselines;
using Svae.Workbench.Data;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Baselines;

public class InferenceFamiliesTests
{
    [Fact]
    public void On_a_linear_gaussian_system_the_families_stand_in_the_order_that_theory_gives_them()
    {
        var process = new LinearGaussianRotation { LatentSize = 2, Observed = 6, Angle = Math.PI / 10, Frames = 40, TrainingSequences = 20, HeldOutSequences = 10 };
        var settings = new InferenceFamiliesSettings { Epochs = 20, Ahead = 5 };
        IReadOnlyList<InferenceFamily> families = InferenceFamilies.Compare(process, settings, seed: 1);
        Assert.Equal(["natural-gradient SVI", "VAE", "structured VAE"], families.Select(f => f.Name));
        var (svi, plain, structured) = (families[0], families[1], families[2]);
        Assert.InRange(svi.LocalGap, -1e-8, 1e-8); // the E-step is the optimum
        Assert.InRange(svi.EvidenceGap, 0, 0.15); // what is left is that θ is not known exactly
        Assert.True(structured.LocalGap > 0 && plain.LocalGap > 0, "an amortised factor is at most the optimum");
        Assert.All(families, f => Assert.True(f.EvidenceGap > -0.05, $"{f.Name}: {f.EvidenceGap}"));
        Assert.True(svi.EvidenceGap < plain.EvidenceGap && structured.EvidenceGap < plain.EvidenceGap, "dynamics pay for themselves");
        Assert.True(svi.ImputationError < 0.8 * plain.ImputationError && structured.ImputationError < 0.8 * plain.ImputationError, "neighbouring frames fill a gap");
        Assert.Null(plain.Gradients);
        Assert.All(new[] { svi, structured }, f => Assert.True(f.Gradients!.StandardRate < 0.1 && !(f.Gradients.StandardSteps <= f.Gradients.NaturalSteps), $"{f.Name}: {f.Gradients}"));

        var table = InferenceFamilyTable.Of(families);
        Assert.Equal(4, table.Columns.Count);
        Assert.Equal("0.0000", table.Columns[1][0]);
        Assert.Equal("no θ", table.Columns[2][table.Rows.Count - 1]);
    }
}
