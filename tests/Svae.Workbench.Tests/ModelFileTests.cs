using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Data;
using Svae.Workbench.Tests.Learning;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests;

public class ModelFileTests
{
    [Fact]
    public void A_model_comes_back_as_it_was()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.svae");
        var vae = LearningToy.Lds(1);
        vae.Fit(new(LearningToy.Rotations(3, 15, 1), 15, 2, 0), new() { Epochs = 2 }, new Generator(1));
        vae.Save(path);
        var other = LearningToy.Lds(2);
        Assert.NotEqual(LearningToy.Fingerprint(vae), LearningToy.Fingerprint(other));
        other.Load(path);
        Assert.Equal(LearningToy.Fingerprint(vae), LearningToy.Fingerprint(other));
        Assert.Contains("\"Dimension\": 2", ModelFile.Describe(path));
        Assert.False(File.Exists(path + ".part"));
    }

    [Fact]
    public void A_file_that_does_not_fit_is_refused_with_what_differs()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.svae");
        LearningToy.Lds(1).Save(path);
        var g = new Generator(1);
        var wider = new StructuredVae<LdsParameters>(new LinearDynamicalSystem(new() { Dimension = 3 }), new GaussianRecognition(5, 3, [8], g), new GaussianDecoder(3, 5, [8], g));
        Assert.Contains("settings.Dimension is 2 in the file and 3 here", Assert.Throws<UserInputException>(() => wider.Load(path)).Message);
        var deeper = new StructuredVae<LdsParameters>(new LinearDynamicalSystem(new() { Dimension = 2 }), new GaussianRecognition(5, 2, [9], g), new GaussianDecoder(2, 5, [8], g));
        Assert.Contains("tensors.recognition/mean.perceptron.0.weight", Assert.Throws<UserInputException>(() => deeper.Load(path)).Message);
        var other = new StructuredVae<NoParameters>(new IndependentNormal(2), new GaussianRecognition(5, 2, [8], g), new GaussianDecoder(2, 5, [8], g));
        Assert.Contains("IndependentNormal", Assert.Throws<UserInputException>(() => other.Load(path)).Message);
    }

    [Fact]
    public void Missing_foreign_and_damaged_files_are_named()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.svae");
        Assert.Contains("no such file", Assert.Throws<UserInputException>(() => LearningToy.Lds(1).Load(path)).Message);
        File.WriteAllText(path, "not a model");
        Assert.Contains("damaged", Assert.Throws<UserInputException>(() => LearningToy.Lds(1).Load(path)).Message);
        LearningToy.Lds(1).Save(path);
        byte[] bytes = File.ReadAllBytes(path);
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] damaged = [.. bytes];
            for (int j = 0; j < 20; j++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, random.Next(2) == 0 ? damaged : damaged[..random.Next(damaged.Length)]);
            if (Record.Exception(() => LearningToy.Lds(1).Load(path)) is { } error) Assert.IsType<UserInputException>(error);
        }
    }
}
