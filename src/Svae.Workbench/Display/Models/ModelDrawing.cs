using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>The picture of a <see cref="ModelGraph"/>.</summary>
internal static class ModelDrawing
{
    private const int Width = 940;
    private const float Margin = 14, Line = 17, Head = 26, Small = 46, Box = 186, Middle = 232, Gap = (Width - 2 * Margin - 2 * Small - 2 * Box - Middle - 20) / 4;
    private static readonly SKColor ink = new(0x22, 0x22, 0x22), faint = new(0x55, 0x55, 0x55);

    public static byte[] Draw(ModelGraph.Part theta, ModelGraph.Part encode, ModelGraph.Part model, ModelGraph.Part decode, out int width)
    {
        width = Width;
        float top = Margin + Height(theta) + 66, tallest = new[] { encode, model, decode }.Max(Height), middle = top + 20 + tallest / 2;
        using SKBitmap picture = Picture.Blank(Width * 2, (int)(top + tallest + 20 + 28 + Margin) * 2, SKColors.White);
        using (var canvas = new SKCanvas(picture))
        {
            canvas.Scale(2);
            Plate(canvas, new SKRect(Margin, top, Width - Margin, top + tallest + 44));
            float x = Margin + 10;
            float[] left = new float[5], wide = [Small, Box, Middle, Box, Small];
            for (int i = 0; i < 5; i++, x += Gap) { left[i] = x; x += wide[i]; }
            float thetaLeft = left[2] + Middle / 2 - 150;
            Rounded(canvas, theta, new SKRect(thetaLeft, Margin, thetaLeft + 300, Margin + Height(theta)), Palette.Of(4));
            Arrow(canvas, new(left[2] + Middle / 2, Margin + Height(theta)), new(left[2] + Middle / 2, middle - Height(model) / 2), "E[t(θ)]", sideways: false);
            Circle(canvas, "y", left[0] + Small / 2, middle, observed: true);
            string[] between = ["", "ψ(x; y)", "x ~ q(x)", ""];
            Place(encode, 1, Palette.Of(0));
            Place(model, 2, Palette.Of(2));
            Place(decode, 3, Palette.Of(1));
            Circle(canvas, "ŷ", left[4] + Small / 2, middle, observed: false);
            for (int i = 0; i < 4; i++) Arrow(canvas, new(left[i] + wide[i], middle), new(left[i + 1], middle), between[i], sideways: true);

            void Place(ModelGraph.Part part, int column, string color) => Rounded(canvas, part,
                new SKRect(left[column], middle - Height(part) / 2, left[column] + wide[column], middle + Height(part) / 2), color);
        }
        return Picture.Png(picture);
    }

    private static float Height(ModelGraph.Part part) => Head + Line * part.Lines.Count + 10;

    private static void Rounded(SKCanvas canvas, ModelGraph.Part part, SKRect place, string color)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = SKColor.Parse(color).WithAlpha(26) };
        canvas.DrawRoundRect(place, 8, 8, paint);
        (paint.Color, paint.Style, paint.StrokeWidth) = (SKColor.Parse(color), SKPaintStyle.Stroke, 1.6f);
        canvas.DrawRoundRect(place, 8, 8, paint);
        using SKFont title = Lettering.Font(12.5f, bold: true), text = Lettering.Font(12.5f);
        (paint.Color, paint.Style) = (ink, SKPaintStyle.Fill);
        canvas.DrawText(Fitting(part.Title, title, place.Width - 16), place.MidX, place.Top + 18, SKTextAlign.Center, title, paint);
        for (int i = 0; i < part.Lines.Count; i++)
        {
            paint.Color = i == part.Lines.Count - 1 ? faint : ink;
            canvas.DrawText(Fitting(part.Lines[i], text, place.Width - 16), place.MidX, place.Top + Head + 12 + Line * i, SKTextAlign.Center, text, paint);
        }
    }

    private static string Fitting(string text, SKFont font, float room)
    {
        if (font.MeasureText(text) <= room) return text;
        while (text.Length > 1 && font.MeasureText(text + "…") > room) text = text[..^1];
        return text + "…";
    }

    private static void Circle(SKCanvas canvas, string text, float x, float y, bool observed)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = observed ? new SKColor(0xDD, 0xDD, 0xDD) : SKColors.White };
        canvas.DrawCircle(x, y, Small / 2, paint);
        (paint.Color, paint.Style, paint.StrokeWidth) = (ink, SKPaintStyle.Stroke, 1.4f);
        canvas.DrawCircle(x, y, Small / 2, paint);
        using SKFont font = Lettering.Font(17);
        paint.Style = SKPaintStyle.Fill;
        canvas.DrawText(text, x, y + 6, SKTextAlign.Center, font, paint);
    }

    private static void Plate(SKCanvas canvas, SKRect place)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = new SKColor(0x99, 0x99, 0x99), Style = SKPaintStyle.Stroke, StrokeWidth = 1.2f };
        canvas.DrawRoundRect(place, 10, 10, paint);
        using SKFont font = Lettering.Font(12.5f);
        (paint.Color, paint.Style) = (faint, SKPaintStyle.Fill);
        canvas.DrawText("for each sequence, t = 1 … T", place.Right - 10, place.Bottom - 9, SKTextAlign.Right, font, paint);
    }

    private static void Arrow(SKCanvas canvas, SKPoint from, SKPoint to, string label, bool sideways)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = faint, Style = SKPaintStyle.Stroke, StrokeWidth = 1.6f };
        SKPoint end = sideways ? new(to.X - 3, to.Y) : new(to.X, to.Y - 3);
        canvas.DrawLine(from, end, paint);
        SKPoint a = sideways ? new(end.X - 7, end.Y - 4) : new(end.X - 4, end.Y - 7), b = sideways ? new(end.X - 7, end.Y + 4) : new(end.X + 4, end.Y - 7);
        canvas.DrawLine(a, end, paint);
        canvas.DrawLine(b, end, paint);
        using SKFont font = Lettering.Font(12);
        paint.Style = SKPaintStyle.Fill;
        if (sideways) canvas.DrawText(label, (from.X + to.X) / 2, from.Y - 8, SKTextAlign.Center, font, paint);
        else canvas.DrawText(label, from.X + 8, (from.Y + to.Y) / 2 - 6, SKTextAlign.Left, font, paint);
    }
}
