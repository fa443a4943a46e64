using System.Runtime.Intrinsics;

namespace Svae.Workbench.Networks.Fused;

/// <summary>Activations of a panel's entries, each with its derivative beside it.</summary>
internal static unsafe class PanelActivation
{
    /// <summary><c>a = f(z)</c> in place of z, and <c>f'(z)</c>.</summary>
    /// <param name="activation">f.</param>
    /// <param name="z">Holds z, receives a.</param>
    /// <param name="derivative">Receives f'(z).</param>
    /// <param name="count">Entries, a multiple of <see cref="PanelProduct.Lanes"/>.</param>
    public static void Apply(Activation activation, float* z, float* derivative, int count)
    {
        switch (activation)
        {
            case Activation.Tanh: Tanh(z, derivative, count); break;
            case Activation.Relu: Relu(z, derivative, count); break;
            default: Gelu(z, derivative, count); break;
        }
    }

    /// <summary>Multiplies entry by entry.</summary>
    public static void Multiply(float* values, float* by, int count)
    {
        for (int at = 0; at < count; at += PanelProduct.Lanes) (Vector256.Load(values + at) * Vector256.Load(by + at)).Store(values + at);
    }

    /// <summary>tanh z = sign(z) (1 − e)/(1 + e) with e = exp(−2|z|); near 0, where that cancels, a truncation of its continued fraction z/(1 + z²/(3 + z²/(5 + …))).</summary>
    private static void Tanh(float* z, float* derivative, int count)
    {
        Vector256<float> one = Vector256<float>.One, sign = Vector256.Create(-0f);
        for (int at = 0; at < count; at += PanelProduct.Lanes)
        {
            Vector256<float> x = Vector256.Load(z + at), size = Vector256.Abs(x), square = x * x;
            Vector256<float> e = Vector256.Exp(-2 * size), far = ((one - e) / (one + e)) | (x & sign);
            Vector256<float> near = x * (945 * one + square * (105 * one + square)) / (945 * one + square * (420 * one + 15 * square));
            Vector256<float> a = Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256.Create(0.6f)), near, far);
            a.Store(z + at);
            (one - a * a).Store(derivative + at);
        }
    }

    /// <summary>max(z, 0), with derivative 0 at 0; what is not a number stays so.</summary>
    private static void Relu(float* z, float* derivative, int count)
    {
        for (int at = 0; at < count; at += PanelProduct.Lanes)
        {
            Vector256<float> x = Vector256.Load(z + at), negative = Vector256.LessThanOrEqual(x, Vector256<float>.Zero);
            Vector256.AndNot(x, negative).Store(z + at);
            Vector256.AndNot(Vector256<float>.One, negative).Store(derivative + at);
        }
    }

    /// <summary>
    /// z Φ(z), with derivative Φ(z) + z φ(z); Φ by the rational approximation of the error function in Abramowitz and Stegun (1964), 7.1.26,
    /// whose error is below 1.5e-7.
    /// </summary>
    private static void Gelu(float* z, float* derivative, int count)
    {
        Vector256<float> one = Vector256<float>.One;
        Vector256<float> Coefficient(double value) => Vector256.Create((float)value);
        Vector256<float> p = Coefficient(0.3275911 * Math.Sqrt(0.5)), a1 = Coefficient(0.5 * 0.254829592), a2 = Coefficient(0.5 * -0.284496736),
            a3 = Coefficient(0.5 * 1.421413741), a4 = Coefficient(0.5 * -1.453152027), a5 = Coefficient(0.5 * 1.061405429), density = Coefficient(1 / Math.Sqrt(2 * Math.PI));
        for (int at = 0; at < count; at += PanelProduct.Lanes)
        {
            Vector256<float> x = Vector256.Load(z + at), bell = Vector256.Exp(-0.5f * x * x), t = one / (one + p * Vector256.Abs(x));
            Vector256<float> tail = t * (a1 + t * (a2 + t * (a3 + t * (a4 + t * a5)))) * bell; // Φ(−|z|)
            Vector256<float> phi = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), tail, one - tail);
            (x * phi).Store(z + at);
            (phi + x * bell * density).Store(derivative + at);
        }
    }
}
