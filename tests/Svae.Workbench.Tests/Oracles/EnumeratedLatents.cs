using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>
/// Latents (z, x) of one sequence by brute force: all K^T state paths, each a Gaussian over the T·n coordinates of x whose precision, linear
/// term and constant are read off values of the log density, which is quadratic in x.
/// </summary>
internal sealed class EnumeratedLatents
{
    private sealed record Term(long[] Path, Tensor Precision, Tensor Linear, double Constant);

    private readonly IReadOnlyList<Term> terms;
    private readonly Tensor nodePrecision, nodeLinear;
    private readonly int T, n, K;

    /// <param name="logJoint">log p(z, x): a path [T] and points [P, T, n] → [P].</param>
    /// <param name="J">Node precisions, dense [T, n, n].</param>
    /// <param name="h">Node linear terms, [T, n].</param>
    /// <param name="states">K.</param>
    /// <param name="labels">Known states, −1 where unknown; none when absent.</param>
    public EnumeratedLatents(Func<long[], Tensor, Tensor> logJoint, Tensor J, Tensor h, int states, long[]? labels = null)
    {
        (T, n, K) = ((int)h.shape[0], (int)h.shape[1], states);
        nodePrecision = block_diag([.. J.unbind(0)]);
        nodeLinear = h.flatten();
        terms = [.. Paths(T).Where(path => labels is null || !path.Where((z, t) => labels[t] >= 0 && labels[t] != z).Any()).Select(path => Read(logJoint, path))];
    }

    /// <summary>log Σ_z ∫ p(z, x) ψ(x) dx.</summary>
    public double LogZ => logsumexp(stack(terms.Select(term => term.Constant + LogIntegral(term.Precision + nodePrecision, term.Linear + nodeLinear))), 0).item<double>();

    /// <summary>log Σ_z p(z, x) of points [P, T, n], the nodes left out.</summary>
    public Tensor LogDensity(Tensor x)
    {
        Tensor flat = x.flatten(1);
        return logsumexp(stack(terms.Select(term => term.Constant + flat.mv(term.Linear) - 0.5 * (flat.matmul(term.Precision) * flat).sum([1L]))), 0);
    }

    /// <summary>The Gaussian q(x) ∝ exp Σ_z q(z) log p(z, x) · ψ(x): mean [T n] and covariance [T n, T n].</summary>
    public (Tensor Mean, Tensor Covariance) BestPaths(Tensor pathProbabilities)
    {
        double[] weights = pathProbabilities.data<double>().ToArray();
        Tensor precision = terms.Zip(weights, (term, w) => w * term.Precision).Aggregate((a, b) => a + b) + nodePrecision;
        Tensor linear = terms.Zip(weights, (term, w) => w * term.Linear).Aggregate((a, b) => a + b) + nodeLinear;
        Tensor covariance = linalg.inv(precision);
        return (covariance.mv(linear), covariance);
    }

    /// <summary>E_q(x) log p(z, x) of every path that is allowed, q(x) Gaussian over all coordinates.</summary>
    public Tensor ExpectedLogJoint(Tensor mean, Tensor covariance) => stack(terms.Select(term =>
        term.Constant + term.Linear.dot(mean) - 0.5 * (term.Precision * (covariance + outer(mean, mean))).sum()));

    /// <summary>E_q(x) log ψ(x).</summary>
    public Tensor ExpectedNodes(Tensor mean, Tensor covariance) => nodeLinear.dot(mean) - 0.5 * (nodePrecision * (covariance + outer(mean, mean))).sum();

    /// <summary>Marginals of path probabilities, [T, K].</summary>
    public Tensor Marginals(Tensor pathProbabilities)
    {
        Tensor codes = stack(terms.Select(term => nn.functional.one_hot(tensor(term.Path), K).to(ScalarType.Float64)));
        return (pathProbabilities.reshape(-1, 1, 1) * codes).sum([0L]);
    }

    private static Tensor LogIntegral(Tensor precision, Tensor linear) =>
        0.5 * linear.dot(linalg.solve(precision, linear)) - 0.5 * linalg.slogdet(precision / (2 * Math.PI)).Item2;

    private IEnumerable<long[]> Paths(int length) =>
        length == 0 ? [[]] : from before in Paths(length - 1) from z in Enumerable.Range(0, K) select (long[])[.. before, z];

    /// <summary>c = f(0), linear_i = (f(e_i) − f(−e_i)) / 2, precision_ij = f(e_i) + f(e_j) − f(e_i + e_j) − f(0).</summary>
    private Term Read(Func<long[], Tensor, Tensor> logJoint, long[] path)
    {
        int D = T * n;
        Tensor unit = eye(D, dtype: ScalarType.Float64), sums = (unit.unsqueeze(0) + unit.unsqueeze(1)).reshape(D * D, D);
        Tensor values = logJoint(path, cat([zeros(1, D, ScalarType.Float64), unit, -unit, sums]).reshape(-1, T, n));
        Tensor origin = values[0], plus = values.narrow(0, 1, D), minus = values.narrow(0, 1 + D, D), pairs = values.narrow(0, 1 + 2 * D, D * D).reshape(D, D);
        return new Term(path, plus.unsqueeze(0) + plus.unsqueeze(1) - pairs - origin, (plus - minus) / 2, origin.item<double>());
    }
}
