using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>How affine dynamics move the latent state: arrows along x_{t+1} − x_t = (A − I) x_t + b, with latent paths over them.</summary>
public static class PhasePortrait
{
    private const int Grid = 15, MostStates = 9;

    /// <summary>One panel a state, or all states in one panel, each where the paths visit it. More than two dimensions are projected.</summary>
    /// <param name="dynamics">A of every state, [K, n, n] or [n, n].</param>
    /// <param name="offset">b of every state, [K, n] or [n]; 0 when absent.</param>
    /// <param name="paths">Latent paths, each [T, n].</param>
    /// <param name="states">State of each frame of each path; needed to colour paths by state.</param>
    /// <param name="styles">Name and colour of each state.</param>
    /// <param name="together">All states in one panel; needs <paramref name="states"/>.</param>
    /// <param name="title">Title of the figure.</param>
    public static Figure Of(Tensor dynamics, Tensor? offset = null, IReadOnlyList<Tensor>? paths = null,
        IReadOnlyList<int[]>? states = null, IReadOnlyList<StateStyle>? styles = null, bool together = false,
        string title = "How the dynamics move the latent state")
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor a = TensorNumbers.Plain(dynamics.dim() == 2 ? dynamics.unsqueeze(0) : dynamics);
        long n = a.shape[^1];
        Tensor b = offset is null ? zeros([a.shape[0], n], ScalarType.Float64) : TensorNumbers.Plain(offset).reshape(-1, n);
        Guard.Shape(a, "dynamics", ("state", -1), ("latent", n), ("latent", n));
        Guard.Shape(b, "offset", ("state", a.shape[0]), ("latent", n));
        if (n < 2) throw new ArgumentException("dynamics: expected at least two latent dimensions, got 1; draw the path against time instead");
        if (together && states is null) throw new ArgumentException("states: needed to draw all states in one panel");
        Tensor[] latent = [.. (paths ?? []).Select(TensorNumbers.Plain)];
        var plane = LatentPlane.Of(n, latent);
        styles ??= a.shape[0] == 1 ? [new StateStyle("dynamics", Palette.Of(0))] : StateStyle.For((int)a.shape[0]);
        var portrait = new Portrait(plane, [.. latent.Select(plane.Project)], states, styles);
        int[] shown = portrait.MostVisited((int)a.shape[0], MostStates);
        Panel[] panels = together ? [portrait.All(a, b, shown)] : [.. shown.Select(k => portrait.One(a[k], b[k], k, shown.Length))];
        string left = a.shape[0] > shown.Length ? $"; the {shown.Length} most visited of {a.shape[0]} states" : "";
        return new Figure(title)
        {
            Subtitle = "arrows along one step of the mean; their length grows with the root of the step" + left,
            Panels = panels, Columns = Math.Min(panels.Length, 3), SharedY = true, Width = panels.Length > 2 ? 880 : 700,
        };
    }

    /// <summary>The portrait of the mean dynamics E[A b] under q(A, b, Q).</summary>
    /// <param name="q">Natural parameters, a batch [K] of states or a single one; [A b] of shape [n, n + 1] or [n, n].</param>
    /// <param name="paths">Latent paths, each [T, n].</param>
    /// <param name="states">State of each frame of each path.</param>
    /// <param name="styles">Name and colour of each state.</param>
    /// <param name="together">All states in one panel.</param>
    public static Figure Of(MatrixNormalInverseWishart.Natural q, IReadOnlyList<Tensor>? paths = null, IReadOnlyList<int[]>? states = null,
        IReadOnlyList<StateStyle>? styles = null, bool together = false)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor mean = MatrixNormalInverseWishart.ToStandard(q).M;
        long n = mean.shape[^2];
        return Of(mean.narrow(-1, 0, n), mean.shape[^1] > n ? mean.select(-1, n) : null, paths, states, styles, together);
    }

    /// <summary>What the panels have in common: the plane, the paths on it, and the grid of the arrows' tails.</summary>
    private sealed class Portrait
    {
        private readonly LatentPlane plane;
        private readonly Tensor[] paths;
        private readonly IReadOnlyList<int[]>? states;
        private readonly IReadOnlyList<StateStyle> styles;
        private readonly double[] x, y;
        private readonly double cellX, cellY;

        public Portrait(LatentPlane plane, Tensor[] paths, IReadOnlyList<int[]>? states, IReadOnlyList<StateStyle> styles)
        {
            (this.plane, this.paths, this.states, this.styles) = (plane, paths, states, styles);
            (x, cellX) = Cells(0);
            (y, cellY) = Cells(1);
        }

        public int[] MostVisited(int count, int most) => [.. Enumerable.Range(0, count)
            .OrderByDescending(k => states?.Sum(s => s.Count(z => z == k)) ?? 0).ThenBy(k => k).Take(most).Order()];

        public Panel One(Tensor a, Tensor b, int state, int panels)
        {
            StateStyle style = styles[state];
            var panel = new Panel(plane.Labels[0], plane.Labels[1])
                { Title = panels > 1 ? style.Name : null, Height = panels == 1 ? 460 : panels == 2 ? 300 : 240, EqualAspect = true };
            Arrows(panel, a, b, style, (_, _) => true);
            for (int i = 0; i < paths.Length; i++)
            {
                double[] u = TensorNumbers.Column(paths[i], 0), v = TensorNumbers.Column(paths[i], 1);
                if (states is null) { panel.Path(u, v, "path", Palette.Of(1), 1.5f, .8); continue; }
                panel.Path(u, Where(v, states[i], state), "path in this state", Palette.Neutral, 1.6f);
            }
            return panel;
        }

        public Panel All(Tensor a, Tensor b, int[] shown)
        {
            var panel = new Panel(plane.Labels[0], plane.Labels[1]) { Height = 460, EqualAspect = true };
            var visits = Visits();
            foreach (int k in shown)
            {
                for (int i = 0; i < paths.Length; i++)
                    panel.Path(TensorNumbers.Column(paths[i], 0), Where(TensorNumbers.Column(paths[i], 1), states![i], k), styles[k].Name,
                        styles[k].Color, 1.2f, .45);
                using Tensor ak = a[k], bk = b[k];
                Arrows(panel, ak, bk, styles[k], (i, j) => visits.Contains((i, j, k)));
            }
            return panel;
        }

        private void Arrows(Panel panel, Tensor a, Tensor b, StateStyle style, Func<int, int, bool> drawn)
        {
            var tails = (from i in Enumerable.Range(0, Grid) from j in Enumerable.Range(0, Grid) where drawn(i, j) select (X: x[i], Y: y[j])).ToArray();
            if (tails.Length == 0) return;
            using Tensor points = tensor(tails.SelectMany(t => new[] { t.X, t.Y }).ToArray()).reshape(-1, 2);
            using Tensor step = plane.Step(points, a, b);
            double[] u = TensorNumbers.Column(step, 0), v = TensorNumbers.Column(step, 1);
            double longest = Math.Max(u.Zip(v, (p, q) => Math.Sqrt(p * p + q * q)).Max(), 1e-300);
            // ‖step‖ → cell · √(‖step‖ / longest)
            double Scale(int i) => .9 * Math.Min(cellX, cellY) / Math.Sqrt(longest * Math.Max(Math.Sqrt(u[i] * u[i] + v[i] * v[i]), 1e-300));
            panel.Arrows([.. tails.Select(t => t.X)], [.. tails.Select(t => t.Y)], [.. u.Select((p, i) => p * Scale(i))],
                [.. v.Select((q, i) => q * Scale(i))], style.Name, style.Color);
        }

        /// <summary>The ordinates with NaN outside a state; the frame after its last one is kept, so that the step out of it is drawn.</summary>
        private static double[] Where(double[] v, int[] states, int state) =>
            [.. v.Select((value, t) => t < states.Length && states[t] == state || t > 0 && t <= states.Length && states[t - 1] == state ? value : double.NaN)];

        private HashSet<(int, int, int)> Visits()
        {
            var visits = new HashSet<(int, int, int)>();
            for (int p = 0; p < paths.Length; p++)
            {
                double[] u = TensorNumbers.Column(paths[p], 0), v = TensorNumbers.Column(paths[p], 1);
                for (int t = 0; t < Math.Min(u.Length, states![p].Length); t++)
                    visits.Add(((int)Math.Round((u[t] - x[0]) / cellX), (int)Math.Round((v[t] - y[0]) / cellY), states[p][t]));
            }
            return visits;
        }

        private (double[], double) Cells(int axis)
        {
            double[] values = paths.Length == 0 ? [-2, 2] : [.. paths.SelectMany(p => TensorNumbers.Column(p, axis))];
            double low = values.Min(), high = values.Max(), margin = .08 * Math.Max(high - low, 1e-6);
            var cells = CellCenters.Between(low - margin, high + margin, Grid);
            return ([.. Enumerable.Range(0, Grid).Select(i => cells.At(i))], cells.Step);
        }
    }
}
