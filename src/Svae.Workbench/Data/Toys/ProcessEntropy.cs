namespace Svae.Workbench.Data;

/// <summary>
/// The entropy <c>h(y) = −E log p(y)</c> of a data-generating process: the least negative log-likelihood, and so the least
/// negative ELBO, that any model can reach on average. The oracle line of a plot.
/// </summary>
/// <param name="Nats">Nats for each sequence (for each point where a sequence is one point).</param>
/// <param name="StandardError">Of a Monte-Carlo estimate, nats; 0 where the value is exact or by quadrature.</param>
public sealed record ProcessEntropy(double Nats, double StandardError = 0);
