namespace Svae.Workbench.MessagePassing;

/// <summary>Which implementation of a message-passing primitive runs. All give the same numbers to 1e-9.</summary>
public enum MessagePassingForm
{
    /// <summary><see cref="Fused"/> for potentials on the CPU, <see cref="Parallel"/> elsewhere.</summary>
    Auto,

    /// <summary>A C# kernel with a hand-written gradient; CPU only.</summary>
    Fused,

    /// <summary>Tensor operations, one time step after the other; any device, gradient by autograd.</summary>
    Sequential,

    /// <summary>Tensor operations in O(log T) steps; any device, gradient by autograd.</summary>
    Parallel,
}
