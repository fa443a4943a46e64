namespace Svae.Notebooks.Scripting;

/// <summary>What <c>display</c> returns: a place in the output whose content can be replaced, also from a later cell.</summary>
public sealed class DisplayedValue
{
    private readonly ICellOutput output;

    internal DisplayedValue(ICellOutput output, string id) => (this.output, Id) = (output, id);

    /// <summary>The name of the place.</summary>
    public string Id { get; }

    /// <summary>Shows another value in the same place.</summary>
    public void Update(object? value) => (CellContext.Output ?? output).Update(Id, MimeBundles.Of(value));
}
