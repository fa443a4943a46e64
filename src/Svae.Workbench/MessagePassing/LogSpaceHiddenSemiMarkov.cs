using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Forward–backward over (state k, time steps r that its segment still lasts) in log-space, made of tensor operations: exact for potentials
/// of any size, on any device, differentiated by autograd. A time step costs K² + K·D, because a segment is entered with one weight per
/// state and then only counts down.
/// </summary>
/// <remarks>
/// <code>
/// forward    e_t[j] = lse_i(α_{t−1}[i,1] + log A[i,j]),  e_1 = log π        α_t[k,r] = lse(α_{t−1}[k,r+1], e_t[k] + log P[k,r]) + ℓ_t[k] − c_t
/// backward   s_t[j] = lse_d(log P[j,d] + β_t[j,d]) + ℓ_t[j] − c_t,  β_T = 0   β_{t−1}[k,1] = lse_j(log A[k,j] + s_t[j]),  β_{t−1}[k,r] = β_t[k,r−1] + ℓ_t[k] − c_t
/// </code>
/// </remarks>
internal static class LogSpaceHiddenSemiMarkov
{
    /// <summary>Stands for −∞, as in <see cref="LogSpaceForwardBackward"/>.</summary>
    private const double Impossible = -1e30;

    public static HsmmPosterior Infer(HsmmPotentials potentials, HmmShape shape)
    {
        HsmmPotentials possible = Possible(potentials);
        Tensor[] likelihoods = possible.LogLikelihood.unbind(1);
        Tensor[]? active = Active(shape, likelihoods[0].device);
        return Backward(possible, likelihoods, active, Forward(possible, likelihoods, active, shape), shape);
    }

    /// <summary>log p(z_t = k, r steps remain | y_1..t), [B, T, K, D]; past the end of a sequence it stays.</summary>
    public static Tensor Filter(HsmmPotentials potentials, HmmShape shape)
    {
        HsmmPotentials possible = Possible(potentials);
        Tensor[] likelihoods = possible.LogLikelihood.unbind(1);
        return stack(Forward(possible, likelihoods, Active(shape, likelihoods[0].device), shape).Filtered, 1);
    }

    private static HsmmPotentials Possible(HsmmPotentials p) => new(
        p.LogInitial.clamp_min(Impossible), p.LogTransition.clamp_min(Impossible), p.LogDuration.clamp_min(Impossible), p.LogLikelihood.clamp_min(Impossible));

    private static Tensor[]? Active(HmmShape shape, Device device) => shape.Ragged ? shape.Mask(device).unsqueeze(-1).unbind(1) : null;

    /// <param name="Filtered">α_t, [B, K, D] each; past the end of a sequence it stays.</param>
    /// <param name="Entering">e_t, [B, K] each.</param>
    /// <param name="Evidence">c_t, [B, 1] each, zero past the end of a sequence; their sum is log Z.</param>
    private sealed record Messages(Tensor[] Filtered, Tensor[] Entering, Tensor[] Evidence);

    private static Messages Forward(HsmmPotentials p, Tensor[] likelihoods, Tensor[]? active, HmmShape shape)
    {
        int T = likelihoods.Length;
        Tensor[] filtered = new Tensor[T], entering = new Tensor[T], evidence = new Tensor[T];
        for (int t = 0; t < T; t++)
        {
            entering[t] = t == 0 ? p.LogInitial.expand(shape.B, shape.K) : logsumexp(filtered[t - 1].select(-1, 0).unsqueeze(-1) + p.LogTransition, 1);
            Tensor joint = entering[t].unsqueeze(-1) + p.LogDuration;
            if (t > 0) joint = logaddexp(joint, CountedDown(filtered[t - 1]));
            joint = joint + likelihoods[t].unsqueeze(-1);
            evidence[t] = logsumexp(joint.flatten(1), -1, keepdim: true);
            filtered[t] = joint - evidence[t].unsqueeze(-1);
            if (active is null) continue;
            evidence[t] = where(active[t], evidence[t], zeros_like(evidence[t]));
            if (t > 0) filtered[t] = where(active[t].unsqueeze(-1), filtered[t], filtered[t - 1]);
        }
        LogSpaceForwardBackward.RequirePossible(cat(evidence, 1), shape);
        return new Messages(filtered, entering, evidence);
    }

    private static HsmmPosterior Backward(HsmmPotentials p, Tensor[] likelihoods, Tensor[]? active, Messages forward, HmmShape shape)
    {
        int T = likelihoods.Length;
        Tensor[] marginals = new Tensor[T], starts = new Tensor[T];
        Tensor future = zeros_like(forward.Filtered[T - 1]);
        Tensor transitions = zeros([shape.B, shape.K, shape.K], ScalarType.Float64, future.device), durations = zeros_like(future);
        for (int t = T - 1; t >= 0; t--)
        {
            Tensor own = (likelihoods[t] - forward.Evidence[t]).unsqueeze(-1);
            Tensor whole = p.LogDuration + future + own, onward = logsumexp(whole, -1);
            marginals[t] = Weight(forward.Filtered[t] + future, active?[t].unsqueeze(-1)).sum(dim: -1);
            starts[t] = Weight(forward.Entering[t] + onward, active?[t]);
            durations = durations + Weight(forward.Entering[t].unsqueeze(-1) + whole, active?[t].unsqueeze(-1));
            if (t == 0) break;
            Tensor entered = p.LogTransition + onward.unsqueeze(-2);
            transitions = transitions + Weight(forward.Filtered[t - 1].select(-1, 0).unsqueeze(-1) + entered, active?[t].unsqueeze(-1));
            Tensor earlier = cat([logsumexp(entered, -1, keepdim: true), (future + own).narrow(-1, 0, future.shape[^1] - 1)], -1);
            future = active is null ? earlier : where(active[t].unsqueeze(-1), earlier, future);
        }
        return new HsmmPosterior(cat(forward.Evidence, 1).sum(1), stack(marginals, 1), stack(starts, 1), transitions, durations);
    }

    /// <summary>α[k, r + 1] in the place of (k, r): one time step later.</summary>
    private static Tensor CountedDown(Tensor filtered) =>
        nn.functional.pad(filtered.narrow(-1, 1, filtered.shape[^1] - 1), [0, 1], value: Impossible);

    /// <summary>exp within a sequence and 0 past its end; masked before the exponential, which may overflow there.</summary>
    private static Tensor Weight(Tensor log, Tensor? active) => (active is null ? log : where(active, log, full_like(log, Impossible))).exp();
}
