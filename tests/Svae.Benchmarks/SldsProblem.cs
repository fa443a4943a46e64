using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>An SLDS with K stable regimes, sequences drawn from it, and node potentials that see them through noise.</summary>
internal sealed record SldsProblem(SldsPotentials Potentials, Tensor Jn, Tensor hn, Tensor Noise)
{
    public FixedPointReport? LastReport { get; private set; }

    /// <param name="batch">B.</param>
    /// <param name="time">T.</param>
    /// <param name="latent">n.</param>
    /// <param name="states">K.</param>
    /// <param name="seed">Of everything random.</param>
    /// <param name="innovation">Standard deviation of the dynamics' noise; the larger, the harder to tell states apart.</param>
    /// <param name="precision">Of the node potentials, about.</param>
    public static SldsProblem Random(long batch, long time, long latent, long states, int seed, double innovation = 0.3, double precision = 4)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        Tensor Normal(params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: generator);
        Tensor identity = eye(latent, dtype: ScalarType.Float64);
        Tensor skew = Normal(states, latent, latent), A = 0.95 * linalg.matrix_exp(0.3 / Math.Sqrt(latent) * (skew - skew.mT)), b = 0.3 * Normal(states, latent, 1);
        Tensor precisions = identity.expand(states, latent, latent) / (innovation * innovation), AtL = A.mT.matmul(precisions);
        Tensor transition = (0.95 * eye(states, dtype: ScalarType.Float64) + 0.05 / states).log();
        double logDeterminant = -latent * Math.Log(innovation * innovation) / 2, logTwoPi = latent * Math.Log(2 * Math.PI) / 2;
        var potentials = new SldsPotentials(
            J0: identity.expand(states, latent, latent).clone(), h0: zeros(states, latent, ScalarType.Float64), c0: full([states], -logTwoPi, ScalarType.Float64),
            J11: AtL.matmul(A), J12: -AtL, J22: precisions.clone(), g1: -AtL.matmul(b).squeeze(2), g2: precisions.matmul(b).squeeze(2),
            c: logDeterminant - logTwoPi - 0.5 * (b.mT.matmul(precisions).matmul(b)).flatten(), full([states], -Math.Log(states), ScalarType.Float64), transition);

        Tensor x = Normal(batch, latent, 1);
        var path = new List<Tensor>();
        Tensor z = randint(states, [batch], dtype: ScalarType.Int64, generator: generator);
        for (long t = 0; t < time; t++)
        {
            path.Add(x.squeeze(2));
            Tensor jump = rand([batch], generator: generator) < 0.05;
            z = where(jump, randint(states, [batch], dtype: ScalarType.Int64, generator: generator), z);
            x = A.index_select(0, z).matmul(x) + b.index_select(0, z) + innovation * Normal(batch, latent, 1);
        }
        Tensor Jn = precision * (0.5 + rand([batch, time, latent], ScalarType.Float64, generator: generator));
        Tensor hn = Jn * (stack(path, 1) + Normal(batch, time, latent) / Jn.sqrt());
        foreach (Tensor leaf in Leaves(potentials, Jn, hn)) leaf.requires_grad_().MoveToOuterDisposeScope();
        return new SldsProblem(potentials, Jn, hn, Normal(1, batch, time, latent).MoveToOuterDisposeScope());
    }

    public void Infer(FixedPointOptions options, MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        LastReport = SldsMeanField.Infer(Potentials, Jn, hn, noise: Noise, options: options, form: form).Report;
    }

    public void ForwardBackward(FixedPointOptions options, MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        SldsMeanFieldPosterior q = SldsMeanField.Infer(Potentials, Jn, hn, noise: Noise, options: options, form: form);
        (q.NegativeKl.sum() + q.Chain.Samples!.square().sum() + q.States.Marginals.square().sum()).backward();
        LastReport = q.Report;
        foreach (Tensor leaf in Leaves(Potentials, Jn, hn)) leaf.grad = null;
    }

    /// <summary>The pieces of one sweep, each forward without a graph and forward with backward.</summary>
    public IEnumerable<(string, Action)> Pieces()
    {
        Tensor gamma, mean, covariance, cross, evidence;
        ChainPotentials chain;
        using (no_grad())
        {
            var q = SldsMeanField.Infer(Potentials, Jn, hn);
            (gamma, mean, covariance, cross, evidence) = (q.States.Marginals, q.Chain.Mean, q.Chain.Covariance, q.Chain.CrossCovariance, q.Evidence);
            chain = Potentials.AverageOverStates(gamma, Jn, hn).Chain;
        }
        foreach (Tensor leaf in new[] { gamma, mean, covariance, cross, evidence, chain.J0, chain.h0, chain.J12, chain.Jn, chain.hn }) leaf.requires_grad_();
        IEnumerable<(string, Action)> Both(string name, Func<Tensor[]> work)
        {
            yield return ($"{name}, forward", () => { using var scope = NewDisposeScope(); using var mode = no_grad(); work(); });
            yield return ($"{name}, forward + backward", () =>
            {
                using var scope = NewDisposeScope();
                Tensor[] outputs = [.. work().Where(o => o.requires_grad)];
                autograd.backward(outputs, [.. outputs.Select(o => ones_like(o))]);
            });
        }
        return [
            .. Both("average over states", () => { var (p, c) = Potentials.AverageOverStates(gamma, Jn, hn); return [p.J0, p.h0, p.J12, p.Jn, p.hn, c]; }),
            .. Both("chain", () => { var q = GaussianChain.Infer(chain); return [q.LogZ, q.Mean, q.Covariance, q.CrossCovariance]; }),
            .. Both("average over paths", () => [Potentials.AverageOverPaths(mean, covariance, cross)]),
            .. Both("states", () => { var q = Svae.Workbench.MessagePassing.ForwardBackward.Infer(new HmmPotentials(Potentials.LogInitial, Potentials.LogTransition, evidence)); return [q.LogZ, q.Marginals]; }),
        ];
    }

    private static Tensor[] Leaves(SldsPotentials p, Tensor Jn, Tensor hn) =>
        [p.J0, p.h0, p.c0, p.J11, p.J12, p.J22, p.g1, p.g2, p.c, p.LogInitial, p.LogTransition, Jn, hn];
}
