using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Learning;

/// <summary>What a stopped run is continued from: the model, the optimiser's moments, the state of the randomness, the history, the place in the data.</summary>
internal static class Checkpoint
{
    private const string Kind = "Svae.Workbench checkpoint";

    public static void Write<T>(
        string path, StructuredVae<T> vae, optim.Optimizer optimizer, Generator generator, TrainingHistory history, TrainingState state,
        TrainingSettings settings, Minibatches data) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        JsonObject manifest = ModelFile.Manifest(Kind, vae);
        manifest["run"] = Run(settings, data);
        manifest["state"] = new JsonObject
        {
            ["step"] = state.Step, ["since best"] = state.SinceBest, ["stopped early"] = state.StoppedEarly,
            ["best ELBO"] = state.Best is null ? null : state.BestElbo,
        };
        manifest["history"] = JsonSerializer.SerializeToNode(history.Records);
        var tensors = vae.State.ToDictionary(entry => entry.Name, entry => entry.Value);
        tensors["generator"] = generator.get_state();
        tensors["optimizer"] = Moments(optimizer);
        foreach (var (value, i) in (state.Best ?? []).Select((value, i) => (value, i))) tensors[$"best/{i:d4}"] = value;
        new TensorArchive(manifest, tensors).Write(path);
    }

    /// <exception cref="UserInputException">The file cannot be read or is that of another run.</exception>
    public static TrainingState Read<T>(
        string path, StructuredVae<T> vae, optim.Optimizer optimizer, Generator generator, TrainingHistory history,
        TrainingSettings settings, Minibatches data) where T : INaturalParameters<T>
    {
        byte[] moments;
        TrainingState state;
        using (NewDisposeScope()) (state, moments) = Fill(path, vae, generator, history, settings, data);
        // Outside the scope: the optimiser makes some of its moments here, and they are to live as long as it does.
        using var reader = new BinaryReader(new MemoryStream(moments));
        ((TorchSharp.Modules.OptimizerHelper)optimizer).load_state_dict(reader);
        return state;
    }

    private static (TrainingState State, byte[] Moments) Fill<T>(
        string path, StructuredVae<T> vae, Generator generator, TrainingHistory history, TrainingSettings settings, Minibatches data)
        where T : INaturalParameters<T>
    {
        TensorArchive file = TensorArchive.Read(path, Kind, ModelFile.Version);
        JsonNode kept = file.Manifest["run"]!;
        string[] different = [.. Run(settings, data).Where(own => kept[own.Key]?.ToJsonString() != own.Value!.ToJsonString())
            .Select(own => $"{own.Key}: {kept[own.Key]} there, {own.Value} here")];
        if (different.Length > 0) throw new UserInputException($"{path}: is the checkpoint of another run ({string.Join("; ", different)})");
        ModelFile.Fill(vae, file, path);
        generator.set_state(file.Tensors["generator"]);
        history.Restore(file.Manifest["history"].Deserialize<TrainingRecord[]>()!);
        JsonNode state = file.Manifest["state"]!;
        Tensor[] best = [.. file.Tensors.Where(t => t.Key.StartsWith("best/")).OrderBy(t => t.Key).Select(t => t.Value.DetachFromDisposeScope())];
        return (new TrainingState
        {
            Step = (int)state["step"]!, SinceBest = (int)state["since best"]!, StoppedEarly = (bool)state["stopped early"]!,
            BestElbo = (double?)state["best ELBO"] ?? double.NegativeInfinity, Best = best.Length > 0 ? best : null,
        }, file.Tensors["optimizer"].bytes.ToArray());
    }

    /// <summary>What has to be the same for a run to go on as if it had never stopped.</summary>
    private static JsonObject Run(TrainingSettings settings, Minibatches data) => new()
    {
        ["phase"] = settings.Phase, ["epochs"] = settings.Epochs, ["optimizer"] = settings.Optimizer.ToString(), ["step"] = settings.Step.ToString(),
        ["rate"] = settings.RateSchedule.ToString(), ["schedules"] = $"{settings.NaturalSchedule} {settings.KlSchedule} {settings.PotentialSchedule}",
        ["data"] = data.Checksum, ["frames"] = data.Frames, ["pieces"] = data.Pieces, ["batch"] = data.BatchSize, ["seed"] = data.Seed,
    };

    private static Tensor Moments(optim.Optimizer optimizer)
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, System.Text.Encoding.UTF8, leaveOpen: true))
            ((TorchSharp.Modules.OptimizerHelper)optimizer).save_state_dict(writer);
        return tensor(memory.ToArray());
    }
}
