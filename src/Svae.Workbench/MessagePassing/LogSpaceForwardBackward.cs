using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Forward–backward in log-space, one time step after the other, made of tensor operations: exact for potentials of any size, on any
/// device, differentiated by autograd. Slow (K² exponentials per step and sequence): what the faster forms fall back on.
/// </summary>
internal static class LogSpaceForwardBackward
{
    /// <summary>Stands for −∞, whose differences and softmax gradients would be NaN; no sum of real log-potentials comes near.</summary>
    private const double Impossible = -1e30;

    public static HmmPosterior Infer(HmmPotentials potentials, HmmShape shape)
    {
        var (logZ, marginals, pairs) = Run(potentials, shape);
        Tensor none = zeros(shape.B, shape.K, shape.K, ScalarType.Float64, logZ.device);
        return new HmmPosterior(logZ, marginals, pairs.Aggregate(none, (sum, pair) => sum + pair));
    }

    /// <summary>p(z_t = i, z_{t+1} = j), [B, T − 1, K, K].</summary>
    public static Tensor PairMarginals(HmmPotentials potentials, HmmShape shape)
    {
        Tensor[] pairs = Run(potentials, shape).Pairs;
        return pairs.Length > 0 ? stack(pairs, 1) : zeros([shape.B, 0, shape.K, shape.K], ScalarType.Float64, potentials.LogLikelihood.device);
    }

    /// <summary>log p(z_t | y_1..t), [B, T, K]; past the end of a sequence it stays.</summary>
    public static Tensor Filter(HmmPotentials potentials, HmmShape shape)
    {
        Tensor? mask = shape.Ragged ? shape.Mask(potentials.LogLikelihood.device).unsqueeze(-1) : null;
        var (filtered, evidence) = Forward(
            Possible(potentials.LogInitial), Possible(potentials.LogTransition), Possible(potentials.LogLikelihood).unbind(1), mask?.unbind(1));
        RequirePossible(cat(evidence, 1), shape);
        return stack(filtered, 1);
    }

    private static (Tensor LogZ, Tensor Marginals, Tensor[] Pairs) Run(HmmPotentials potentials, HmmShape shape)
    {
        Tensor[] likelihoods = Possible(potentials.LogLikelihood).unbind(1);
        Tensor transition = Possible(potentials.LogTransition);
        Tensor[]? active = shape.Ragged ? shape.Mask(transition.device).unsqueeze(-1).unbind(1) : null;

        var (filtered, evidence) = Forward(Possible(potentials.LogInitial), transition, likelihoods, active);
        RequirePossible(cat(evidence, 1), shape);
        var (marginals, pairs) = Backward(filtered, evidence, transition, likelihoods, active);
        return (cat(evidence, 1).sum(1), stack(marginals, 1), pairs);
    }

    /// <summary>log p(z_t | y_1..t) by α_t = lse_i(α_{t−1}[i] + log A[i, ·]) + ℓ_t − c_t, and the normalisers c_t, whose sum is log Z.</summary>
    private static (Tensor[] Filtered, Tensor[] Evidence) Forward(Tensor initial, Tensor transition, Tensor[] likelihoods, Tensor[]? active)
    {
        int T = likelihoods.Length;
        Tensor[] filtered = new Tensor[T], evidence = new Tensor[T];
        for (int t = 0; t < T; t++)
        {
            Tensor joint = likelihoods[t] + (t == 0 ? initial : logsumexp(filtered[t - 1].unsqueeze(-1) + transition, 1));
            evidence[t] = logsumexp(joint, -1, keepdim: true);
            filtered[t] = joint - evidence[t];
            if (active is null) continue;
            evidence[t] = where(active[t], evidence[t], zeros_like(evidence[t]));
            if (t > 0) filtered[t] = where(active[t], filtered[t], filtered[t - 1]);
        }
        return (filtered, evidence);
    }

    /// <summary>Marginals exp(α_t + β_t) with β_t[i] = lse_j(log A[i,j] + u_{t+1}[j]), u_t = ℓ_t + β_t − c_t, and pair marginals exp(α_t[i] + log A[i,j] + u_{t+1}[j]).</summary>
    private static (Tensor[] Marginals, Tensor[] Pairs) Backward(
        Tensor[] filtered, Tensor[] evidence, Tensor transition, Tensor[] likelihoods, Tensor[]? active)
    {
        int T = likelihoods.Length;
        Tensor[] marginals = new Tensor[T], pairs = new Tensor[T - 1];
        Tensor future = zeros_like(filtered[T - 1]);
        for (int t = T - 1; t >= 0; t--)
        {
            Tensor marginal = filtered[t] + future;
            marginals[t] = (active is null ? marginal : where(active[t], marginal, full_like(marginal, Impossible))).exp();
            if (t == 0) break;
            Tensor onward = transition + (likelihoods[t] + future - evidence[t]).unsqueeze(-2);
            Tensor pair = filtered[t - 1].unsqueeze(-1) + onward, earlier = logsumexp(onward, -1);
            if (active is not null) // masked before the exponential, which may overflow past the end
            {
                pair = where(active[t].unsqueeze(-1), pair, full_like(pair, Impossible));
                earlier = where(active[t], earlier, future);
            }
            pairs[t - 1] = pair.exp();
            future = earlier;
        }
        return (marginals, pairs);
    }

    private static Tensor Possible(Tensor logPotential) => logPotential.clamp_min(Impossible);

    /// <summary>Refuses a batch in which some c_t, [B, T], is that of an impossible observation.</summary>
    public static void RequirePossible(Tensor evidence, HmmShape shape)
    {
        using var scope = NewDisposeScope();
        Tensor dead = evidence.detach() < Impossible / 2;
        if (!dead.any().item<bool>()) return;
        long[] first = dead.nonzero()[0].cpu().data<long>().ToArray();
        throw new ImpossibleSequenceException((int)(shape.Origin?[first[0]] ?? first[0]), (int)first[1]);
    }
}
