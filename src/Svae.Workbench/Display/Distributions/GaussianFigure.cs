using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Gaussians, one or a batch: curves in one dimension, ellipses in two, means and deviations as colours in more.</summary>
public static class GaussianFigure
{
    private const int MostItems = 60, MostNames = 30;

    /// <summary>The figure of N(μ, Σ).</summary>
    /// <param name="gaussians">Batch [..., n]; of more than 60 the first are drawn.</param>
    /// <param name="title">Title of the figure.</param>
    /// <param name="styles">Name and colour of each item of the batch.</param>
    /// <param name="symbol">What the components are called.</param>
    public static Figure Of(Gaussian.Standard gaussians, string title = "Gaussian", IReadOnlyList<StateStyle>? styles = null, string symbol = "x") =>
        Of(gaussians, null, title, null, styles, symbol);

    /// <summary>The figure of natural parameters J = Σ⁻¹, h = Σ⁻¹μ.</summary>
    /// <param name="eta">Batch [..., n].</param>
    /// <param name="title">Title of the figure.</param>
    public static Figure Of(Gaussian.Natural eta, string title = "Gaussian") => Of(Gaussian.ToStandard(eta), title);

    /// <summary>The figure of a normal-inverse-Wishart: the Gaussian N(E[μ], E[Σ]), and how well its mean is known.</summary>
    /// <param name="eta">Batch [..., n].</param>
    /// <param name="title">Title of the figure.</param>
    /// <param name="styles">Name and colour of each item of the batch.</param>
    public static Figure Of(NormalInverseWishart.Natural eta, string title = "Normal-inverse-Wishart", IReadOnlyList<StateStyle>? styles = null)
    {
        using var scope = NewDisposeScope();
        Gaussian.Standard typical = TypicalGaussian.Of(eta);
        string kappa = TensorNumbers.Range(TensorNumbers.Flat(eta.Kappa)), nu = TensorNumbers.Range(TensorNumbers.Flat(eta.Nu));
        return Of(typical, typical.Sigma / eta.Kappa.unsqueeze(-1).unsqueeze(-1), title,
            $"E[μ] and E[Σ], known as from κ = {kappa} and ν = {nu} points", styles, "x");
    }

