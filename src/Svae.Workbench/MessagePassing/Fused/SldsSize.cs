namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>Sizes of a batch of sequences, and how it is cut up.</summary>
/// <param name="B">Sequences.</param>
/// <param name="T">Frames of the longest.</param>
/// <param name="n">Latent dimension.</param>
/// <param name="K">States.</param>
/// <param name="Dense">Are node precisions whole matrices?</param>
/// <param name="Beta">β, the weight of the states' divergence.</param>
/// <param name="Lengths">Frames of each sequence.</param>
internal sealed record SldsSize(int B, int T, int n, int K, bool Dense, double Beta, long[] Lengths)
{
    /// <summary>Sequences of a group: those that the chain's recursions take side by side.</summary>
    public int Lanes { get; } = FusedGaussianChain.Width(B);

    /// <summary>Groups of sequences.</summary>
    public int Groups => (B + Lanes - 1) / Lanes;

    /// <summary>
    /// Sequences of a group that the states' recursions take side by side, and whose gradients are summed first: as many for any number of
    /// threads, while <see cref="Lanes"/> depends on it.
    /// </summary>
    public int Side => Math.Min(Lanes, 4);

    /// <summary>Parts that gradients of potentials are summed in, sides in turn.</summary>
    public int SumParts => Math.Min((B + Side - 1) / Side, WorkerTeam.Parts);

    /// <summary>Parts that groups are shared out in: none of their sides belong to the same part of a sum.</summary>
    public int WorkParts => Math.Min(Groups, WorkerTeam.Parts * Side / Lanes);

    public bool Ragged => Lengths.Any(length => length < T);

    public HmmShape States => new(B, T, K, Lengths);

    /// <summary>Numbers in a sequence's γ.</summary>
    public long Point => (long)T * K;

    /// <summary>Sequences of a group.</summary>
    public (int First, int End) Sequences(int group) => (group * Lanes, Math.Min(B, (group + 1) * Lanes));
}
