namespace Svae.Workbench.Networks.Fused;

/// <summary>The Gaussian potential of one point and its adjoint; symbols as in <see cref="GaussianPotentials"/>, F = diag(√p) U.</summary>
/// <param name="range">Bounds of p.</param>
/// <param name="n">Latent dimension.</param>
/// <param name="memory">Room for <see cref="Room"/> numbers.</param>
internal readonly unsafe struct PotentialKernel(PrecisionRange range, int n, double* memory)
{
    /// <summary>|U_ij| stays below this.</summary>
    private const double Bound = DensePrecision.Bound;

    private double* F => memory;

    private double* Bar => memory + n * n;

    private double* Share => memory + 2 * n * n;

    private double* Entries => Share + n;

    /// <summary>Numbers that a kernel needs.</summary>
    public static int Room(int n) => 2 * n * n + n + n * (n - 1) / 2;

    /// <summary>J and h.</summary>
    public void Forward(float* m, float* u, float* c, double* J, double* h)
    {
        Factor(u, c);
        if (c is null)
        {
            for (int i = 0; i < n; i++) h[i] = (J[i] = F[i] * F[i]) * m[i];
            return;
        }
        Square(J);
        for (int i = 0; i < n; i++)
        {
            double sum = 0;
            for (int j = 0; j < n; j++) sum += J[i * n + j] * m[j];
            h[i] = sum;
        }
    }

    /// <summary>Gradients of m, u and c from those of J and h; a null pointer where there is none.</summary>
    public void Backward(float* m, float* u, float* c, double* J, double* JBar, double* hBar, float* mBar, float* uBar, float* cBar)
    {
        Factor(u, c);
        double slope = range.LogHighest - range.LogLowest;
        if (c is null)
        {
            for (int i = 0; i < n; i++)
            {
                double p = J[i], outer = hBar is null ? 0 : hBar[i];
                mBar[i] = (float)(p * outer);
                uBar[i] = (float)(((JBar is null ? 0 : JBar[i]) + outer * m[i]) * p * slope * Share[i] * (1 - Share[i]));
            }
            return;
        }
        for (int i = 0; i < n; i++) // J̄ + h̄ mᵀ and its transpose
            for (int j = 0; j <= i; j++)
            {
                double sum = JBar is null ? 0 : JBar[i * n + j] + JBar[j * n + i];
                if (hBar is not null) sum += hBar[i] * m[j] + hBar[j] * m[i];
                Bar[i * n + j] = Bar[j * n + i] = sum;
            }
        for (int i = 0, entry = 0; i < n; i++)
        {
            double own = 0, scale = F[i * n + i], sum = 0;
            for (int j = 0; j <= i; j++)
            {
                double outer = 0; // F̄_ij
                for (int k = j; k < n; k++) outer += Bar[i * n + k] * F[k * n + j];
                own += outer * F[i * n + j];
                if (j == i) break;
                double share = Entries[entry] / Bound;
                cBar[entry++] = (float)(outer * scale * (1 - share * share));
            }
            uBar[i] = (float)(0.5 * own * slope * Share[i] * (1 - Share[i]));
            for (int j = 0; hBar is not null && j < n; j++) sum += J[i * n + j] * hBar[j];
            mBar[i] = (float)sum;
        }
    }

    /// <summary>F, the shares of the precisions and the entries of U.</summary>
    private void Factor(float* u, float* c)
    {
        for (int i = 0; i < n; i++) Share[i] = Sigmoid(u[i]);
        for (int i = 0, entry = 0; i < n; i++)
        {
            double scale = Math.Exp(0.5 * (range.LogLowest + (range.LogHighest - range.LogLowest) * Share[i]));
            if (c is null)
            {
                F[i] = scale;
                continue;
            }
            for (int j = 0; j < i; j++, entry++) F[i * n + j] = scale * (Entries[entry] = Bound * Math.Tanh(c[entry] / Bound));
            F[i * n + i] = scale;
        }
    }

    /// <summary>J = F Fᵀ.</summary>
    private void Square(double* J)
    {
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = 0; k <= j; k++) sum += F[i * n + k] * F[j * n + k];
                J[i * n + j] = J[j * n + i] = sum;
            }
    }

    private static double Sigmoid(double u) => 1 / (1 + Math.Exp(-u));
}
