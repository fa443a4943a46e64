namespace Svae.Notebooks.Export;

/// <summary>Commands of LaTeX that stand for one sign or one word.</summary>
internal static class LatexSymbols
{
    /// <summary>Letters: set in italics like a variable, or upright where the sign has no italics.</summary>
    public static readonly IReadOnlyDictionary<string, string> Letters = Table(
        """
        alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν xi ξ
        omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω
        Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
        ell ℓ hbar ℏ infty ∞ emptyset ∅ varnothing ∅ partial ∂ imath ı jmath ȷ Re ℜ Im ℑ top ⊤ bot ⊥ aleph ℵ
        ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ forall ∀ exists ∃ nabla ∇ # # % % $ $ & & _ _
        """);

    /// <summary>Operators, relations, arrows and fences.</summary>
    public static readonly IReadOnlyDictionary<string, string> Operators = Table(
        """
        cdot ⋅ times × div ÷ pm ± mp ∓ ast ∗ star ⋆ circ ∘ bullet ∙ otimes ⊗ oplus ⊕ odot ⊙ ominus ⊖ wedge ∧ vee ∨ land ∧ lor ∨ neg ¬ lnot ¬
        cap ∩ cup ∪ setminus ∖ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ ll ≪ gg ≫ equiv ≡ approx ≈ sim ∼ simeq ≃ cong ≅ propto ∝ prec ≺ succ ≻
        preceq ⪯ succeq ⪰ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ perp ⊥ parallel ∥ mid ∣ nmid ∤ vdash ⊢ models ⊨ doteq ≐
        to → rightarrow → leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ implies ⟹ iff ⟺ mapsto ↦
        longrightarrow ⟶ longleftarrow ⟵ Longrightarrow ⟹ hookrightarrow ↪ uparrow ↑ downarrow ↓ nearrow ↗ searrow ↘ rightharpoonup ⇀
        langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lbrace { rbrace } { { } } lbrack [ rbrack ] vert | lvert | rvert | Vert ‖ lVert ‖ rVert ‖ | ‖
        backslash \ colon : triangleq ≜ coloneqq ≔ prime ′ dagger † angle ∠ int ∫ iint ∬ oint ∮ surd √ leftharpoondown ↽
        """);

    /// <summary>Operators whose limits stand above and below in a displayed formula.</summary>
    public static readonly IReadOnlyDictionary<string, string> Big = Table(
        "sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigvee ⋁ bigwedge ⋀");

    /// <summary>Functions with a name; those of the second line carry limits.</summary>
    public static readonly IReadOnlySet<string> Functions = Words(
        "log ln exp sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan dim det ker deg arg hom lg Pr gcd tr diag");

    /// <summary>Functions that carry limits below.</summary>
    public static readonly IReadOnlySet<string> LimitFunctions = Words("max min sup inf lim limsup liminf argmax argmin");

    /// <summary>Marks set above (or below) what follows.</summary>
    public static readonly IReadOnlyDictionary<string, string> Accents = Table(
        "hat ˆ widehat ˆ tilde ˜ widetilde ˜ bar ¯ overline ¯ dot ˙ ddot ¨ vec → overrightarrow → check ˇ breve ˘ acute ´ grave `");

    /// <summary>Spaces, in em.</summary>
    public static readonly IReadOnlyDictionary<string, string> Spaces = new Dictionary<string, string>
    {
        [","] = "0.167em", [":"] = "0.222em", [">"] = "0.222em", [";"] = "0.278em", ["!"] = "-0.167em", [" "] = "0.278em", ["~"] = "0.278em",
        ["quad"] = "1em", ["qquad"] = "2em", ["enspace"] = "0.5em", ["thinspace"] = "0.167em", ["medspace"] = "0.222em",
    };

    private static Dictionary<string, string> Table(string pairs)
    {
        string[] words = pairs.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(0, words.Length / 2).ToDictionary(i => words[2 * i], i => words[2 * i + 1]);
    }

    private static HashSet<string> Words(string words) => [.. words.Split(' ')];
}
