namespace Svae.Workbench.Networks;

/// <summary>What stands between the linear layers of a network.</summary>
public enum Activation
{
    /// <summary>x Φ(x).</summary>
    Gelu,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>max(x, 0).</summary>
    Relu,
}
