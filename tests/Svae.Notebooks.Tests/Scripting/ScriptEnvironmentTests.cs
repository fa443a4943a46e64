using Svae.Notebooks.Scripting;
using Xunit;

namespace Svae.Notebooks.Tests.Scripting;

public sealed class ScriptEnvironmentTests
{
    // What dotnet-interactive's C# kernel has by itself.
    private static readonly string[] OfTheHost = ["System", "System.Collections.Generic", "System.Linq"];

    [Fact]
    public void The_package_for_dotnet_interactive_brings_the_usings_that_cells_have_here()
    {
        string script = File.ReadAllText(Path.Combine(Repository.Root, "src", "Svae.Workbench", "Interactive", "extension.dib"));
        Assert.All(ScriptEnvironment.Imports.Except(OfTheHost), import => Assert.Matches($@"(?m)^using (static )?{import.Replace(".", "\\.")};\r?$", script));
    }
}
