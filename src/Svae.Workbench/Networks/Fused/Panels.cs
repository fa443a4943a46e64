namespace Svae.Workbench.Networks.Fused;

/// <summary>How the points of a call are cut into panels of equal width, the last filled up with zeros.</summary>
internal readonly unsafe struct Panels
{
    /// <summary>A panel of some ten features stays in the first-level cache.</summary>
    private const int Widest = 128;

    /// <param name="points">Points in all.</param>
    public Panels(int points)
    {
        Points = points;
        Count = (points + Widest - 1) / Widest;
        int each = Count == 0 ? 0 : (points + Count - 1) / Count;
        Width = (each + PanelProduct.Lanes - 1) / PanelProduct.Lanes * PanelProduct.Lanes;
    }

    public int Points { get; }

    public int Count { get; }

    public int Width { get; }

    /// <summary>Brings rows of points, [points, features], into a panel, [features, width].</summary>
    public void Load(int panel, float* rows, int features, float* to)
    {
        int from = panel * Width, count = Filled(panel);
        rows += (long)from * features;
        for (int feature = 0; feature < features; feature++, to += Width)
        {
            for (int point = 0; point < count; point++) to[point] = rows[(long)point * features + feature];
            for (int point = count; point < Width; point++) to[point] = 0;
        }
    }

    /// <summary>Brings a panel back into rows of points.</summary>
    public void Save(int panel, float* from, int features, float* rows)
    {
        int count = Filled(panel);
        rows += (long)panel * Width * features;
        for (int feature = 0; feature < features; feature++, from += Width)
            for (int point = 0; point < count; point++) rows[(long)point * features + feature] = from[point];
    }

    private int Filled(int panel) => Math.Clamp(Points - panel * Width, 0, Width);
}
