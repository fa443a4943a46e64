using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>
/// The density of observations that a latent cluster decodes to, <c>p(y) = ∫ N(y; μ(x), diag σ²) N(x; m, C) dx</c>, on a grid of the
/// plane, by averaging over draws of x.
/// </summary>
internal sealed class DecodedDensity
{
    private const int Draws = 600, Cells = 72;
    private readonly Func<Tensor, Tensor> decode;
    private readonly Tensor variance;
    private readonly Generator generator;

    /// <param name="decode">μ(x): latents [N, n] → observations [N, 2].</param>
    /// <param name="variance">σ², shape [2] or [1].</param>
    /// <param name="x">Range of the grid.</param>
    /// <param name="y">Range of the grid.</param>
    /// <param name="generator">Source of the draws.</param>
    public DecodedDensity(Func<Tensor, Tensor> decode, Tensor variance, (double Min, double Max) x, (double Min, double Max) y, Generator generator)
    {
        (this.decode, this.variance, this.generator) = (decode, variance, generator);
        (Columns, Rows) = (CellCenters.Between(x.Min, x.Max, Cells), CellCenters.Between(y.Min, y.Max, Cells));
    }

    public CellCenters Columns { get; }

    public CellCenters Rows { get; }

    /// <summary>p(y) at the centres of the grid's cells, [rows, columns]; noise narrower than a cell is drawn as wide as one.</summary>
    /// <param name="mean">m, shape [n].</param>
    /// <param name="covariance">C, shape [n, n].</param>
    public double[,] Of(Tensor mean, Tensor covariance)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor noise = randn([Draws, mean.shape[0]], ScalarType.Float64, generator: generator);
        Tensor x = TensorNumbers.Plain(mean) + matmul(noise, linalg.cholesky(TensorNumbers.Plain(covariance)).mT);
        Tensor y = TensorNumbers.Plain(decode(x)), narrow = tensor(new[] { Columns.Step, Rows.Step }).square();
        Tensor spread = maximum(TensorNumbers.Plain(variance).expand(2), narrow);
        Tensor across = Profile(Columns, y.select(1, 0), spread[0]), up = Profile(Rows, y.select(1, 1), spread[1]);
        return TensorNumbers.Matrix(matmul(up, across.mT) / Draws);
    }

    /// <summary>The density above which the given part of the mass lies.</summary>
    public static double LevelHolding(double[,] density, double mass)
    {
        double[] sorted = density.Cast<double>().OrderDescending().ToArray();
        double sum = 0, wanted = mass * sorted.Sum();
        return sorted.First(value => (sum += value) >= wanted);
    }

    /// <summary>N(centre; y_s, σ²) for every cell and draw, [cells, draws].</summary>
    private static Tensor Profile(CellCenters cells, Tensor y, Tensor variance)
    {
        Tensor centers = cells.First + cells.Step * arange(Cells, ScalarType.Float64);
        return (-0.5 * (centers.unsqueeze(1) - y.unsqueeze(0)).square() / variance).exp() / (2 * Math.PI * variance).sqrt();
    }
}
