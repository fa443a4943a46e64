using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// Points in a pinwheel of curved arms (Johnson et al. 2016, figure 1): features <c>r = (1 + s_r ε, s_t ε)</c> of a point on arm
/// k are turned by <c>2πk/K + rate·exp(r₁)</c> and enlarged, <c>y = scale · R(·) r</c>. One point is a sequence of one frame.
/// </summary>
/// <remarks>Latents are the features; labels are the arms. Training and held-out points are shuffled over the arms.</remarks>
public sealed record Pinwheel : ToyProcess
{
    /// <summary>The paper's: 5 arms of 100 points, and as many held out.</summary>
    public Pinwheel() => (TrainingSequences, HeldOutSequences) = (500, 500);

    /// <summary>K, the number of arms; each gets the same number of points, up to one.</summary>
    public int Arms { get; init; } = 5;

    /// <summary>s_r, the spread along an arm.</summary>
    public double RadialSpread { get; init; } = 0.3;

    /// <summary>s_t, the spread across an arm.</summary>
    public double TangentialSpread { get; init; } = 0.05;

    /// <summary>How much the arms are curved.</summary>
    public double Rate { get; init; } = 0.25;

    /// <summary>By how much the pinwheel is enlarged.</summary>
    public double Scale { get; init; } = 10;

    /// <summary>
    /// The entropy that reports quote as the oracle, 4.853 nats/point: arms that never overlap and a turn that keeps areas,
    /// <c>log K + log(2πe · s_r s_t · scale²)</c>. It is an upper bound of <see cref="Entropy"/>, tight to a few thousandths.
    /// </summary>
    public double EntropyOfSeparateArms =>
        Math.Log(Arms) + Math.Log(2 * Math.PI * Math.E * RadialSpread * TangentialSpread * Scale * Scale);

    /// <summary>h(y) nats for each point, by the trapezoid rule over the features of one arm; all arms are alike.</summary>
    /// <param name="seed">Not needed: nothing is drawn.</param>
    public override ProcessEntropy Entropy(int seed = 0)
    {
        const int nodes = 201;
        const double reach = 6; // standard deviations
        Check();
        double step = 2 * reach / (nodes - 1), sum = 0, mass = 0;
        for (int i = 0; i < nodes; i++)
            for (int j = 0; j < nodes; j++)
            {
                double u = -reach + i * step, v = -reach + j * step, weight = Math.Exp(-0.5 * (u * u + v * v));
                if (u * u + v * v > reach * reach) continue;
                var (a, b) = Turn(1 + RadialSpread * u, TangentialSpread * v, 0);
                sum -= weight * LogDensity(a, b);
                mass += weight;
            }
        return new ProcessEntropy(sum / mass);
    }

    /// <inheritdoc/>
    public override Tensor LogLikelihood(Tensor y)
    {
        Check();
        Guard.Shape(y, "y", ("point", -1), ("time", 1), ("observed", 2));
        using Tensor flat = y.to(ScalarType.Float64).contiguous().clone();
        double[] values = [.. flat.data<double>()];
        return tensor(values.Chunk(2).Select(p => LogDensity(p[0], p[1])).ToArray());
    }

    /// <inheritdoc/>
    protected override ToyData Draw(int sequences, Generator generator)
    {
        using Tensor order = randperm(sequences, generator: generator);
        int[] arm = [.. order.data<long>().Select(i => (int)(i * Arms / sequences))];
        Tensor noise = randn([sequences, 2], ScalarType.Float64, generator: generator);
        double[] r = [.. (noise * tensor([RadialSpread, TangentialSpread]) + tensor([1.0, 0])).data<double>()];
        double[] y = [.. arm.SelectMany((k, i) => Pair(Turn(r[2 * i], r[2 * i + 1], k)))];
        Tensor points = tensor(y, [sequences, 1, 2]);
        return new ToyData(points, points.clone(), tensor(r, [sequences, 1, 2]), [.. arm.Select(k => new[] { k })]);
    }

    /// <inheritdoc/>
    protected override void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Arms, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RadialSpread);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(TangentialSpread);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Scale);
        ArgumentOutOfRangeException.ThrowIfNegative(Rate);
    }

    private static double[] Pair((double, double) point) => [point.Item1, point.Item2];

    private (double, double) Turn(double radial, double tangential, int arm)
    {
        var (sin, cos) = Math.SinCos(2 * Math.PI * arm / Arms + Rate * Math.Exp(radial));
        return (Scale * (cos * radial - sin * tangential), Scale * (sin * radial + cos * tangential));
    }

    /// <summary>log p(y): the arms' densities, each the normal density of the features over the turn's Jacobian.</summary>
    private double LogDensity(double a, double b)
    {
        double radius = Math.Sqrt(a * a + b * b) / Scale, angle = Math.Atan2(b, a), density = 0;
        for (int k = 0; k < Arms; k++)
        {
            if (FeatureAngle(radius, angle - 2 * Math.PI * k / Arms) is not { } beta) continue;
            double radial = radius * Math.Cos(beta), tangential = radius * Math.Sin(beta);
            double u = (radial - 1) / RadialSpread, v = tangential / TangentialSpread;
            density += Math.Exp(-0.5 * (u * u + v * v)) / Math.Abs(1 - Rate * tangential * Math.Exp(radial));
        }
        return Math.Log(density) - Math.Log(Arms * 2 * Math.PI * RadialSpread * TangentialSpread * Scale * Scale);
    }

    /// <summary>
    /// The angle β of the features that the turn takes to <paramref name="angle"/>: <c>β + rate·exp(ρ cos β) = angle</c> up to
    /// whole turns, by bisection; null where there is none. Near the centre the left side rises with β all the way round; farther
    /// out it rises at least while <c>rate·ρ sin|β|·exp ρ &lt; 1</c>, which the features of an arm do not leave.
    /// </summary>
    private double? FeatureAngle(double radius, double angle)
    {
        double Turned(double beta) => beta + Rate * Math.Exp(radius * Math.Cos(beta));
        double steepest = Rate * radius * Math.Exp(radius);
        double high = steepest < 1 ? Math.PI : Math.Asin(1 / steepest), low = -high;
        double target = angle + 2 * Math.PI * Math.Ceiling((Turned(low) - angle) / (2 * Math.PI));
        if (target > Turned(high)) return null;
        for (int halving = 0; halving < 50; halving++)
        {
            double middle = (low + high) / 2;
            if (Turned(middle) < target) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
}
