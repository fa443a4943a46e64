using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.Tests.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Learning;

public class TrainerTests
{
    private static Minibatches Data(int seed = 2, int sequences = 6) => new(LearningToy.Rotations(sequences, 20, seed), 20, 2, seed: 5);

    private static TrainingSettings Settings(string? checkpoint = null) => new()
    {
        Epochs = 4, Optimizer = new() { Rate = 1e-2 }, RateSchedule = Schedule.Cosine().WarmUp(2), KlSchedule = Schedule.Constant.WarmUp(4, 0.1),
        Checkpoint = checkpoint is null ? null : new CheckpointSettings(checkpoint),
    };

    [Theory]
    [InlineData(OptimizerKind.Adam, false)]
    [InlineData(OptimizerKind.AdamW, true)]
    [InlineData(OptimizerKind.Sgd, false)]
    public void A_run_that_is_stopped_and_continued_gives_bit_for_bit_the_model_of_one_that_is_not(OptimizerKind kind, bool gaussianWeights)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.svae");
        TrainingSettings settings = Settings() with { Optimizer = new() { Kind = kind, Rate = kind == OptimizerKind.Sgd ? 1e-6 : 1e-2 } };
        StructuredVae<LdsParameters> Model()
        {
            var vae = LearningToy.Lds(1);
            if (gaussianWeights) vae.UseGaussianDecoderWeights();
            return vae;
        }

        var whole = Model();
        TrainingHistory history = whole.Fit(Data(), settings, new Generator(9));

        using var stop = new CancellationTokenSource();
        var stopped = settings with { Checkpoint = new CheckpointSettings(path) };
        Assert.Throws<OperationCanceledException>(() => Model().Fit(Data(), stopped, new Generator(9), progress: new StopAt(stop, 0.4), cancel: stop.Token));
        var continued = Model();
        TrainingHistory resumed = continued.Fit(Data(), stopped, new Generator(77));

