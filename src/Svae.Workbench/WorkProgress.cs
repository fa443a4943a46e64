namespace Svae.Workbench;

/// <summary>How far a long piece of work has come.</summary>
/// <param name="Stage">What is being done, in a word or two: "simulate", "warm-up", "joint training".</param>
/// <param name="Fraction">Part of the stage that is done, 0 to 1.</param>
/// <param name="Detail">The number one watches, for instance "ELBO −512.3 nats/frame".</param>
public sealed record WorkProgress(string Stage, double Fraction, string? Detail = null);
