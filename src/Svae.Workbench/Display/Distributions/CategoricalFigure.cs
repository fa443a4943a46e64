using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Probability vectors, certain (categorical) or uncertain (Dirichlet): bars for one, a heat map for a batch such as transition rows.</summary>
public static class CategoricalFigure
{
    /// <summary>The probabilities π of a categorical distribution, batch [..., K].</summary>
    /// <param name="eta">Log weights.</param>
    /// <param name="title">Title of the figure.</param>
    public static Figure Of(Categorical.Natural eta, string title = "Categorical")
    {
        using var scope = NewDisposeScope();
        return Of(Categorical.ToStandard(eta).Probabilities, null, title, null, "probability");
    }

    /// <summary>The mean α/α₀ and standard deviation of a Dirichlet distribution, batch [..., K].</summary>
    /// <param name="eta">α − 1.</param>
    /// <param name="title">Title of the figure.</param>
    public static Figure Of(Dirichlet.Natural eta, string title = "Dirichlet")
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor alpha = Dirichlet.ToStandard(eta).Alpha, total = alpha.sum(-1, keepdim: true), mean = alpha / total;
        return Of(mean, (mean * (1 - mean) / (total + 1)).sqrt(), title, $"worth Σα = {TensorNumbers.Range(TensorNumbers.Flat(total))} observations",
            "expected probability");
    }

    private static Figure Of(Tensor probabilities, Tensor? deviation, string title, string? says, string unit)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        long k = probabilities.shape[^1];
        Tensor p = TensorNumbers.Plain(probabilities).reshape(-1, k);
        Tensor? sd = deviation is null ? null : TensorNumbers.Plain(deviation).reshape(-1, k);
        return p.shape[0] == 1 ? Bars(TensorNumbers.Flat(p), sd is null ? null : TensorNumbers.Flat(sd), title, says, unit)
            : Rows(TensorNumbers.Matrix(p), sd is null ? null : TensorNumbers.Matrix(sd), title, says, unit);
    }

    private static Figure Bars(double[] p, double[]? sd, string title, string? says, string unit)
    {
        var styles = StateStyle.For(p.Length);
        var panel = new Panel(Axis.Numbered("state", p.Length), new Axis(unit) { Min = 0 }) { Height = 180 }
            .Bars([.. p.Select((_, i) => (double)i)], p, colors: [.. styles.Select(s => s.Color)], error: sd);
        return new Figure(title) { Subtitle = sd is null ? says : $"{says}; whiskers: ±1 standard deviation", Panels = [panel] };
    }

    private static Figure Rows(double[,] p, double[,]? sd, string title, string? says, string unit)
    {
        int rows = p.GetLength(0), columns = p.GetLength(1);
        Axis x = Axis.Numbered(rows == columns ? "to state" : "state", columns), y = Axis.Numbered(rows == columns ? "from state" : "distribution", rows);
        int height = Math.Clamp(22 * rows, 90, 340);
        string? format = columns <= 8 ? ".00" : null;
        var mean = new Panel(x, y) { Title = sd is null ? null : "mean", Height = height }.HeatMap(p, unit, min: 0, max: p.Cast<double>().Max(), format: format);
        if (sd is null) return new Figure(title) { Subtitle = says, Panels = [mean] };
        var spread = new Panel(x, y) { Title = "standard deviation", Height = height }.HeatMap(sd, "deviation", min: 0, format: format);
        return new Figure(title) { Subtitle = says, Columns = 2, SharedY = true, Width = 880, Panels = [mean, spread] };
    }
}
