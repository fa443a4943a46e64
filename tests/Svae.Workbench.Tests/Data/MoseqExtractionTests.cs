using PureHDF;
using Svae.Workbench.Data;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data;

public class MoseqExtractionTests
{
    [Fact]
    public void A_written_mouse_is_read_back_with_everything_that_is_known_of_it()
    {
        using TemporaryFolder folder = new();
        using var scope = NewDisposeScope();
        Recording mouse = MouseSimulator.Simulate(new() { Mice = 1, FramesPerMouse = 150 })[0];
        string file = folder["mouse_1/proc/results_00.h5"];
        MoseqExtraction.Write(file, mouse);
        RecordingSet set = Recordings.Load(file);
        Assert.Empty(set.Problems);
        Recording read = Assert.Single(set.Loaded);
        Assert.Equal("mouse_1", read.Name);
        Assert.Equal(file, read.Source);
        Assert.Equal(mouse.Frames!.shape, read.Frames!.shape);
        Assert.Equal(mouse.Frames.bytes.ToArray(), read.Frames.bytes.ToArray());
        Assert.Equal(mouse.Labels, read.Labels);
        Assert.Equal(mouse.LabelNames, read.LabelNames);
        Assert.Equal(mouse.Pose!.data<float>().ToArray(), read.Pose!.data<float>().ToArray());
        Assert.Equal(mouse.PoseNames, read.PoseNames);
        Assert.Equal(30, read.FrameRate, 6);
        Assert.All(mouse.Timestamps!.Zip(read.Timestamps!), p => Assert.Equal(p.First, p.Second, 9));
        Assert.Equal(mouse.Scalars["area_px"], read.Scalars["area_px"]);
        Assert.Equal(mouse.Metadata, read.Metadata);
        Assert.Equal(["results_00.h5"], Directory.GetFiles(Path.GetDirectoryName(file)!).Select(Path.GetFileName));
    }

    [Theory, InlineData("moseq-layout.h5", 1), InlineData("moseq-layout-16-bit.h5", 20)]
    public void A_file_of_the_HDF5_library_itself_in_the_layout_of_a_real_extraction_is_read(string name, int factor)
    {
        using var scope = NewDisposeScope();
        RecordingSet set = Recordings.Load(CommittedData.Path(name));
        Assert.Empty(set.Problems);
        Recording read = Assert.Single(set.Loaded);
        Tensor t = arange(120).reshape(120, 1, 1), row = arange(24).reshape(24, 1), column = arange(30);
        Assert.Equal(factor == 1 ? ScalarType.Byte : ScalarType.Int32, read.Frames!.dtype);
        Assert.True(read.Frames.to(ScalarType.Int64).equal((t * 7 + row * 3 + column).remainder(60) * factor).all().item<bool>());
        Assert.Equal(30, read.FrameRate);
        Assert.Equal(1 + 119 / 30.0, read.Timestamps![119], 9);
        Assert.Equal(7, read.Scalars.Count);
        Assert.Equal(419f, read.Scalars["centroid_x_mm"][119]);
        Assert.Equal("mouse A", read.Metadata["acquisition/SubjectName"]);
        Assert.Equal("open field", read.Metadata["acquisition/SessionName"]);
        Assert.Equal("ch1, ch2", read.Metadata["acquisition/ChannelNames"]);
        Assert.Equal("80, 80", read.Metadata["extraction/parameters/crop_size"]);
        Assert.False(read.Metadata.ContainsKey("acquisition/ColorDataType"));
    }

    [Fact]
    public void Sixteen_bit_frames_keep_their_heights_and_optional_datasets_may_be_missing()
    {
        using TemporaryFolder folder = new();
        using var scope = NewDisposeScope();
        ushort[,,] frames = new ushort[3, 4, 5];
        frames[2, 3, 4] = 700;
        new H5File { ["frames"] = frames }.Write(folder["a.h5"]);
        Recording read = Assert.Single(Recordings.Load(folder["a.h5"]).Loaded);
        Assert.Equal(ScalarType.Int32, read.Frames!.dtype);
        Assert.Equal(700, read.Frames[2, 3, 4].item<int>());
        Assert.Null(read.Timestamps);
        Assert.Null(read.Labels);
        Assert.Equal(30, read.FrameRate);
    }

