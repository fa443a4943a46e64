using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>A soft dot that runs to and fro on a line of pixels, as a function of its phase s, which has period 2.</summary>
internal static class MovingDot
{
    /// <summary>Triangle wave: <c>tri(s) = 1 − 2|s mod 2 − 1|</c>, from −1 at s = 0 to 1 at s = 1 and back.</summary>
    public static Tensor Position(Tensor phase) => 1 - 2 * (phase.remainder(2) - 1).abs();

    /// <summary>1 while the dot runs right, −1 while it runs left.</summary>
    public static Tensor Direction(Tensor phase) => where(phase.remainder(2) < 1, ones_like(phase), -ones_like(phase));

    /// <summary><c>exp(−½((x − g_p)/w)²)</c> for pixels g_p spaced evenly over [−1, 1]: [...] to [..., pixels].</summary>
    public static Tensor Render(Tensor position, int pixels, double width)
    {
        Tensor grid = linspace(-1, 1, pixels, dtype: position.dtype, device: position.device);
        return ((position.unsqueeze(-1) - grid) / width).square().mul(-0.5).exp();
    }

    /// <summary>The states that a person would name: (position, direction), [..., 2].</summary>
    public static Tensor Latents(Tensor phase) => stack([Position(phase), Direction(phase)], -1);
}
