using System.Text.Json.Nodes;
using Svae.Notebooks.Kernel;
using Xunit;

namespace Svae.Notebooks.Tests.Kernel;

public sealed class KernelSpecTests
{
    [Fact]
    public void The_usual_name_is_taken_when_free_and_another_programs_is_left_alone()
    {
        using var work = new Workspace();
        string own = KernelSpec.Install(work.Folder, []);
        Assert.Equal(".net-csharp", Path.GetFileName(Path.GetDirectoryName(own)));
        Assert.Equal(own, KernelSpec.Install(work.Folder, []));
        File.WriteAllText(own, """{"argv": ["dotnet", "interactive"], "display_name": ".NET (C#)", "language": "C#"}""");
        string other = KernelSpec.Install(work.Folder, []);
        Assert.Equal("svae-csharp", Path.GetFileName(Path.GetDirectoryName(other)));
        Assert.Contains("interactive", File.ReadAllText(own), StringComparison.Ordinal);
        var spec = JsonNode.Parse(File.ReadAllText(other))!;
        Assert.Equal("message", (string?)spec["interrupt_mode"]);
        Assert.Equal("{connection_file}", (string?)spec["argv"]!.AsArray()[^1]);
    }

    [Fact]
    public void Another_programs_kernel_anywhere_on_the_search_path_is_not_hidden()
    {
        using var work = new Workspace();
        string system = Path.Combine(work.Folder, "system"), own = Path.Combine(work.Folder, "own");
        Directory.CreateDirectory(Path.Combine(system, ".net-csharp"));
        File.WriteAllText(Path.Combine(system, ".net-csharp", "kernel.json"), "{}");
        Assert.Equal(Path.Combine(own, "svae-csharp", "kernel.json"), KernelSpec.Install(own, [system]));
    }

    [Fact]
    public void Uninstall_removes_what_install_wrote_and_nothing_else()
    {
        using var work = new Workspace();
        string foreign = Path.Combine(work.Folder, ".net-csharp");
        Directory.CreateDirectory(foreign);
        File.WriteAllText(Path.Combine(foreign, "kernel.json"), "{ broken");
        string own = Path.GetDirectoryName(KernelSpec.Install(work.Folder, []))!;
        Assert.Equal([own], KernelSpec.Uninstall(work.Folder));
        Assert.Equal([foreign], Directory.GetDirectories(work.Folder));
        Assert.Empty(KernelSpec.Uninstall(work.Folder));
    }

    [Fact]
    public void The_entry_names_a_program_that_is_there_and_the_runtime_it_needs()
    {
        using var work = new Workspace();
        var spec = JsonNode.Parse(File.ReadAllText(KernelSpec.Install(work.Folder, [])))!;
        Assert.True(Path.IsPathFullyQualified((string)spec["argv"]![0]!) && File.Exists((string)spec["argv"]![0]!));
        Assert.True(Directory.Exists(Path.Combine((string)spec["env"]!["DOTNET_ROOT"]!, "shared")));
    }
}
