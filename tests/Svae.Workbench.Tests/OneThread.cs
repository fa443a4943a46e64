using System.Runtime.CompilerServices;
using TorchSharp;

namespace Svae.Workbench.Tests;

/// <summary>
/// Test classes already run side by side, so each tensor operation gets one thread: with more, they wait for one another
/// at every small operation (the supervised ceiling's tests: 15 s of CPU instead of 1.6 s on a busy machine).
/// </summary>
internal static class OneThread
{
    [ModuleInitializer]
    internal static void PerOperation() => torch.set_num_threads(1);
}
