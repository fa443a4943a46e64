namespace Svae.Workbench.MessagePassing;

/// <summary>How a message-passing primitive is computed. All forms give the same numbers (to 1e-9 in float64) and the same gradients.</summary>
public enum MessagePassingForm
{
    /// <summary><see cref="Fused"/> on the CPU, <see cref="Parallel"/> on any other device.</summary>
    Auto,

    /// <summary>One C# kernel with a hand-written adjoint; CPU only, and by far the fastest there.</summary>
    Fused,

    /// <summary>Tensor operations, one small group of them per time step: the readable form, any device.</summary>
    Sequential,

    /// <summary>Tensor operations, parallel in time by an associative scan of depth O(log T): any device.</summary>
    Parallel,
}
