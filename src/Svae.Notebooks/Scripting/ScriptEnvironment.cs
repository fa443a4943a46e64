using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace Svae.Notebooks.Scripting;

/// <summary>What a cell can use without saying so: the references and usings given with a session's first submission.</summary>
internal static class ScriptEnvironment
{
    private static readonly Lazy<IReadOnlyList<MetadataReference>> SharedReferences = new(FindReferences);

    /// <summary>
    /// Held by whoever compiles: two compilations over the shared references at once now and then lose a type
    /// ("must implement 'System.IDisposable'").
    /// </summary>
    public static Lock Compiling { get; } = new();

    /// <summary>The framework and everything that stands beside this program, the compiler itself left out.</summary>
    public static IReadOnlyList<MetadataReference> References => SharedReferences.Value;

    /// <summary>The usings: the everyday ones of .NET, TorchSharp with <c>using static torch</c>, tables, and all of Svae.Workbench.</summary>
    public static IReadOnlyList<string> Imports { get; } =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Text", "System.Threading", "System.Threading.Tasks",
        "Microsoft.Data.Analysis", "Microsoft.DotNet.Interactive.Formatting",
        "TorchSharp", "TorchSharp.torch",
        .. typeof(Workbench.WorkProgress).Assembly.GetExportedTypes().Select(type => type.Namespace).OfType<string>().Distinct().Order(),
    ];

    /// <summary>Options of the first submission. Later ones inherit references and usings; giving them again would make memory grow quadratically.</summary>
    public static ScriptOptions First(string cellName, IEnumerable<MetadataReference> more) =>
        Later(cellName, References.Concat(more)).WithImports(Imports);

    /// <summary>Options of every later submission, with the references that are new in it.</summary>
    public static ScriptOptions Later(string cellName, IEnumerable<MetadataReference> added) => ScriptOptions.Default
        .WithReferences(added).WithImports()
        .WithSourceResolver(ScriptSourceResolver.Default.WithSearchPaths(Environment.CurrentDirectory))
        .WithFilePath(cellName).WithFileEncoding(System.Text.Encoding.UTF8)
        .WithEmitDebugInformation(true)
        .WithOptimizationLevel(OptimizationLevel.Release)
        .WithLanguageVersion(LanguageVersion.Latest)
        .WithAllowUnsafe(true);

    private static IReadOnlyList<MetadataReference> FindReferences()
    {
        string here = Path.GetFullPath(AppContext.BaseDirectory);
        return ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => IsUseful(path, here))
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path, documentation: XmlDocumentation.For(path)))
            .ToArray();
    }

    private static bool IsUseful(string path, string here)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        if (path.StartsWith(here, StringComparison.Ordinal)) return !name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal);
        return !path.Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal) || name == "Microsoft.AspNetCore.Html.Abstractions";
    }
}
