using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Forward–backward against enumeration of all K^T paths, made elsewhere and stored.</summary>
public class ForwardBackwardGoldenTests
{
    public static IEnumerable<TheoryDataRow<string, MessagePassingForm>> Cases() =>
        from name in GoldenCase.Names("hmm_")
        from form in ForwardBackwardTests.Forms
        select new TheoryDataRow<string, MessagePassingForm>(name, form);

    [Theory, MemberData(nameof(Cases))]
    public void Log_partition_marginals_and_entropy(string name, MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        GoldenComparison.AssertAll(Golden(name, form));
    }

    internal static GoldenComparison[] Golden(string name, MessagePassingForm form)
    {
        GoldenCase golden = GoldenCase.Load(name);
        HmmPotentials potentials = Potentials(golden);
        HmmPosterior posterior = ForwardBackward.Infer(potentials, form: form);
        var (logZ, marginals, pairs) = posterior;
        Tensor expectedLogWeight = (marginals[0, 0] * potentials.LogInitial).sum() + (pairs[0] * potentials.LogTransition).sum() + (marginals * potentials.LogLikelihood).sum();
        return
        [
            golden.Compare("logZ", logZ[0]), golden.Compare("gamma", marginals[0]), golden.Compare("xi", golden["xi"].sum(dim: 0), pairs[0]),
            golden.Compare("xi of each step", golden["xi"], ForwardBackward.PairMarginals(potentials)[0]), golden.Compare("entropy", logZ[0] - expectedLogWeight),
        ];
    }

    [Theory, MemberData(nameof(Names))]
    public void Most_probable_path(string name)
    {
        using var scope = NewDisposeScope();
        GoldenCase golden = GoldenCase.Load(name);
        Tensor path = ForwardBackward.MostProbablePath(Potentials(golden));
        Assert.Equal(golden["map_path"].to(ScalarType.Int64).data<long>().ToArray(), path[0].data<long>().ToArray());
    }

    public static TheoryData<string> Names() => [.. GoldenCase.Names("hmm_")];

    private static HmmPotentials Potentials(GoldenCase golden) => new(golden["log_pi"], golden["log_A"], golden["ll"].unsqueeze(0));
}
