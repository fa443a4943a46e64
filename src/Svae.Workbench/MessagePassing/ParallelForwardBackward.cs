using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The parallel form: forward–backward as two associative scans over K×K matrices, O(log T) steps deep (Särkkä and García-Fernández,
/// "Temporal parallelization of Bayesian smoothers", 2021), on any device, differentiated by autograd.
/// </summary>
/// <remarks>
/// The messages at time t are products of the matrices <c>M_s[i,j] = A[i,j] exp ℓ_{s+1}[j]</c> before and after it, kept as logarithms
/// up to a common factor. Memory B·T·K², work B·T·K³: made for accelerators and moderate K.
/// </remarks>
internal static class ParallelForwardBackward
{
    /// <summary>Stands for −∞, as in <see cref="LogSpaceForwardBackward"/>.</summary>
    private const double Impossible = -1e30;

    /// <summary>
    /// Largest spread of log A at which products may be taken outside log-space. Rows of any product of the matrices differ by no more
    /// than this, so what a product loses below 1e-300 of its largest entry has posterior weight below 1e-300 · exp(3 · 200) = 1e-39.
    /// </summary>
    private const double MildSpread = 200;

    public static HmmPosterior Infer(HmmPotentials potentials, HmmShape shape)
    {
        Tensor initial = potentials.LogInitial.clamp_min(Impossible), likelihood = potentials.LogLikelihood.clamp_min(Impossible);
        Tensor first = initial + likelihood.select(1, 0); // [B, K]
        Tensor start = logsumexp(first, -1, keepdim: true);
        if (shape.T == 1)
        {
            LogSpaceForwardBackward.RequirePossible(start, shape);
            return new HmmPosterior(start.squeeze(-1), softmax(first, -1).unsqueeze(1), zeros(shape.B, shape.K, shape.K, ScalarType.Float64, first.device));
        }

        int pairs = shape.T - 1;
        Tensor mask = shape.Mask(first.device), later = mask.narrow(1, 1, pairs); // [B, T−1]: is there a step t → t + 1?
        Tensor transition = potentials.LogTransition.clamp_min(Impossible);
        transition = transition.dim() == 2 ? transition : transition.unsqueeze(1);
        Tensor steps = transition + likelihood.narrow(1, 1, pairs).unsqueeze(-2); // [B, T−1, K, K]
        Tensor stay = Impossible * (1 - eye(shape.K, dtype: ScalarType.Float64, device: first.device));
        steps = where(later.unsqueeze(-1).unsqueeze(-1), steps, stay);

        Func<Tensor, Tensor, Tensor> product = IsMild(transition) ? MildProduct : ExactProduct;
        Tensor before = Scan(steps, product);                                                      // M_1 ⋯ M_t
        Tensor after = Scan(steps.flip(1), (x, y) => product(y, x)).flip(1);                       // M_t ⋯ M_{T−1}
        Tensor filtered = nn.functional.log_softmax(logsumexp(first.unsqueeze(1).unsqueeze(-1) + before, -2), -1);
        filtered = cat([(first - start).unsqueeze(1), filtered], 1);                               // log p(z_t | y_1..t)
        Tensor future = logsumexp(after, -1);
        future = cat([future, zeros_like(first).unsqueeze(1)], 1);                                 // log p(y_{t+1..T} | z_t), up to a factor

        Tensor forecast = filtered.narrow(1, 0, pairs).unsqueeze(-1) + steps;                      // [B, T−1, K, K]
        Tensor evidence = where(later, logsumexp(forecast.flatten(2), -1), zeros(1, ScalarType.Float64, first.device));
        evidence = cat([start, evidence], 1);
        LogSpaceForwardBackward.RequirePossible(evidence, shape);
        Tensor joint = (forecast + future.narrow(1, 1, pairs).unsqueeze(-2)).flatten(2);
        Tensor pairSum = (softmax(joint, -1) * later.unsqueeze(-1)).sum(dim: 1).reshape(shape.B, shape.K, shape.K);
        return new HmmPosterior(evidence.sum(-1), softmax(filtered + future, -1) * mask.unsqueeze(-1), pairSum);
    }

    /// <summary>All running products x_1, x_1 x_2, x_1 x_2 x_3, … along dimension 1, by combining neighbours, scanning half as many, and filling in.</summary>
    internal static Tensor Scan(Tensor x, Func<Tensor, Tensor, Tensor> product)
    {
        long n = x.shape[1], half = n / 2;
        if (n == 1) return x;
        Tensor neighbours = x.narrow(1, 0, 2 * half).unflatten(1, [half, 2]);
        Tensor odd = Scan(product(neighbours.select(2, 0), neighbours.select(2, 1)), product);
        Tensor even = x.narrow(1, 0, 1);
        if (n > 2) even = cat([even, product(odd.narrow(1, 0, (n - 1) / 2), x.slice(1, 2, n, 2))], 1);
        Tensor woven = stack([even.narrow(1, 0, half), odd], 2).flatten(1, 2);
        return n % 2 == 0 ? woven : cat([woven, even.narrow(1, half, 1)], 1);
    }

    /// <summary>log(exp x · exp y) up to a common factor, exact in every entry.</summary>
    private static Tensor ExactProduct(Tensor x, Tensor y)
    {
        Tensor product = logsumexp(x.unsqueeze(-1) + y.unsqueeze(-3), -2);
        return product - Largest(product);
    }

    /// <summary>The same by one matrix product; entries below 1e-300 of the largest are lost.</summary>
    private static Tensor MildProduct(Tensor x, Tensor y) =>
        (x - Largest(x)).exp().matmul((y - Largest(y)).exp()).clamp_min(1e-300).log();

    private static Tensor Largest(Tensor matrices) => matrices.detach().amax([-2, -1], keepdim: true);

    private static bool IsMild(Tensor transition)
    {
        using var scope = NewDisposeScope();
        return (transition.detach().amax() - transition.detach().amin()).item<double>() <= MildSpread;
    }
}
