namespace Svae.Workbench.MessagePassing;

/// <summary>
/// What a backward pass through a sweep is for. The implicit gradient makes several that are to reach the point alone; operations that know
/// skip the gradients of potentials then.
/// </summary>
internal sealed class AdjointPhase
{
    /// <summary>Is only the gradient with respect to the point m wanted?</summary>
    public bool PointOnly { get; set; }
}