        Assert.Equal(LearningToy.Fingerprint(whole), LearningToy.Fingerprint(continued));
        Assert.Equal(history.Records.Select(r => r.Elbo), resumed.Records.Select(r => r.Elbo));
        Assert.Equal(12, resumed.Records.Count);
        Assert.False(File.Exists(path), "a finished run leaves no checkpoint");
        Assert.True(resumed.Records.Zip(resumed.Records.Skip(1), (a, b) => b.Seconds >= a.Seconds).All(later => later));
    }

    [Fact]
    public void A_finished_phase_that_is_kept_is_taken_over_and_what_follows_is_bit_for_bit_the_same()
    {
        using var folder = new TemporaryFolder();
        TrainingSettings Phase(int number) => Settings() with
        {
            Phase = $"phase {number}", Checkpoint = new CheckpointSettings(Path.Combine(folder.Path, $"{number}.svae")) { KeepFinished = true },
        };
        (string, double[]) Both(IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
        {
            var (vae, data, g, history) = (LearningToy.Lds(1), Data(), new Generator(9), new TrainingHistory());
            vae.Fit(data, Phase(1), g, history);
            vae.Fit(data, Phase(2), g, history, progress, cancel);
            return (LearningToy.Fingerprint(vae), [.. history.Records.Select(r => r.Elbo)]);
        }

        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Both(new StopAt(stop, 0.4), stop.Token));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
        var resumed = Both();
        var again = Both(); // takes over both
        foreach (string file in Directory.GetFiles(folder.Path)) File.Delete(file);
        var whole = Both();
        Assert.Equal(whole.Item1, resumed.Item1);
        Assert.Equal(whole.Item2, resumed.Item2);
        Assert.Equal(whole.Item1, again.Item1);
        Assert.Equal(24, whole.Item2.Length);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_used_is_told_and_training_begins_anew()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.svae");
        var told = new List<string>();
        TrainingSettings settings = Settings() with { Checkpoint = new CheckpointSettings(path) { Refused = told.Add } };
        string Trained(Minibatches data, TrainingSettings how)
        {
            var vae = LearningToy.Lds(1);
            vae.Fit(data, how, new Generator(9));
            return LearningToy.Fingerprint(vae);
        }

        using (var trainer = new Trainer<LdsParameters>(LearningToy.Lds(1), Data(seed: 3), settings, new Generator(9))) trainer.Save(path);
        string anew = Trained(Data(), settings);
        Assert.Contains("another run", Assert.Single(told)); // the same sizes, other observations
        Assert.Equal(Trained(Data(), Settings()), anew);
        File.WriteAllText(path, "no archive");
        Assert.Equal(anew, Trained(Data(), settings));
        Assert.Contains("damaged", told[1]);
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused_with_the_difference()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.svae");
        using var trainer = new Trainer<LdsParameters>(LearningToy.Lds(1), Data(), Settings(), new Generator(9));
        trainer.Save(path);
        var error = Assert.Throws<UserInputException>(() => LearningToy.Lds(1).Fit(Data(), Settings(path) with { Epochs = 5 }, new Generator(9)));
        Assert.Contains("another run", error.Message);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..400]);
        Assert.Contains("damaged", Assert.Throws<UserInputException>(() => LearningToy.Lds(1).Fit(Data(), Settings(path), new Generator(9))).Message);
    }

    [Fact]
    public void Early_stopping_goes_back_to_the_best_model_on_held_out_data()
    {
        var heldOut = Data(seed: 3);
        var vae = LearningToy.Lds(1);
        var settings = Settings() with
        {
            Epochs = 60, Optimizer = new() { Rate = 0.2 }, RateSchedule = Schedule.Constant, EarlyStopping = new EarlyStopping(heldOut) { Patience = 3 },
        };
        using var trainer = new Trainer<LdsParameters>(vae, Data(sequences: 2), settings, new Generator(9));
        Assert.Equal(TrainingEnd.StoppedEarly, trainer.Run());
        double[] evaluated = [.. trainer.History.Records.Where(r => r.HeldOutElbo is not null).Select(r => r.HeldOutElbo!.Value)];
        Assert.Equal(evaluated.Max(), vae.LocalElbo(heldOut, seed: 0), 9);
        Assert.True(evaluated[^1] < evaluated.Max());
    }

    [Fact]
    public void The_objective_rises_and_the_history_is_a_table()
    {
        var vae = LearningToy.Lds(1);
        var data = Data();
        double before = vae.Elbo(data, seed: 0);
        TrainingHistory history = vae.Fit(data, Settings() with { Epochs = 30 }, new Generator(9));
        Assert.True(vae.Elbo(data, seed: 0) > before + 100);
        var table = history.ToDataFrame();
        Assert.Equal(90, table.Rows.Count);
        Assert.Equal(history.Records[^1].Elbo, (double)table["elbo"][89]);
        Assert.Equal(history.Records[^1].Elbo, history.Records[^1].LogLikelihood - history.Records[^1].LocalKl - history.Records[^1].GlobalKl, 9);
    }

    [Fact]
    public void A_number_that_is_not_finite_names_term_and_step()
    {
        var vae = LearningToy.Lds(1);
        var settings = Settings() with { Optimizer = new() { Kind = OptimizerKind.Sgd, Rate = 1e18 }, RateSchedule = Schedule.Constant };
        var error = Record.Exception(() => vae.Fit(Data(), settings, new Generator(9)));
        Assert.True(error is NonFiniteException { Step: > 0 } || error is ArgumentException, error?.ToString());
    }

    [Fact]
    public void Memory_stays_bounded_over_ten_thousand_steps()
    {
        var vae = LearningToy.Lds(1);
        var data = new Minibatches(LearningToy.Rotations(2, 5, 1), 5, 1, seed: 0);
        void Train(int epochs) => vae.Fit(data, Settings() with { Epochs = epochs }, new Generator(9));
        Train(300);
        long before = Measure();
        Train(4_700); // two steps an epoch
        Assert.InRange(Measure() - before, long.MinValue, 40L << 20);

        static long Measure()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            return self.WorkingSet64;
        }
    }

    private sealed class StopAt(CancellationTokenSource stop, double fraction) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            if (value.Fraction >= fraction) stop.Cancel();
        }
    }
}
