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
        string own = KernelSpec.Install(work.Folder);
        Assert.Equal(".net-csharp", Path.GetFileName(Path.GetDirectoryName(own)));
        Assert.Equal(own, KernelSpec.Install(work.Folder));
        File.WriteAllText(own, """{"argv": ["dotnet", "interactive"], "display_name": ".NET (C#)", "language": "C#"}""");
        string other = KernelSpec.Install(work.Folder);
        Assert.Equal("svae-csharp", Path.GetFileName(Path.GetDirectoryName(other)));
        Assert.Contains("interactive", File.ReadAllText(own), StringComparison.Ordinal);
        var spec = JsonNode.Parse(File.ReadAllText(other))!;
        Assert.Equal("message", (string?)spec["interrupt_mode"]);
        Assert.Equal("{connection_file}", (string?)spec["argv"]!.AsArray()[^1]);
    }
}
