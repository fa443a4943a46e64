using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Running products of an associative operation over time in O(log T) rounds of batched tensor operations and O(T) work:
/// combine neighbours, scan the half as long sequence, and fill in the odd ones out (Blelloch 1990).
/// </summary>
internal static class AssociativeScan
{
    /// <summary>Combines an earlier stretch of time with the one after it; each is given by tensors [B, T', …], stretch by stretch.</summary>
    public delegate Tensor[] Combination(Tensor[] earlier, Tensor[] later);

    /// <summary>Element t of the result combines elements 0..t.</summary>
    /// <param name="elements">Tensors [B, T, …].</param>
    /// <param name="combine">The operation.</param>
    public static Tensor[] Forwards(Tensor[] elements, Combination combine)
    {
        long T = elements[0].shape[1];
        if (T < 2) return elements;
        long pairs = T / 2;
        Tensor[] odd = Forwards(combine(Every(elements, 0, pairs), Every(elements, 1, pairs)), combine); // results at 1, 3, 5, …
        long rest = (T - 1) / 2;                                                                         // results at 2, 4, 6, …
        Tensor[] even = rest == 0 ? Every(elements, 0, 1)
            : Join(Every(elements, 0, 1), combine([.. odd.Select(x => x.narrow(1, 0, rest))], Every(elements, 2, rest)));
        return [.. even.Zip(odd, (e, o) => Interleave(e, o, T))];
    }

    /// <summary>Element t of the result combines elements t..T−1.</summary>
    /// <param name="elements">Tensors [B, T, …].</param>
    /// <param name="combine">The operation, given the earlier stretch first as in <see cref="Forwards"/>.</param>
    public static Tensor[] Backwards(Tensor[] elements, Combination combine) =>
        [.. Forwards([.. elements.Select(x => x.flip(1))], (later, earlier) => combine(earlier, later)).Select(x => x.flip(1))];

    /// <summary>Every second element from a start.</summary>
    private static Tensor[] Every(Tensor[] elements, long start, long count) =>
        [.. elements.Select(x => x.slice(1, start, start + 2 * count - 1, 2))];

    private static Tensor[] Join(Tensor[] first, Tensor[] second) => [.. first.Zip(second, (a, b) => cat([a, b], 1))];

    private static Tensor Interleave(Tensor even, Tensor odd, long T)
    {
        if (odd.shape[1] < even.shape[1]) odd = cat([odd, zeros_like(even.narrow(1, 0, 1))], 1);
        return stack([even, odd], 2).flatten(1, 2).narrow(1, 0, T);
    }
}
