using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Forward–backward against enumeration of all K^T paths, made elsewhere and stored.</summary>
public class ForwardBackwardGoldenTests
{
    public static IEnumerable<TheoryDataRow<string, MessagePassingForm>> Cases() =>
        from name in GoldenCase.Names("hmm_")
        from form in new[] { MessagePassingForm.Auto, MessagePassingForm.Sequential, MessagePassingForm.Parallel }
        select new TheoryDataRow<string, MessagePassingForm>(name, form);

    [Theory, MemberData(nameof(Cases))]
    public void Log_partition_and_marginals(string name, MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        GoldenCase golden = GoldenCase.Load(name);
        HmmPosterior posterior = ForwardBackward.Infer(Potentials(golden), form: form);
        AssertClose.Equal(golden["logZ"].reshape(1), posterior.LogZ, what: "log Z");
        AssertClose.Equal(golden["gamma"].unsqueeze(0), posterior.Marginals, what: "marginals");
        AssertClose.Equal(golden["xi"].sum(0, keepdim: true), posterior.PairMarginalSum, what: "pair marginals");
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
