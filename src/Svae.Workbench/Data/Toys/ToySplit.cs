namespace Svae.Workbench.Data;

/// <summary>What to learn from, and what to score on: sequences that no one has trained on.</summary>
/// <param name="Training">Sequences to learn from.</param>
/// <param name="HeldOut">Sequences drawn independently of them from the same process.</param>
public sealed record ToySplit(ToyData Training, ToyData HeldOut) : IDisposable
{
    /// <summary>Releases the tensors.</summary>
    public void Dispose()
    {
        Training.Dispose();
        HeldOut.Dispose();
    }
}
