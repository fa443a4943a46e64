using System.IO.Compression;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Svae.Notebooks.Scripting;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Notebooks.Tests.Scripting.References;

/// <summary>Packages come from a folder that the test fills, so nothing is downloaded.</summary>
public sealed class SessionReferencesTests : IDisposable
{
    private readonly Workspace work = new();
    private readonly ScriptSession session = new(new NotebookSession());
    private readonly Recorder output = new();
    private int number;

    // The user's sources and package folder stay out of it; a build takes its properties from the environment too.
    public SessionReferencesTests()
    {
        string settings = Path.Combine(Directory.CreateDirectory(Path.Combine(work.Folder, "settings")).FullName, "nuget.config");
        File.WriteAllText(settings, $"""
            <configuration><packageSources><clear /></packageSources><config><add key="globalPackagesFolder" value="{work.Folder}/packages" /></config></configuration>
            """);
        Environment.SetEnvironmentVariable("RestoreConfigFile", settings);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("RestoreConfigFile", null);
        session.Dispose();
        work.Dispose();
    }

    [Fact]
    public async Task A_package_and_what_it_depends_on_can_be_used_and_a_failed_one_changes_nothing()
    {
        string inner = Pack("Inner.Test", "1.0.0", "namespace Inner; public static class Deep { public static int Number => 20; }");
        Pack("Outer.Test", "2.1.0", "namespace Outer; public static class Shallow { public static int Number => Inner.Deep.Number + 1; }", inner, ("Inner.Test", "1.0.0"));
        await RunAsync("int kept = 1;");
        var (failed, _) = await RunAsync($"{Source}\n#r \"nuget: No.Such.Package.Test, 1.0.0\"\nint never = 1;");
        Assert.Equal(CellStatus.Failed, failed.Status);
        Assert.Contains("NU1101", failed.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("cell 2, line 2", failed.Error.Traceback[0], StringComparison.Ordinal);
        var (fetched, shown) = await RunAsync($"{Source}\n#r \"nuget: Outer.Test\"");
        Assert.Equal((CellStatus.Completed, "Outer.Test 2.1.0"), (fetched.Status, shown));
        Assert.Equal("42", (await RunAsync("using Outer;\nShallow.Number * 2 * kept")).Shown);
        Assert.Equal("20", (await RunAsync("Inner.Deep.Number")).Shown);
        var (clash, _) = await RunAsync("#r \"nuget: Outer.Test, 9.9.9\"");
        Assert.Contains("NU1102", clash.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("21", (await RunAsync("Shallow.Number")).Shown);
    }

    [Fact]
    public async Task What_this_program_brings_is_not_fetched()
    {
        Assert.Contains("is here already", (await RunAsync("#r \"nuget: TorchSharp-cpu\"\n#r \"nuget: Svae.Workbench\"")).Shown, StringComparison.Ordinal);
        Assert.Contains("leave the version out", (await RunAsync("#r \"nuget: Newtonsoft.Json, 99.0.0\"")).Result.Error!.Message, StringComparison.Ordinal);
        string own = typeof(Workbench.WorkProgress).Assembly.Location, copy = Path.Combine(work.Folder, Path.GetFileName(own));
        File.Copy(own, copy);
        Assert.Equal("True", (await RunAsync($"#r \"{copy}\"\ntypeof(WorkProgress).Assembly.Location == @\"{own}\"")).Shown);
    }

    [Fact]
    public async Task A_file_is_referenced_by_its_path_and_its_neighbours_are_found()
    {
        string near = Compile("Near.Test", "public static class Near { public static string Word => \"near\"; }");
        string far = Compile("Far.Test", "public static class Far { public static string Word => Near.Word; }", near);
        await RunAsync("1");
        Assert.Equal("near", (await RunAsync($"#r \"{far}\"\nFar.Word")).Shown);
        Assert.Equal("near", (await RunAsync("Far.Word")).Shown);
        Assert.Contains("there is no file", (await RunAsync("#r \"nowhere/X.dll\"")).Result.Error!.Message, StringComparison.Ordinal);
        string text = Path.Combine(work.Folder, "text.dll");
        File.WriteAllText(text, "text");
        Assert.Contains("no .NET assembly", (await RunAsync($"#r \"{text}\"")).Result.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("near", (await RunAsync("Far.Word")).Shown);
    }

    [Fact]
    public async Task A_package_brings_its_native_library()
    {
        // A native library that is on every machine on which this runs, under a name that nothing else finds.
        string rid = RuntimeInformation.RuntimeIdentifier, name = NativeName("HarfBuzzSharp");
        string? native = Directory.EnumerateFiles(AppContext.BaseDirectory, name, SearchOption.AllDirectories)
            .FirstOrDefault(path => path.Contains($"{Path.DirectorySeparatorChar}{rid}{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        Assert.SkipWhen(native is null, $"skipped: the build brought no {name} for {rid}");
        Pack("Native.Test", "1.0.0", """
            public static class Native
            {
                [System.Runtime.InteropServices.DllImport("only_in_the_package", EntryPoint = "hb_version_string")]
                private static extern nint Version();
                public static string Text => System.Runtime.InteropServices.Marshal.PtrToStringUTF8(Version());
            }
            """, native: (native!, $"runtimes/{rid}/native/{NativeName("only_in_the_package")}"));
        Assert.Equal("Native.Test 1.0.0", (await RunAsync($"{Source}\n#r \"nuget: Native.Test\"")).Shown);
        Assert.Matches(@"^\d+\.\d+\.\d+$", (await RunAsync("Native.Text")).Shown);
    }

    private static string NativeName(string name) =>
        OperatingSystem.IsWindows() ? name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    private string Source => $"#i \"nuget: {work.Folder}\"";

    private async Task<(CellResult Result, string Shown)> RunAsync(string code)
    {
        output.Clear(wait: false);
        using var interrupt = new CellInterrupt();
        var result = await session.RunAsync(code, ++number, output, interrupt);
        return (result, output.Text);
    }

    private string Compile(string name, string code, params string[] references)
    {
        string path = Path.Combine(work.Folder, name + ".dll");
        var compilation = CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText(code)],
            [MetadataReference.CreateFromFile(typeof(object).Assembly.Location), .. references.Select(one => MetadataReference.CreateFromFile(one))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Assert.True(compilation.Emit(path).Success);
        return path;
    }

    // A package is a zip file with a description, the assemblies, and native libraries by system.
    private string Pack(string name, string version, string code, string? reference = null, (string Name, string Version)? needs = null, (string File, string Entry)? native = null)
    {
        string assembly = reference is null ? Compile(name, code) : Compile(name, code, reference);
        using var zip = ZipFile.Open(Path.Combine(work.Folder, $"{name}.{version}.nupkg"), ZipArchiveMode.Create);
        zip.CreateEntryFromFile(assembly, $"lib/net10.0/{name}.dll");
        if (native is var (file, entry)) zip.CreateEntryFromFile(file, entry);
        using var writer = new StreamWriter(zip.CreateEntry(name + ".nuspec").Open());
        string dependency = needs is { } need ? $"<dependency id=\"{need.Name}\" version=\"{need.Version}\" />" : "";
        writer.Write($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata>
            <id>{name}</id><version>{version}</version><authors>test</authors><description>test</description>
            <dependencies><group targetFramework="net10.0">{dependency}</group></dependencies>
            </metadata></package>
            """);
        return assembly;
    }
}
