namespace Svae.Workbench.Display;

/// <summary>
/// One description of a figure: panels one above the other or in a grid. It is drawn twice from the same marks, as a static picture
/// (shown where scripts are stripped: GitHub, print, an untrusted notebook) and as a live Plotly chart.
/// </summary>
/// <example><code>new Figure("Bouncing dot") { Panels = [new Panel("step", "ELBO (nats/frame)").Line(steps, elbo).Level(17.67, "oracle")] }</code></example>
/// <param name="title">What the figure shows; say the finding where there is one.</param>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class Figure(string title) : IMimeBundle
{
    /// <summary>What the figure shows.</summary>
    public string Title { get; } = title;

    /// <summary>A second, smaller line: numbers, settings.</summary>
    public string? Subtitle { get; init; }

    /// <summary>The panels, from top to bottom; with several <see cref="Columns"/> row by row.</summary>
    public IReadOnlyList<Panel> Panels { get; init; } = [];

    /// <summary>How many panels stand side by side.</summary>
    public int Columns { get; init; } = 1;

    /// <summary>All panels have the same x axis, labelled once, at the bottom. Default: true.</summary>
    public bool SharedX { get; init; } = true;

    /// <summary>All panels have the same y axis, labelled once, at the left. Default: false.</summary>
    public bool SharedY { get; init; }

    /// <summary>Width in CSS pixels; the static picture has twice as many.</summary>
    public int Width { get; init; } = 700;

    /// <summary>The static picture, PNG, twice <see cref="Width"/> wide, on a white card.</summary>
    public byte[] ToPng()
    {
        using var picture = StaticFigure.Draw(new FigurePlan(this));
        return Picture.Png(picture);
    }

    /// <summary>The live chart, to be changed further with Plotly.NET.</summary>
    public Plotly.NET.GenericChart ToPlotly() => LiveFigure.Build(new FigurePlan(this));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var plan = new FigurePlan(this);
        using var picture = StaticFigure.Draw(plan);
        byte[] png = Picture.Png(picture);
        return new Dictionary<string, string>
        {
            ["text/html"] = FigureHtml.Write(plan, png),
            ["image/png"] = Convert.ToBase64String(png),
            ["text/plain"] = plan.Summary(),
        };
    }

    /// <summary>The one-line summary that <c>text/plain</c> holds.</summary>
    public override string ToString() => new FigurePlan(this).Summary();
}
