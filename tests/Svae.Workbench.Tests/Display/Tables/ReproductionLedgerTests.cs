using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class ReproductionLedgerTests
{
    [Fact]
    public void A_name_recorded_twice_keeps_its_place_and_its_last_value()
    {
        var ledger = new ReproductionLedger { Seed = 3 };
        ledger.Record("a", 1);
        ledger.Record("b", 2, seed: 7);
        ledger.Record("a", 5);
        Assert.Equal([("a", 5.0, 3L), ("b", 2.0, 7L)], ledger.Scores.Select(s => (s.Name, s.Value, s.Seed!.Value)));
    }

    [Fact]
    public void It_shows_what_holds_what_does_not_and_what_claims_nothing()
    {
        var ledger = new ReproductionLedger();
        ledger.Record("accuracy", .7, atLeast: .58, reference: .52, referenceSource: "published code");
        ledger.Record("gap <b>", 2e-3, atMost: 1e-6, oracle: "quadrature", unit: "nats");
        ledger.Record("ELBO", -4);
        Assert.Equal("""
            ✓ accuracy: 0.7 (claim: ≥ 0.58); 0.52 (published code)
            ✗ gap <b>: 0.002 nats (claim: ≤ 1e−6); oracle: quadrature
            · ELBO: −4
            1 of 2 claims hold
            """.ReplaceLineEndings("\n"), ledger.ToString());
        string html = ledger.ToMimeBundle()["text/html"];
        Assert.Contains("gap &lt;b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("1 of 2 claims hold", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_and_its_claim_have_one_line_and_a_long_source_may_wrap()
    {
        var ledger = new ReproductionLedger();
        ledger.Record("gap", 2e-9, atMost: 1e-8, oracle: "a long name of an oracle", unit: "nats");
        string[] cells = ledger.ToMimeBundle()["text/html"].Split("<td ")[1..];
        Assert.Equal([false, false, true, true, false], cells.Select(cell => cell.Contains("white-space:nowrap", StringComparison.Ordinal)));
        Assert.Contains(">≤ 1e−8<", cells[3], StringComparison.Ordinal);
    }

    [Fact]
    public void A_tolerance_without_a_reference_is_refused_by_name()
    {
        var ledger = new ReproductionLedger();
        Assert.StartsWith("x: tolerance", Assert.Throws<ArgumentException>(() => ledger.Record("x", 1, tolerance: .1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("x: tolerance", Assert.Throws<ArgumentException>(() => ledger.Record("x", 1, reference: 1, tolerance: -1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("name", Assert.Throws<ArgumentException>(() => ledger.Record(" ", 1)).Message, StringComparison.Ordinal);
    }
}
