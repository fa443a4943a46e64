using Svae.Notebooks.Sweeps;
using Svae.Workbench;
using Xunit;

namespace Svae.Notebooks.Tests.Sweeps;

public sealed class SettingsFileTests : IDisposable
{
    private readonly Workspace work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData("s.csv", "Rate,Name\n1e-3,\"a, b\"\n3e-3, c \n", "Rate=1e-3 Name=a, b|Rate=3e-3 Name=c")]
    [InlineData("s.json", "[{\"Rate\": 1e-3, \"Deep\": true}, {\"Rate\": 0.5, \"Layers\": [64, 8]}]", "Rate=1e-3 Deep=true|Rate=0.5 Layers=[64,8]")]
    [InlineData("s.json", "{\"Rate\": [1, 2], \"Name\": \"x\"}", "Rate=1 Name=x|Rate=2 Name=x")]
    public void Rows_and_lists_become_settings(string name, string text, string settings) =>
        Assert.Equal(settings, string.Join('|', SettingsFile.Load(Write(name, text)).Select(setting => setting.ToString())));

    [Theory]
    [InlineData("s.csv", "A,B\n1\n", "row 1 has 1 values, the header has 2 names")]
    [InlineData("s.csv", "", "it holds no settings")]
    [InlineData("s.json", "[1]", "a setting is a number, not an object")]
    [InlineData("s.json", "3", "it is a number")]
    [InlineData("s.json", "{\"A\": [", "")]
    public void What_cannot_be_read_says_where_and_what_is_expected(string name, string text, string why)
    {
        string path = Write(name, text), message = Assert.Throws<UserInputException>(() => SettingsFile.Load(path)).Message;
        Assert.StartsWith($"{path}: {why}", message, StringComparison.Ordinal);
        Assert.EndsWith("JSON with a list of objects or an object of lists", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() => Assert.StartsWith("none.csv: no such file", Assert.Throws<UserInputException>(() => SettingsFile.Load("none.csv")).Message, StringComparison.Ordinal);

    private string Write(string name, string text)
    {
        string path = Path.Combine(work.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
