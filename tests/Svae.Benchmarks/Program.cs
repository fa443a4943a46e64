using System.Runtime.CompilerServices;
using Svae.Benchmarks;
using TorchSharp;

// dotnet run -c Release --project tests/Svae.Benchmarks -- chain|device|families|hmm|mixture|rnn-posterior|scaling|slds|all
// One file per primitive; each registers here under its name.
var suites = new SortedDictionary<string, Action>
{
    ["chain"] = GaussianChainBenchmark.Run,
    ["device"] = DeviceBenchmark.Run,
    ["families"] = InferenceFamiliesBenchmark.Run,
    ["hmm"] = ForwardBackwardBenchmark.Run,
    ["mixture"] = MixtureMeanFieldBenchmark.Run,
    ["pinwheel"] = MixtureMeanFieldBenchmark.Step,
    ["rnn-posterior"] = RecurrentPosteriorBenchmark.Run,
    ["scaling"] = GaussianChainScaling.Run,
    ["slds"] = SldsMeanFieldBenchmark.Run,
    ["slds-adjoint"] = SldsMeanFieldBenchmark.Adjoint,
    ["slds-profile"] = SldsMeanFieldBenchmark.Profile,
};

string[] chosen = args.Length == 0 || args.Contains("all") ? [.. suites.Keys] : args;
if (chosen.FirstOrDefault(name => !suites.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"unknown benchmark '{unknown}'; there are: {string.Join(", ", suites.Keys)}, all");
    return 1;
}
RuntimeHelpers.RunModuleConstructor(typeof(Svae.Workbench.MessagePassing.ForwardBackward).Module.ModuleHandle); // before libtorch reads its environment
torch.set_num_threads(1); // a suite that measures more threads says so in its table
Console.WriteLine(Machine.Describe());
foreach (string name in chosen) suites[name]();
return 0;
