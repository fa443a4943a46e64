namespace Svae.Workbench.MessagePassing;

/// <summary>What the sweeps of a fixed point have done so far, and whether another one is wanted.</summary>
/// <param name="options">Stopping rule.</param>
internal sealed class SweepTrace(FixedPointOptions options)
{
    private readonly List<double> surrogates = [];
    private double residual = double.PositiveInfinity, fall;

    /// <summary>Sweeps taken.</summary>
    public int Sweeps => surrogates.Count;

    /// <summary>Neither converged nor at the most sweeps.</summary>
    public bool GoesOn => Sweeps < options.MaxSweeps && residual > options.Tolerance;

    /// <summary>Notes a sweep's surrogate, summed over the batch; false when it is not finite.</summary>
    public bool Add(double surrogate)
    {
        surrogates.Add(surrogate);
        return double.IsFinite(surrogate);
    }

    /// <summary>Notes by how much the sequences' surrogates have changed, nats per frame.</summary>
    /// <param name="largest">The largest change, up or down.</param>
    /// <param name="smallest">The smallest gain; a fall is negative.</param>
    public void Compare(double largest, double smallest) => (residual, fall) = (largest, Math.Max(fall, -smallest));

    /// <summary>The report.</summary>
    /// <param name="each">The last change of each sequence.</param>
    public FixedPointReport Report(IReadOnlyList<double> each) =>
        new(Sweeps, residual <= options.Tolerance, residual, each, surrogates, fall, new AdjointReport());
}
