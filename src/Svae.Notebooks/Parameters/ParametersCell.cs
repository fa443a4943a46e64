using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Parameters;

/// <summary>
/// The cell tagged <c>parameters</c> holds a notebook's defaults; other values go into a cell tagged <c>injected-parameters</c>
/// right after it, as papermill does.
/// </summary>
internal sealed class ParametersCell
{
    private const string Tag = "parameters", InjectedTag = "injected-parameters";

    private ParametersCell(int index, IReadOnlyList<NotebookParameter> parameters) => (Index, Parameters) = (index, parameters);

    /// <summary>Position of the cell.</summary>
    public int Index { get; }

    /// <summary>The variables it declares.</summary>
    public IReadOnlyList<NotebookParameter> Parameters { get; }

    /// <summary>The notebook's parameters cell; null when it has none.</summary>
    public static ParametersCell? Find(NotebookDocument notebook)
    {
        int index = notebook.Cells.ToList().FindIndex(cell => cell.IsCode && cell.Tags.Contains(Tag));
        return index < 0 ? null : new ParametersCell(index, Declared(notebook.Cells[index].Source));
    }

    /// <summary>Gives parameters other values: puts the injected cell into the notebook, in place of a former one.</summary>
    /// <param name="notebook">The notebook, which is changed.</param>
    /// <param name="values">Names and texts; a name given twice counts with its last value.</param>
    /// <param name="quick">Sets a <c>bool Quick</c> where there is one.</param>
    /// <exception cref="ParameterException">A name is unknown, or a text is no value of the type.</exception>
    public static void Inject(NotebookDocument notebook, IReadOnlyList<(string Name, string Value)> values, bool quick)
    {
        for (int i = notebook.Cells.Count - 1; i >= 0; i--)
            if (notebook.Cells[i].Tags.Contains(InjectedTag)) notebook.RemoveAt(i);
        var cell = Find(notebook);
        if (quick && cell?.Parameters.Any(p => p is { Name: "Quick", IsBoolean: true }) == true && values.All(value => value.Name != "Quick"))
            values = [.. values, ("Quick", "true")];
        if (values.Count == 0) return;
        if (cell is null) throw new ParameterException($"parameter {values[0].Name}: this notebook has no cell tagged \"{Tag}\"");
        var statements = values.GroupBy(value => value.Name).Select(group => cell.Named(group.Key).Assignment(group.Last().Value));
        notebook.Insert(cell.Index + 1, NotebookCell.Code("// Parameters\n" + string.Join("\n", statements), InjectedTag));
    }

    /// <summary>The values a notebook will run with, as text: the defaults as written, then what was injected.</summary>
    public static IReadOnlyDictionary<string, string> InForce(NotebookDocument notebook) =>
        Values(notebook, notebook.Cells.Where(cell => cell.Tags.Contains(InjectedTag)).SelectMany(cell => Assigned(cell.Source)));

    /// <summary>The notebook's own values, as text: the defaults as written.</summary>
    public static IReadOnlyDictionary<string, string> Defaults(NotebookDocument notebook) => Values(notebook, []);

    private static Dictionary<string, string> Values(NotebookDocument notebook, IEnumerable<(string Name, string Literal)> injected)
    {
        var values = new Dictionary<string, string>();
        if (Find(notebook) is not { } cell) return values;
        foreach (var (name, literal) in cell.Parameters.Select(p => (p.Name, p.Default)).Concat(injected))
            values[name] = literal is ['"', .. var text, '"'] ? text : literal;
        return values;
    }

    private static IEnumerable<(string Name, string Literal)> Assigned(string source) => source.Split('\n')
        .Select(line => line.Split(" = ", 2)).Where(sides => sides.Length == 2)
        .Select(sides => (sides[0].Split(' ')[^1], sides[1].TrimEnd(';')));

    private NotebookParameter Named(string name)
    {
        var found = Parameters.FirstOrDefault(p => p.Name == name)
            ?? Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (found is not null) return found;
        string near = NearestName.Of(name, Parameters.Select(p => p.Name)) is { } nearest ? $" Did you mean {nearest}?" : "";
        string known = string.Join(", ", Parameters.Select(p => $"{p.Name} ({p.TypeName})"));
        throw new ParameterException($"parameter {name} is unknown.{near} This notebook has: {known}");
    }

    private static List<NotebookParameter> Declared(string source)
    {
        lock (ScriptEnvironment.Compiling) return DeclaredLocked(source);
    }

    private static List<NotebookParameter> DeclaredLocked(string source)
    {
        var compilation = CSharpScript.Create(source, ScriptEnvironment.First("parameters", []), typeof(CellGlobals)).GetCompilation();
        var tree = compilation.SyntaxTrees.Last();
        var model = compilation.GetSemanticModel(tree);
        return ((CompilationUnitSyntax)tree.GetRoot()).Members.OfType<FieldDeclarationSyntax>()
            .SelectMany(field => field.Declaration.Variables)
            .Select(variable => (variable, Symbol: model.GetDeclaredSymbol(variable) as IFieldSymbol))
            .Where(pair => pair.Symbol is not null)
            .Select(pair => new NotebookParameter(pair.Symbol!.Name, pair.Symbol.Type, pair.Symbol.IsConst, pair.variable.Initializer?.Value.ToString() ?? ""))
            .ToList();
    }
}
