namespace Svae.Notebooks.Sweeps;

/// <summary>How this program is started again.</summary>
internal static class OwnProgram
{
    /// <summary>The executable and the arguments that come before its own.</summary>
    public static IReadOnlyList<string> Command()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "svae.exe" : "svae");
        return File.Exists(beside) ? [beside] : ["dotnet", Path.Combine(AppContext.BaseDirectory, "svae.dll")];
    }
}
