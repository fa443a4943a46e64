namespace Svae.Notebooks.Tests;

/// <summary>The checkout that these tests were built in.</summary>
internal static class Repository
{
    /// <summary>The folder that holds Svae.sln.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Svae.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException($"no Svae.sln above {AppContext.BaseDirectory}");
    }
}
