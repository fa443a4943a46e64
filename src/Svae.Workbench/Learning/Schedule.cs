namespace Svae.Workbench.Learning;

/// <summary>
/// A factor on a rate or a weight as training goes on. With u the finished part of the phase:
/// constant <c>1</c>, linear <c>1 + (end − 1) u</c>, cosine <c>end + (1 − end) ½(1 + cos πu)</c>; each may be preceded by a linear warm-up
/// that rises to the start of it.
/// </summary>
public sealed record Schedule
{
    private enum Shape { Constant, Linear, Cosine }

    private Shape Form { get; init; }

    private double End { get; init; } = 1;

    private double Start { get; init; }

    /// <summary>Steps of the warm-up.</summary>
    public int WarmUpSteps { get; private init; }

    /// <summary>The factor 1.</summary>
    public static Schedule Constant { get; } = new() { Form = Shape.Constant };

    /// <summary>From 1 to <paramref name="end"/> in a straight line.</summary>
    public static Schedule Linear(double end) => new() { Form = Shape.Linear, End = end };

    /// <summary>From 1 to <paramref name="end"/> along half a cosine.</summary>
    public static Schedule Cosine(double end = 0.05) => new() { Form = Shape.Cosine, End = end };

    /// <summary>This schedule, after a rise from <paramref name="from"/> to its start in this many steps.</summary>
    /// <exception cref="ArgumentException">The steps are negative.</exception>
    public Schedule WarmUp(int steps, double from = 0)
    {
        if (steps < 0) throw new ArgumentException($"warm-up steps: must not be negative, got {steps}");
        return this with { WarmUpSteps = steps, Start = from };
    }

    /// <summary>The factor at a step.</summary>
    /// <param name="step">Steps that are finished.</param>
    /// <param name="steps">Steps of the whole phase.</param>
    public double At(int step, int steps)
    {
        if (step < WarmUpSteps) return Start + (1 - Start) * (step + 1) / WarmUpSteps;
        double part = steps > WarmUpSteps ? (double)(step - WarmUpSteps) / (steps - WarmUpSteps) : 0;
        return Form switch
        {
            Shape.Linear => 1 + (End - 1) * part,
            Shape.Cosine => End + (1 - End) * 0.5 * (1 + Math.Cos(Math.PI * part)),
            _ => 1,
        };
    }
}
