using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace Svae.Workbench.Tests.Data;

/// <summary>The small files of the repository's data folder, and a check that they are what the manifest says.</summary>
public class CommittedData
{
    internal static string Folder => System.IO.Path.Combine(AppContext.BaseDirectory, "data");

    internal static string Path(string name) => System.IO.Path.Combine(Folder, name);

    [Fact]
    public void Every_file_is_in_the_manifest_with_its_checksum_origin_and_licence()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path("manifest.json")));
        Dictionary<string, JsonElement> entries = manifest.RootElement.GetProperty("files").EnumerateArray().ToDictionary(e => e.GetProperty("name").GetString()!);
        string[] files = [.. Directory.GetFiles(Folder).Select(f => System.IO.Path.GetFileName(f)).Where(f => f != "manifest.json")];
        Assert.Equal(files.Order(), entries.Keys.Order());
        foreach (string file in files)
        {
            Assert.Equal(entries[file].GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path(file)))));
            Assert.NotEmpty(entries[file].GetProperty("origin").GetString()!);
            Assert.NotEmpty(entries[file].GetProperty("licence").GetString()!);
        }
    }
}
