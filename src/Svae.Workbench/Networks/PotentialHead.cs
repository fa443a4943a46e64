using Svae.Workbench.MessagePassing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>
/// Turns a network's features into Gaussian node potentials <c>ψ(x) = −½ xᵀJx + (J m)ᵀx</c>, with mean m and precision J linear
/// in the features up to bounds: <c>J = diag(p)</c>, or dense <c>J = diag(√p) U Uᵀ diag(√p)</c> with unit lower-triangular
/// U (<see cref="DensePrecision"/>). It starts diagonal, at the given precision.
/// </summary>
public sealed class PotentialHead : Module<Tensor, NodePotentials>
{
    private readonly Linear mean, precision;
    private readonly Linear? coupling;
    private readonly PrecisionRange range;
    private readonly long latent;

    /// <param name="features">Size of the features.</param>
    /// <param name="latent">Latent dimension n.</param>
    /// <param name="generator">Source of the initial weights.</param>
    /// <param name="dense">Dense precisions; otherwise diagonal ones.</param>
    /// <param name="start">Precision at the start, latent units.</param>
    /// <param name="lowest">Lower bound of p.</param>
    /// <param name="highest">Upper bound of p.</param>
    /// <exception cref="ArgumentException">Not 0 &lt; lowest &lt; start &lt; highest.</exception>
    public PotentialHead(long features, long latent, Generator generator,
        bool dense = false, double start = 10, double lowest = 1e-3, double highest = 1e4) : base(nameof(PotentialHead))
    {
        range = PrecisionRange.Of(lowest, start, highest);
        this.latent = latent;
        mean = Linear(features, latent);
        precision = Linear(features, latent);
        if (dense && latent > 1) coupling = Linear(features, DensePrecision.Entries(latent));
        RegisterComponents();
        using var mode = no_grad();
        Layers.Start(mean, generator);
        precision.weight!.zero_();
        precision.bias!.fill_(range.Output(start));
        coupling?.weight!.zero_();
        coupling?.bias!.zero_();
    }

    /// <summary>Potentials of features [B, T, features], float64: J [B, T, n] or dense [B, T, n, n], h [B, T, n].</summary>
    public override NodePotentials forward(Tensor features) =>
        GaussianPotentials.Of(range, mean.call(features), precision.call(features), coupling?.call(features));
}
