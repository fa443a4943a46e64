using System.Reflection;
using System.Runtime.Loader;

namespace Svae.Workbench;

/// <summary>
/// Lets the FSharp.Core that a host brings stand for the one that Plotly.NET asks for: dotnet-interactive carries 10.0, Plotly.NET is built
/// against 10.1 and uses nothing that is new in it. Two of them side by side would not do, since the types of F# lists and functions pass
/// between Plotly.NET and packages that ask for an older one.
/// </summary>
internal static class HostAssemblies
{
    private const string Name = "FSharp.Core";

    /// <summary>From now on the host's own is given to whoever asks for a version that it does not have.</summary>
    public static void Accept() =>
        AssemblyLoadContext.Default.Resolving += (_, asked) => asked is { Name: Name, Version: not null } ? Assembly.Load(new AssemblyName(Name)) : null;
}
