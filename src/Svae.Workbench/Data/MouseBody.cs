namespace Svae.Workbench.Data;

/// <summary>
/// The body of a mouse seen from above: five ellipsoids along a bending spine, drawn as a height map. The result is
/// centred and turned to face right, as an extraction does, up to the alignment errors of the posture.
/// </summary>
internal sealed class MouseBody(double size)
{
    /// <summary>Millimetres a pixel.</summary>
    public const double PixelSize = 1.70;

    private const int Parts = 5;
    private const double BaseHeight = 17;   // of the spine above the floor, mm
    private const double Degree = Math.PI / 180;
    private const double AlignShare = .75;   // of the long axis's turn that the extraction undoes; the rest shows as bend

    // Along the spine from hips to snout: position and half axes (length, width, height), mm.
    private static readonly double[] Position = [-19, -4, 11, 22, 29];
    private static readonly double[] HalfLength = [13, 15, 12, 8.5, 6.5];
    private static readonly double[] HalfWidth = [12.5, 14, 11.5, 7.5, 4.5];
    private static readonly double[] HalfHeight = [14, 15.5, 13, 9, 5.5];

    // How much of the bend, the pitches and the hump each segment (or part) takes.
    private static readonly double[] BendShare = [0, .35, .75, 1];
    private static readonly double[] HeadShare = [0, 0, .5, 1];
    private static readonly double[] HumpShare = [.5, 1, .6, 0, 0];

    private readonly double[] x = new double[Parts], y = new double[Parts], z = new double[Parts];
    private readonly double[] yaw = new double[Parts], pitch = new double[Parts];

    /// <summary>Draws the body into a square height map (mm; 0 where there is no body).</summary>
    public void Draw(in MousePosture posture, Span<float> heights, int side)
    {
        heights.Clear();
        BendSpine(posture);
        Align(posture);
        for (int i = 0; i < Parts; i++) DrawPart(i, posture, heights, side);
    }

    private void BendSpine(in MousePosture posture)
    {
        MousePose pose = posture.Pose;
        (x[0], y[0], z[0]) = (0, 0, BaseHeight * size);
        double lastYaw = 0, lastPitch = 0;
        for (int s = 0; s < Parts - 1; s++)
        {
            double segmentYaw = (pose.Bend * BendShare[s] + posture.HeadYaw * HeadShare[s]) * Degree;
            double segmentPitch = (pose.Pitch + pose.HeadPitch * HeadShare[s]) * Degree;
            double length = (Position[s + 1] - Position[s]) * pose.Length * size;
            x[s + 1] = x[s] + length * Math.Cos(segmentPitch) * Math.Cos(segmentYaw);
            y[s + 1] = y[s] + length * Math.Cos(segmentPitch) * Math.Sin(segmentYaw);
            z[s + 1] = z[s] + length * Math.Sin(segmentPitch);
            yaw[s] = s == 0 ? segmentYaw : (lastYaw + segmentYaw) / 2;
            pitch[s] = s == 0 ? segmentPitch : (lastPitch + segmentPitch) / 2;
            (lastYaw, lastPitch) = (segmentYaw, segmentPitch);
        }
        (yaw[Parts - 1], pitch[Parts - 1]) = (lastYaw, lastPitch);
        for (int i = 0; i < Parts; i++) z[i] += HumpShare[i] * pose.Hump;
    }

    /// <summary>Moves the footprint's centre to the origin and turns its long axis towards the right, between hips and axis.</summary>
    private void Align(in MousePosture posture)
    {
        double sum = 0, mx = 0, my = 0, sxx = 0, sxy = 0, syy = 0;
        for (int i = 0; i < Parts; i++)
        {
            double w = HalfLength[i] * HalfWidth[i];
            (sum, mx, my) = (sum + w, mx + w * x[i], my + w * y[i]);
        }
        (mx, my) = (mx / sum, my / sum);
        for (int i = 0; i < Parts; i++)
        {
            double w = HalfLength[i] * HalfWidth[i] / sum, dx = x[i] - mx, dy = y[i] - my;
            (sxx, sxy, syy) = (sxx + w * dx * dx, sxy + w * dx * dy, syy + w * dy * dy);
        }
        double turn = -AlignShare * 0.5 * Math.Atan2(2 * sxy, sxx - syy) + posture.Turn * Degree;
        (double sin, double cos) = Math.SinCos(turn);
        for (int i = 0; i < Parts; i++)
        {
            double dx = x[i] - mx, dy = y[i] - my;
            (x[i], y[i]) = (cos * dx - sin * dy + posture.ShiftX, sin * dx + cos * dy + posture.ShiftY);
            yaw[i] += turn;
            z[i] += Math.Tan(posture.Roll * Degree) * y[i];
        }
    }

    /// <summary>
    /// The upper surface of one ellipsoid <c>dᵀM d = 1</c>: at each pixel the larger root in <c>dz</c> of
    /// <c>M₃₃dz² + 2(M₁₃dx + M₂₃dy)dz + M₁₁dx² + 2M₁₂dxdy + M₂₂dy² − 1 = 0</c>; the map keeps the higher of what is there.
    /// </summary>
    private void DrawPart(int i, in MousePosture posture, Span<float> heights, int side)
    {
        double a = HalfLength[i] * size * (.4 + .6 * posture.Pose.Length), b = HalfWidth[i] * size * posture.Pose.Width, c = HalfHeight[i] * size;
        (double sinYaw, double cosYaw) = Math.SinCos(yaw[i]);
        (double sinPitch, double cosPitch) = Math.SinCos(pitch[i]);
        // Axes of the ellipsoid in the world: along u, across v, up w.
        (double ux, double uy, double uz) = (cosPitch * cosYaw, cosPitch * sinYaw, sinPitch);
        (double vx, double vy) = (-sinYaw, cosYaw);
        (double wx, double wy, double wz) = (-sinPitch * cosYaw, -sinPitch * sinYaw, cosPitch);
        double A = 1 / (a * a), B = 1 / (b * b), C = 1 / (c * c);
        double m11 = A * ux * ux + B * vx * vx + C * wx * wx, m22 = A * uy * uy + B * vy * vy + C * wy * wy;
        double m12 = A * ux * uy + B * vx * vy + C * wx * wy, m33 = A * uz * uz + C * wz * wz;
        double m13 = A * ux * uz + C * wx * wz, m23 = A * uy * uz + C * wy * wz;

        double reach = Math.Max(a, Math.Max(b, c)), middle = (side - 1) / 2.0;
        int firstRow = Math.Max(0, (int)Math.Ceiling(middle + (y[i] - reach) / PixelSize));
        int lastRow = Math.Min(side - 1, (int)Math.Floor(middle + (y[i] + reach) / PixelSize));
        int firstColumn = Math.Max(0, (int)Math.Ceiling(middle + (x[i] - reach) / PixelSize));
        int lastColumn = Math.Min(side - 1, (int)Math.Floor(middle + (x[i] + reach) / PixelSize));
        for (int row = firstRow; row <= lastRow; row++)
        {
            double dy = (row - middle) * PixelSize - y[i];
            Span<float> line = heights.Slice(row * side, side);
            for (int column = firstColumn; column <= lastColumn; column++)
            {
                double dx = (column - middle) * PixelSize - x[i];
                double half = m13 * dx + m23 * dy;
                double discriminant = half * half - m33 * (m11 * dx * dx + 2 * m12 * dx * dy + m22 * dy * dy - 1);
                if (discriminant < 0) continue;
                float height = (float)(z[i] + (Math.Sqrt(discriminant) - half) / m33);
                if (height > line[column]) line[column] = height;
            }
        }
    }
}
