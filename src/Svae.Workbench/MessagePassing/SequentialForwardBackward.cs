using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The sequential tensor form: forward–backward with scaled messages, one batched product per time step, on any device, differentiated by
/// autograd. The equations are those of <see cref="ScaledForwardBackward"/>.
/// </summary>
internal static class SequentialForwardBackward
{
    /// <summary>As <see cref="ForwardBackward.Infer"/>; the whole batch goes to log-space when scaled messages are not exact for it.</summary>
    public static HmmPosterior Infer(HmmPotentials potentials, HmmShape shape)
    {
        var (initial, _) = ExpOverMax(potentials.LogInitial, [-1]);
        var (transition, largest) = ExpOverMax(potentials.LogTransition, [-2, -1]);
        var (likelihood, peak) = ExpOverMax(potentials.LogLikelihood, [-1]);
        Tensor mask = shape.Mask(likelihood.device).unsqueeze(-1);
        Tensor[] likelihoods = likelihood.unbind(1), active = shape.Ragged ? mask.unbind(1) : [];

        var (filtered, evidence) = Forward(initial, transition, likelihoods, active);
        var (future, onward) = Backward(transition, likelihoods, active, evidence);
        Tensor alpha = stack(filtered, 1), beta = stack(future, 1), c = stack(evidence, 1);
        if (!WithinReach(beta, c)) return LogSpaceForwardBackward.Infer(potentials, shape);

        Tensor marginals = alpha * beta;
        Tensor pairs = shape.T == 1 ? zeros_like(transition).expand(shape.B, shape.K, shape.K)
            : transition * alpha.narrow(1, 0, shape.T - 1).mT.matmul(stack(onward, 1));
        Tensor maxima = where(mask, peak, zeros_like(peak)).sum([1, 2]) + (mask.sum([1, 2]) - 1) * largest.flatten();
        Tensor logZ = c.log().sum([1, 2]) + maxima + potentials.LogInitial.detach().amax([-1]);
        return new HmmPosterior(logZ, shape.Ragged ? marginals * mask : marginals, pairs);
    }

    /// <summary>α_t and c_t; past the end of a sequence α stays and c = 1.</summary>
    private static (Tensor[] Filtered, Tensor[] Evidence) Forward(Tensor initial, Tensor transition, Tensor[] likelihoods, Tensor[] active)
    {
        int T = likelihoods.Length;
        Tensor[] filtered = new Tensor[T], evidence = new Tensor[T];
        for (int t = 0; t < T; t++)
        {
            Tensor joint = (t == 0 ? initial : Product(filtered[t - 1], transition)) * likelihoods[t];
            evidence[t] = joint.sum(-1, keepdim: true);
            if (active.Length > 0) evidence[t] = where(active[t], evidence[t], ones_like(evidence[t]));
            filtered[t] = joint / evidence[t];
            if (active.Length > 0 && t > 0) filtered[t] = where(active[t], filtered[t], filtered[t - 1]);
        }
        return (filtered, evidence);
    }

    /// <summary>β_t for every t, and u_t for every t but the first (zero past the end of a sequence).</summary>
    private static (Tensor[] Future, Tensor[] Onward) Backward(Tensor transition, Tensor[] likelihoods, Tensor[] active, Tensor[] evidence)
    {
        int T = likelihoods.Length;
        Tensor[] future = new Tensor[T], onward = new Tensor[T - 1];
        Tensor transposed = transition.mT.contiguous();
        future[T - 1] = ones_like(likelihoods[T - 1]);
        for (int t = T - 2; t >= 0; t--)
        {
            onward[t] = likelihoods[t + 1] * future[t + 1] / evidence[t + 1];
            if (active.Length > 0) onward[t] = where(active[t + 1], onward[t], zeros_like(onward[t]));
            future[t] = Product(onward[t], transposed);
            if (active.Length > 0) future[t] = where(active[t + 1], future[t], future[t + 1]);
        }
        return (future, onward);
    }

    /// <summary>One row per sequence times a matrix, [K, K] shared or [B, K, K].</summary>
    private static Tensor Product(Tensor rows, Tensor matrix) =>
        matrix.dim() == 2 ? rows.matmul(matrix) : rows.unsqueeze(1).matmul(matrix).squeeze(1);

    /// <summary>exp(log − max) and max over some dimensions, which are kept; the maximum is a constant to autograd, for it cancels.</summary>
    private static (Tensor Exp, Tensor Max) ExpOverMax(Tensor log, long[] dimensions)
    {
        Tensor max = log.detach().amax(dimensions, keepdim: true).clamp_min(double.MinValue); // so that a row of −∞ becomes zeros
        return ((log - max).exp(), max);
    }

    /// <summary>Is everything that may have underflowed surely negligible? False for NaN too.</summary>
    private static bool WithinReach(Tensor beta, Tensor evidence)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        return beta.max().item<double>() <= ScaledForwardBackward.Reach && evidence.min().item<double>() >= 1 / ScaledForwardBackward.Reach;
    }
}