    private static Figure Of(Gaussian.Standard gaussians, Tensor? meanCovariance, string title, string? says, IReadOnlyList<StateStyle>? styles, string symbol)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        long n = gaussians.Mu.shape[^1];
        Tensor First(Tensor value, params long[] shape) { Tensor flat = TensorNumbers.Plain(value).reshape(shape); return flat.narrow(0, 0, Math.Min(flat.shape[0], MostItems)); }
        Tensor mu = First(gaussians.Mu, -1, n), sigma = First(gaussians.Sigma, -1, n, n);
        int count = (int)mu.shape[0];
        styles ??= count == 1 ? [new StateStyle("", Palette.Of(0))] : StateStyle.For(count);
        if (n == 1) return Curves(mu, sigma, title, says, styles, symbol);
        if (n == 2) return Ellipses(mu, sigma, meanCovariance is null ? null : First(meanCovariance, -1, 2, 2), title, says, styles, symbol);
        return count == 1 ? Single(mu[0], sigma[0], title, says, symbol) : Batch(mu, sigma, title, says, styles, symbol);
    }

    private static Figure Curves(Tensor mu, Tensor sigma, string title, string? says, IReadOnlyList<StateStyle> styles, string symbol)
    {
        double[] mean = TensorNumbers.Flat(mu), deviation = [.. TensorNumbers.Flat(sigma).Select(Math.Sqrt)];
        double low = mean.Zip(deviation, (m, d) => m - 4 * d).Min(), high = mean.Zip(deviation, (m, d) => m + 4 * d).Max();
        double[] x = [.. Enumerable.Range(0, 301).Select(i => low + (high - low) * i / 300)];
        var panel = new Panel(symbol, "density");
        for (int k = 0; k < mean.Length; k++)
            panel.Line(x, [.. x.Select(v => Math.Exp(-.5 * Math.Pow((v - mean[k]) / deviation[k], 2)) / (deviation[k] * Math.Sqrt(2 * Math.PI)))],
                Named(styles[k]), styles[k].Color);
        return new Figure(title) { Subtitle = says, Panels = [panel] };
    }

    private static Figure Ellipses(Tensor mu, Tensor sigma, Tensor? meanCovariance, string title, string? says, IReadOnlyList<StateStyle> styles, string symbol)
    {
        var panel = new Panel(Subscript.Of(symbol, 0), Subscript.Of(symbol, 1)) { Height = 380, EqualAspect = true };
        for (int k = 0; k < mu.shape[0]; k++)
        {
            var (x, y) = Ellipse.Of(mu[k], sigma[k]);
            panel.Path(x, y, Named(styles[k]), styles[k].Color, 1.8f, filled: true);
            var center = TensorNumbers.Flat(mu[k]);
            panel.Points([center[0]], [center[1]], Named(styles[k]), styles[k].Color, 6);
            if (meanCovariance is null) continue;
            (x, y) = Ellipse.Of(mu[k], meanCovariance[k]);
            panel.Path(x, y, Named(styles[k]), styles[k].Color, 1.2f, dashed: true);
        }
        string ellipses = "ellipses: 2 standard deviations" + (meanCovariance is null ? "" : ", dashed: of the mean");
        return new Figure(title) { Subtitle = says is null ? ellipses : $"{says}; {ellipses}", Panels = [panel] };
    }

    private static Figure Single(Tensor mu, Tensor sigma, string title, string? says, string symbol)
    {
        using Tensor deviation = sigma.diagonal().sqrt();
        double[] mean = TensorNumbers.Flat(mu), whiskers = [.. TensorNumbers.Flat(deviation).Select(d => 2 * d)];
        string[]? names = Names(symbol, mean.Length);
        double[] at = [.. mean.Select((_, i) => (double)i)];
        var bars = new Panel(Components(names), symbol) { Title = "mean ± 2 standard deviations", Height = 240 }
            .Bars(at, mean, color: Palette.Of(0), error: whiskers);
        var correlations = new Panel(Components(names), Components(names)) { Title = "correlations", Height = 240 }
            .HeatMap(TensorNumbers.Matrix(sigma / (deviation.unsqueeze(0) * deviation.unsqueeze(1))), "correlation", ColorRamp.Diverging, -1, 1,
                mean.Length <= 8 ? ".00" : null);
        return new Figure(title) { Subtitle = says, Columns = 2, SharedX = false, Width = 880, Panels = [bars, correlations] };
    }

    private static Figure Batch(Tensor mu, Tensor sigma, string title, string? says, IReadOnlyList<StateStyle> styles, string symbol)
    {
        double[,] mean = TensorNumbers.Matrix(mu), deviation = TensorNumbers.Matrix(sigma.diagonal(0, -2, -1).sqrt());
        string[]? names = Names(symbol, mean.GetLength(1));
        double largest = mean.Cast<double>().Select(Math.Abs).Max();
        Axis rows = new("") { Categories = [.. styles.Take(mean.GetLength(0)).Select(s => s.Name)] };
        int height = Math.Clamp(20 * mean.GetLength(0), 100, 420);
        return new Figure(title)
        {
            Subtitle = says, Columns = 2, SharedY = true, Width = 880,
            Panels =
            [
                new Panel(Components(names), rows) { Title = "mean", Height = height }.HeatMap(mean, symbol, ColorRamp.Diverging, -largest, largest),
                new Panel(Components(names), rows) { Title = "standard deviation", Height = height }.HeatMap(deviation, symbol, min: 0),
            ],
        };
    }

    private static string? Named(StateStyle style) => style.Name.Length > 0 ? style.Name : null;

    private static string[]? Names(string symbol, int count) => count <= MostNames ? Subscript.All(symbol, count) : null;

    private static Axis Components(string[]? names) => new(names is null ? "component" : "") { Categories = names };
}