    [Fact]
    public void Other_shapes_of_scalars_are_left_out_and_metadata_numbers_become_text()
    {
        using TemporaryFolder folder = new();
        using var scope = NewDisposeScope();
        new H5File
        {
            ["frames"] = new byte[4, 6, 6],
            ["scalars"] = new H5Group { ["angle"] = new double[] { 1, 2, 3, 4 }, ["odd"] = new float[] { 1 } },
            ["metadata"] = new H5Group { ["uuid"] = "x-1", ["extraction"] = new H5Group { ["parameters"] = new H5Group { ["crop"] = new[] { 80, 80 } } } },
            ["timestamps"] = new double[] { 0, 40, 80, 120 },
        }.Write(folder["a.h5"]);
        Recording read = Assert.Single(Recordings.Load(folder["a.h5"]).Loaded);
        Assert.Equal(["angle"], read.Scalars.Keys);
        Assert.Equal("x-1", read.Metadata["uuid"]);
        Assert.Equal("80, 80", read.Metadata["extraction/parameters/crop"]);
        Assert.Equal(25, read.FrameRate, 6);
        Assert.Equal(.12, read.Timestamps![3], 9);
    }

    public static TheoryData<string, H5File, string, string> Wrong => new()
    {
        { "no frames", new H5File { ["tracks"] = new float[2, 2] }, "frames", "is not there" },
        { "wrong rank", new H5File { ["frames"] = new byte[5, 6] }, "frames", "[T, H, W]" },
        { "wrong type", new H5File { ["frames"] = new[] { "a", "b" } }, "frames", "uint8 or uint16" },
        { "a group", new H5File { ["frames"] = new H5Group { ["a"] = 1 } }, "frames", "is not a dataset" },
        { "odd timestamps", new H5File { ["frames"] = new byte[4, 6, 6], ["timestamps"] = new double[3] }, "timestamps", "[3]" },
        { "odd labels", new H5File { ["frames"] = new byte[4, 6, 6], ["labels"] = new int[5] }, "labels", "4 frames" },
        { "fractions for labels", new H5File { ["frames"] = new byte[1, 6, 6], ["labels"] = new[] { .5 } }, "labels", "whole" },
        { "not millimetres", new H5File { ["frames"] = new float[2, 3, 3] }, "frames", "millimetres" },
    };

    [Theory, MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_wrong_file_gets_one_line_that_names_the_dataset(string what, H5File content, string dataset, string problem)
    {
        using TemporaryFolder folder = new();
        string file = folder[what + ".h5"];
        content.Write(file);
        RecordingSet set = Recordings.Load(file);
        Assert.Empty(set.Loaded);
        RecordingProblem found = Assert.Single(set.Problems);
        Assert.Equal((file, dataset), (found.File, found.Dataset));
        Assert.Contains(problem, found.Problem);
        Assert.StartsWith($"{file}: {dataset}: ", found.ToString());
        Assert.DoesNotContain('\n', found.ToString());
    }

    [Fact]
    public void A_cut_short_file_says_how_much_is_there_and_a_damaged_chunk_names_the_frames()
    {
        using TemporaryFolder folder = new();
        using var scope = NewDisposeScope();
        Recording mouse = MouseSimulator.Simulate(new() { Mice = 1, FramesPerMouse = 200 })[0];
        MoseqExtraction.Write(folder["whole.h5"], mouse);
        byte[] bytes = File.ReadAllBytes(folder["whole.h5"]);
        File.WriteAllBytes(folder["cut.h5"], bytes[..(bytes.Length / 2)]);
        Assert.Contains("cut short", Assert.Single(Recordings.Load(folder["cut.h5"]).Problems).Problem);
        bytes.AsSpan(bytes.Length / 3, bytes.Length / 3).Fill(0xAA);
        File.WriteAllBytes(folder["holed.h5"], bytes);
        RecordingProblem problem = Assert.Single(Recordings.Load(folder["holed.h5"]).Problems);
        Assert.Equal("frames", problem.Dataset);
        Assert.Contains("damaged", problem.Problem);
    }
}
