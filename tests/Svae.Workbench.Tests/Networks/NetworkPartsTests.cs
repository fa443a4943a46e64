using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Tests.Networks;

/// <summary>Parts in the place where they are used: in a structured VAE, which must learn with them.</summary>
public class NetworkPartsTests
{
    public static TheoryData<string> Pairs => ["dense and Poisson", "recurrent and network variance", "a user's own modules"];

    private static (Module<Tensor, NodePotentials>, ILikelihood) Parts(string pair, Generator g) => pair switch
    {
        "dense and Poisson" => (new RecognitionNetwork(new MultilayerPerceptron(4, 8, [16], g, Activation.Tanh), new PotentialHead(8, 2, g, dense: true)),
            new Decoder(new ResidualPerceptron(2, 4, [16], g), new PoissonLikelihood())),
        "recurrent and network variance" => (new RecurrentRecognition(4, 2, 8, g),
            new Decoder(new MultilayerPerceptron(2, 8, [16], g), new GaussianNetworkLikelihood())),
        _ => (new OwnRecognition(), new OwnLikelihood()),
    };

    [Theory, MemberData(nameof(Pairs))]
    public void A_structured_vae_of_any_parts_learns(string pair)
    {
        using var scope = NewDisposeScope();
        var g = new Generator(1);
        Tensor[] y = [.. Enumerable.Range(0, 6).Select(i => 3 + 2 * (arange(20).unsqueeze(1) * 0.4 + i + arange(4)).sin()).Select(s => s.round().to(ScalarType.Float32))];
        var (recognition, likelihood) = Parts(pair, g);
        var vae = new StructuredVae<LdsParameters>(new LinearDynamicalSystem(new LdsSettings { Dimension = 2 }), recognition, likelihood);
        using var optimizer = optim.Adam(vae.Networks, lr: 1e-2);
        var data = new Minibatches([.. y[..5], y[5].narrow(0, 0, 13)], 20, 6, 1); // one sequence is shorter
        var elbo = new List<double>();
        for (int epoch = 0; epoch < 60; epoch++)
            foreach (Batch batch in data.Epoch()) elbo.Add(vae.Step(batch, optimizer, new StepSettings { NaturalRate = 0.1 }, g).Elbo);
        Assert.True(elbo.TakeLast(5).Average() > elbo.Take(5).Average() + 50, $"{elbo.Take(5).Average()} to {elbo.TakeLast(5).Average()}");
    }

    private sealed class OwnRecognition : Module<Tensor, NodePotentials>
    {
        private readonly TorchSharp.Modules.Linear map = Linear(4, 2);

        public OwnRecognition() : base(nameof(OwnRecognition)) => RegisterComponents();

        public override NodePotentials forward(Tensor y)
        {
            Tensor h = map.call(y).to(ScalarType.Float64);
            return new NodePotentials(ones_like(h), h);
        }
    }

    private sealed class OwnLikelihood : Module<Tensor, Tensor>, ILikelihood
    {
        private readonly TorchSharp.Modules.Linear map = Linear(2, 4);

        public OwnLikelihood() : base(nameof(OwnLikelihood)) => RegisterComponents();

        public override Tensor forward(Tensor x) => map.call(x.to(ScalarType.Float32));

        public Tensor LogLikelihood(Tensor y, Tensor x) => PixelLogLikelihood(y, x).sum(-1);

        public Tensor PixelLogLikelihood(Tensor y, Tensor x) => -(y - forward(x)).abs() - Math.Log(2); // Laplace

        public Tensor Mean(Tensor x) => forward(x);

        public Tensor Sample(Tensor x, Generator generator)
        {
            using var mode = no_grad();
            Tensor mean = forward(x), u = rand(mean.shape, generator: generator) - 0.5;
            return mean - u.sign() * (1 - 2 * u.abs()).log();
        }
    }
}
