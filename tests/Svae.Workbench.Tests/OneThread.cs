using System.Runtime.CompilerServices;
using TorchSharp;

namespace Svae.Workbench.Tests;

/// <summary>
/// Test classes run one after another (xunit.runner.json), but often beside other programs. Each tensor operation gets one thread:
/// several would wait for one another at every small operation (the supervised ceiling's tests: 15 s of CPU instead of 1.6 s on a
/// busy machine).
/// </summary>
internal static class OneThread
{
    [ModuleInitializer]
    internal static void PerOperation() => torch.set_num_threads(1);
}
