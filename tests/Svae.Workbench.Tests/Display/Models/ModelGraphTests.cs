using Svae.Workbench.Display;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Networks;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class ModelGraphTests
{
    private static readonly Generator generator = new(1);

    [Fact]
    public void Layers_hold_every_parameter_once()
    {
        using var decoder = new GaussianDecoder(3, 20, [8, 5], generator);
        Assert.Equal(decoder.parameters().Sum(p => p.numel()), new NetworkView(decoder).Parameters);
        string text = new NetworkView(decoder).ToString();
        Assert.Contains("3 → 8", text);
        Assert.Contains("GELU", text);
        Assert.Contains("logVariance", text);
    }

    [Fact]
    public void Convolutions_say_their_kernel()
    {
        using var network = nn.Sequential(("conv", nn.Conv2d(3, 16, 5)), ("act", nn.ReLU()));
        Assert.Contains("3 → 16, 5 × 5", new NetworkView(network).ToString());
    }

    [Fact]
    public void The_graph_names_every_part_with_its_size()
    {
        var vae = new StructuredVae<HmmParameters>(new HiddenMarkovModel(new HmmSettings { States = 4, Dimension = 3 }),
            new GaussianRecognition(20, 3, [8], generator), new GaussianDecoder(3, 20, [8], generator));
        string text = ModelGraph.Of(vae).ToString();
        foreach (string part in new[] { "Hidden Markov model", "n = 3", "K = 4", "Transition: Dirichlet", "Components: Normal-inverse-Wishart", "Linear 20 → 8" })
            Assert.Contains(part, text);
        Assert.Contains($"{vae.Parameters.Blocks.Sum(b => b.numel())} natural parameters", text);
        Assert.Contains("<details", ModelGraph.Of(vae).ToMimeBundle()["text/html"]);
    }

    [Fact]
    public void A_plain_vae_has_no_global_parameters() =>
        Assert.Contains("standard normal", ModelGraph.Of(new StructuredVae<NoParameters>(new IndependentNormal(3),
            new GaussianRecognition(20, 3, [8], generator), new GaussianDecoder(3, 20, [8], generator))).ToString());
}
