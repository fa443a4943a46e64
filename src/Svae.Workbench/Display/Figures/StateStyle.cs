namespace Svae.Workbench.Display;

/// <summary>How a discrete state is shown everywhere: its name and its colour.</summary>
/// <param name="Name">"groom", or "state 7".</param>
/// <param name="Color"><c>#RRGGBB</c>.</param>
public sealed record StateStyle(string Name, string Color)
{
    /// <summary>Styles of states 0 … K − 1, in the order of the palette.</summary>
    /// <param name="names">One name per state.</param>
    public static IReadOnlyList<StateStyle> For(IReadOnlyList<string> names) =>
        names.Select((name, k) => new StateStyle(name, Palette.Of(k))).ToArray();

    /// <summary>Styles of K states that have no names: "state 0", "state 1", ….</summary>
    /// <param name="count">K.</param>
    public static IReadOnlyList<StateStyle> For(int count) => For(Enumerable.Range(0, count).Select(k => $"state {k}").ToArray());

    /// <summary>
    /// Styles of inferred states that wear name and colour of the true state they are matched with. Of several that share one, the
    /// later ones are lighter and get a prime; an unmatched state gets a colour that no true state has.
    /// </summary>
    /// <param name="truth">Styles of the true states.</param>
    /// <param name="inferredToTrue">For each inferred state the true one, or −1.</param>
    /// <param name="states">K, when the last inferred states never occurred and so have no entry.</param>
    public static IReadOnlyList<StateStyle> Matched(IReadOnlyList<StateStyle> truth, IReadOnlyList<int> inferredToTrue, int? states = null)
    {
        var taken = new int[truth.Count];
        int spare = truth.Count;
        var styles = new StateStyle[Math.Max(states ?? 0, inferredToTrue.Count)];
        for (int k = 0; k < styles.Length; k++)
        {
            int match = k < inferredToTrue.Count ? inferredToTrue[k] : -1;
            if (match < 0 || match >= truth.Count) { styles[k] = new StateStyle($"state {k}", Palette.Of(spare++)); continue; }
            int before = taken[match]++;
            styles[k] = before == 0 ? truth[match] : new StateStyle(truth[match].Name + new string('′', before),
                Lighter(truth[match].Color, before));
        }
        return styles;
    }

    private static string Lighter(string color, int times)
    {
        double keep = Math.Max(Math.Pow(.65, times), .2);
        int Channel(int at) => (int)Math.Round(255 - keep * (255 - Convert.ToInt32(color.Substring(at, 2), 16)));
        return $"#{Channel(1):X2}{Channel(3):X2}{Channel(5):X2}";
    }
}
