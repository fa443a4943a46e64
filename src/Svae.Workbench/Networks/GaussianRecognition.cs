using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>
/// Recognition network with Gaussian potentials: from each frame a mean m(y) and a precision J(y), diagonal or dense,
/// <c>ψ(x; y) = −½ xᵀ J x + (J m)ᵀ x</c>. The precision is kept within bounds: unbounded, it collapses the
/// posterior onto its samples; near zero, it ignores the data.
/// </summary>
public sealed class GaussianRecognition : Module<Tensor, NodePotentials>
{
    private readonly ResidualPerceptron mean;
    private readonly ResidualPerceptron logPrecision;
    private readonly ResidualPerceptron? coupling;
    private readonly IReadOnlyList<ResidualPerceptron> networks;
    private readonly PrecisionRange range;
    private readonly long observed, latent;

    /// <param name="observed">Observation size D.</param>
    /// <param name="latent">Latent dimension n.</param>
    /// <param name="hidden">Widths of the hidden layers.</param>
    /// <param name="generator">Source of the initial weights.</param>
    /// <param name="precision">Precision at the start, latent units.</param>
    /// <param name="lowest">Lower bound of the precision.</param>
    /// <param name="highest">Upper bound of the precision.</param>
    /// <param name="dense">Dense precisions, for observations that bind latent dimensions together; otherwise diagonal ones.</param>
    /// <param name="activation">Between the perceptrons' layers.</param>
    public GaussianRecognition(
        long observed, long latent, IReadOnlyList<long> hidden, Generator generator,
        double precision = 10, double lowest = 1e-3, double highest = 1e4, bool dense = false, Activation activation = Activation.Gelu) : base(nameof(GaussianRecognition))
    {
        range = PrecisionRange.Of(lowest, precision, highest);
        (this.observed, this.latent) = (observed, latent);
        mean = new ResidualPerceptron(observed, latent, hidden, generator, activation);
        logPrecision = new ResidualPerceptron(observed, latent, hidden, generator, activation);
        if (dense && latent > 1) coupling = new ResidualPerceptron(observed, DensePrecision.Entries(latent), hidden, generator, activation);
        networks = coupling is null ? [mean, logPrecision] : [mean, logPrecision, coupling];
        RegisterComponents();
        SetPrecision(full(latent, precision, ScalarType.Float64));
    }

    /// <summary>Sets the linear part of the mean, m(y) = W y + b at the start.</summary>
    /// <param name="weight">W, shape [n, D].</param>
    /// <param name="bias">b, shape [n].</param>
    public void SetLinear(Tensor weight, Tensor bias) => mean.SetLinear(weight, bias);

    /// <summary>Sets the precision at the start, the same for every frame.</summary>
    /// <param name="precision">J, its diagonal [n] or, where precisions are dense, the whole [n, n], positive definite, within the bounds.</param>
    /// <exception cref="ArgumentException">Wrong size, a precision on or outside the bounds, or a dense one for a network of diagonal ones.</exception>
    public void SetPrecision(Tensor precision)
    {
        bool whole = precision.dim() == 2;
        Guard.Shape(precision, "precision", whole ? [("latent", latent), ("latent", latent)] : [("latent", latent)]);
        if (whole && coupling is null && latent > 1)
            throw new ArgumentException("precision: is a matrix, but this network's precisions are diagonal; make it with dense: true, or pass a diagonal");
        var (diagonal, outputs) = whole ? DensePrecision.Parts(precision.to(ScalarType.Float64)) : (precision, zeros(DensePrecision.Entries(latent)));
        logPrecision.SetLinear(zeros(latent, observed), range.Output(diagonal).to(ScalarType.Float32));
        coupling?.SetLinear(zeros(DensePrecision.Entries(latent), observed), outputs.to(ScalarType.Float32));
    }

    /// <summary>Potentials of frames y, float32 [B, T, D], as float64: J [B, T, n] or dense [B, T, n, n], h [B, T, n].</summary>
    public override NodePotentials forward(Tensor y)
    {
        IReadOnlyList<Tensor> outputs = ResidualPerceptron.OfAll(y, networks);
        return GaussianPotentials.Of(range, outputs[0], outputs[1], coupling is null ? null : outputs[2]);
    }
}
