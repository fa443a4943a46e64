using SkiaSharp;
using Svae.Workbench.Behavior;

namespace Svae.Workbench.Display;

/// <summary>
/// The grammar of behaviour as a graph: a disc per state, its area the usage, and an arrow per frequent succession, its width the
/// probability that this state is the next.
/// </summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class TransitionGraph : IMimeBundle
{
    private const float Side = 640, Header = 64;
    private readonly Syllables syllables;
    private readonly IReadOnlyList<StateStyle> styles;
    private readonly int[] shown;
    private readonly double leastProbability;

    /// <param name="syllables">Statistics of the labels.</param>
    /// <param name="styles">Name and colour of each state.</param>
    /// <param name="leastProbability">Successions less probable than this are not drawn.</param>
    /// <param name="leastUsage">States used less than this are not drawn.</param>
    public TransitionGraph(Syllables syllables, IReadOnlyList<StateStyle> styles, double leastProbability = .12, double leastUsage = .005)
    {
        (this.syllables, this.styles, this.leastProbability) = (syllables, styles, leastProbability);
        shown = Arrange(syllables, syllables.ByUsage.Where(k => syllables.Usage[k] >= leastUsage).ToArray());
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        using var bitmap = Picture.Blank((int)Side * 2, (int)(Side + Header) * 2, SKColors.White);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Scale(2);
            Draw(canvas);
        }
        byte[] png = Picture.Png(bitmap);
        return new Dictionary<string, string>
        {
            ["text/html"] = StillHtml.Write(png, (int)Side, ToString()),
            ["image/png"] = Convert.ToBase64String(png),
            ["text/plain"] = ToString(),
        };
    }

    /// <summary>The most probable successor of each state, in one line.</summary>
    public override string ToString() => "Transitions: " + string.Join(", ", shown.Select(from =>
    {
        int to = shown.MaxBy(k => syllables.TransitionProbabilities[from, k]);
        return FormattableString.Invariant($"{styles[from].Name} → {styles[to].Name} {syllables.TransitionProbabilities[from, to]:F2}");
    }));

    private void Draw(SKCanvas canvas)
    {
        using SKFont title = Lettering.Font(16, bold: true), text = Lettering.Font(13);
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(0x22, 0x22, 0x22) };
        canvas.DrawText("The grammar of behaviour", 12, 27, title, ink);
        ink.Color = new SKColor(0x55, 0x55, 0x55);
        canvas.DrawText(FormattableString.Invariant($"disc area: usage; arrow width: probability of being next (from {leastProbability:0.##})"), 12, 47, text, ink);
        SKPoint[] at = shown.Select((_, i) => Place(i)).ToArray();
        var arrows = from i in Enumerable.Range(0, shown.Length) from j in Enumerable.Range(0, shown.Length)
                     let p = syllables.TransitionProbabilities[shown[i], shown[j]]
                     where i != j && p >= leastProbability orderby p select (i, j, p);
        foreach (var (i, j, p) in arrows) Arrow(canvas, at[i], at[j], Radius(i), Radius(j), p, SKColor.Parse(styles[shown[i]].Color));
        for (int i = 0; i < shown.Length; i++) Disc(canvas, at[i], i, text);
    }

    private SKPoint Place(int i)
    {
        double angle = 2 * Math.PI * i / shown.Length - Math.PI / 2;
        float ring = Side / 2 - 104;
        return new SKPoint(Side / 2 + ring * (float)Math.Cos(angle), Header + Side / 2 - 12 + ring * (float)Math.Sin(angle));
    }

    private float Radius(int i) => 7 + 58 * (float)Math.Sqrt(syllables.Usage[shown[i]] / Math.Max(shown.Length / 8.0, 1));

    private void Disc(SKCanvas canvas, SKPoint at, int i, SKFont font)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = SKColor.Parse(styles[shown[i]].Color) };
        canvas.DrawCircle(at, Radius(i), paint);
        paint.Color = SKColors.White;
        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeWidth = 1.5f;
        canvas.DrawCircle(at, Radius(i), paint);
        SKPoint centre = new(Side / 2, Header + Side / 2 - 12);
        float dx = at.X - centre.X, dy = at.Y - centre.Y, norm = MathF.Max(MathF.Sqrt(dx * dx + dy * dy), 1e-3f), out_ = Radius(i) + 7;
        var align = dx / norm > .3 ? SKTextAlign.Left : dx / norm < -.3 ? SKTextAlign.Right : SKTextAlign.Center;
        float y = at.Y + dy / norm * out_ + (Math.Abs(dx / norm) > .3 ? 4 : dy > 0 ? 13 : -2);
        float width = font.MeasureText(styles[shown[i]].Name), x = at.X + dx / norm * out_;
        if (align == SKTextAlign.Left) x = Math.Min(x, Side - width - 2);
        if (align == SKTextAlign.Right) x = Math.Max(x, width + 2);
        paint.StrokeWidth = 3.5f;
        canvas.DrawText(styles[shown[i]].Name, x, y, align, font, paint);
        paint.Style = SKPaintStyle.Fill;
        paint.Color = new SKColor(0x22, 0x22, 0x22);
        canvas.DrawText(styles[shown[i]].Name, x, y, align, font, paint);
    }

    /// <summary>A curved arrow that leaves the straight line to its right, so that there and back do not coincide.</summary>
    private static void Arrow(SKCanvas canvas, SKPoint from, SKPoint to, float leave, float arrive, double probability, SKColor color)
    {
        float width = 1 + 9 * (float)probability, head = 6 + 1.4f * width;
        SKPoint d = to - from;
        SKPoint bend = new((from.X + to.X) / 2 - .16f * d.Y, (from.Y + to.Y) / 2 + .16f * d.X);
        SKPoint Toward(SKPoint a, SKPoint b, float by) { var v = b - a; float n = MathF.Max(v.Length, 1e-3f); return new(a.X
            + v.X / n * by, a.Y + v.Y / n * by); }
        SKPoint start = Toward(from, bend, leave + 1), tip = Toward(to, bend, arrive + 2), neck = Toward(tip, bend, head);
        using var curve = new SKPath();
        curve.MoveTo(start);
        curve.QuadTo(bend, neck);
        using var paint = new SKPaint { IsAntialias = true, Color = color.WithAlpha(205), Style = SKPaintStyle.Stroke,
            StrokeWidth = width };
        canvas.DrawPath(curve, paint);
        SKPoint v = tip - neck, side = new(-v.Y * .5f, v.X * .5f);
        using var triangle = new SKPath();
        triangle.MoveTo(tip);
        triangle.LineTo(neck + side);
        triangle.LineTo(neck - side);
        triangle.Close();
        paint.Style = SKPaintStyle.Fill;
        canvas.DrawPath(triangle, paint);
    }

    /// <summary>Round the circle so that each state stands beside the one it is most entwined with.</summary>
    private static int[] Arrange(Syllables syllables, int[] states)
    {
        if (states.Length == 0) return states;
        double Tie(int a, int b) => syllables.TransitionProbabilities[a, b] + syllables.TransitionProbabilities[b, a];
        var order = new List<int> { states[0] };
        var left = states.Skip(1).ToList();
        while (left.Count > 0)
        {
            int next = left.MaxBy(k => Tie(order[^1], k));
            order.Add(next);
            left.Remove(next);
        }
        return order.ToArray();
    }
}
