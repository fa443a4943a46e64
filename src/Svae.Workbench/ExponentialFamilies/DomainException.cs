namespace Svae.Workbench.ExponentialFamilies;

/// <summary>Parameters lie outside their family's domain; the message names the symbol, the index and the rule that is broken.</summary>
/// <param name="message">"Dirichlet α[2, 0] = 0 must be positive".</param>
public sealed class DomainException(string message) : ArgumentException(message);
