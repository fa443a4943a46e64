namespace Svae.Workbench.Diagnostics;

/// <summary>The best score that any model can have on average, from the process that made the data: a line to draw beside a training curve.</summary>
/// <param name="Name">What it is: "oracle log-likelihood".</param>
/// <param name="Value">The score.</param>
/// <param name="Unit">Its unit: "nats/frame".</param>
public sealed record OracleLine(string Name, double Value, string Unit);
