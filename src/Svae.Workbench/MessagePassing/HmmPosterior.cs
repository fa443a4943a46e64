using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// What forward–backward returns: the log-partition function of <see cref="HmmPotentials"/> and its gradient, the expected statistics
/// <c>∂log Z/∂ℓ_t[k] = p(z_t = k)</c> and <c>∂log Z/∂log A[i,j] = Σ_t p(z_t = i, z_{t+1} = j)</c>.
/// </summary>
/// <remarks>Entries past a sequence's length are zero. <c>∂log Z/∂log π</c> is the first row of the marginals.</remarks>
/// <param name="LogZ">log Σ_z exp{…}, shape [B].</param>
/// <param name="Marginals">p(z_t = k), shape [B, T, K].</param>
/// <param name="PairMarginalSum">Σ_t p(z_t = i, z_{t+1} = j), shape [B, K, K]; zero for a sequence of one time step.</param>
public sealed record HmmPosterior(Tensor LogZ, Tensor Marginals, Tensor PairMarginalSum);
