using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>The gradients that reach a sweep's outputs, in the order of <see cref="SldsMemory.Outputs"/>; null pointers where none does.</summary>
internal sealed unsafe class SldsOutputGradients
{
    private readonly Tensor?[] all;
    private readonly double* logZ, surrogate, negativeKl, chainLogZ, mean, covariance, cross;
    private readonly double beta;

    /// <param name="size">Sizes.</param>
    /// <param name="outer">The gradients; null or undefined ones are absent.</param>
    public SldsOutputGradients(SldsSize size, IReadOnlyList<Tensor?> outer)
    {
        (all, beta) = ([.. outer.Select(Native.Defined)], size.Beta);
        double* At(int i) => all[i] is { } gradient && gradient.numel() > 0 ? Native.Doubles(gradient) : null;
        Marginals = At(0);
        logZ = At(1);
        Pairs = At(2);
        Evidence = At(3);
        surrogate = At(4);
        negativeKl = At(5);
        chainLogZ = At(6);
        mean = At(7);
        covariance = At(8);
        cross = At(9);
        Samples = ChainOutputGradients.Draws(all.Length > 10 ? all[10] : null);
    }

    /// <summary>[B, T, K].</summary>
    public double* Marginals { get; }

    /// <summary>[B, K, K].</summary>
    public double* Pairs { get; }

    /// <summary>[B, T, K].</summary>
    public double* Evidence { get; }

    /// <summary>Of each joint sample of q(x); none where no gradient reaches them.</summary>
    public StridedView[] Samples { get; }

    /// <summary>Of a sequence's surrogate, also where it is part of −KL.</summary>
    public double Surrogate(int b) => Entry(surrogate, b) + Entry(negativeKl, b);

    /// <summary>Of a sequence's −KL.</summary>
    public double NegativeKl(int b) => Entry(negativeKl, b);

    /// <summary>Of log Z of a sequence's q(z), also where it is part of the surrogate.</summary>
    public double StateLogZ(int b) => Entry(logZ, b) + beta * Surrogate(b);

    /// <summary>Of log Z of a sequence's q(x), also where it is part of the surrogate.</summary>
    public double ChainLogZ(int b) => Entry(chainLogZ, b) + Surrogate(b);

    /// <summary>Adds the gradients of a sequence's moments themselves.</summary>
    public void AddMoments(int b, PathMoments gradient, int T, int n)
    {
        Add(mean, b, (long)T * n, gradient.Mean);
        Add(covariance, b, (long)T * n * n, gradient.Covariance);
        Add(cross, b, (T - 1L) * n * n, gradient.Cross);
    }

    private static double Entry(double* gradient, int b) => gradient is null ? 0 : gradient[b];

    private static void Add(double* gradient, int b, long count, double* to)
    {
        if (gradient is not null) RowArithmetic.AddScaled(to, 1, gradient + b * count, to, (int)count);
    }
}
