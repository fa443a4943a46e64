using Xunit;

namespace Svae.Notebooks.Tests.Clients;

/// <summary>The kernel as jupyter-client and nbclient see it. The checks are in tests/clients, in those clients' own language.</summary>
[Collection("measured")]
public sealed class JupyterClientTests(ClientHome home) : IClassFixture<ClientHome>
{
    [Theory]
    [InlineData("jupyter_client_checks.py", "jupyter_client, zmq")]
    [InlineData("nbclient_checks.py", "nbclient, nbformat")]
    public async Task Every_check_passes(string script, string modules)
    {
        string python = await home.PythonWithAsync(modules), folder = Path.Combine(AppContext.BaseDirectory, "clients");
        var (code, output) = await home.RunAsync(python, ["-B", script], folder);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.True(code == 0, output);
    }
}
