using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Every golden chain (dense joint Gaussian, quadrature), in every form.</summary>
public class GaussianChainGoldenTests
{
    public static TheoryData<string, MessagePassingForm> Cases()
    {
        var data = new TheoryData<string, MessagePassingForm>();
        foreach (string name in GoldenCase.Names("lds_"))
            foreach (MessagePassingForm form in ChainForms.All)
                data.Add(name, form);
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Moments_match_the_dense_joint_gaussian(string name, MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        double tolerance = Tolerance(name);
        ChainPosterior q = GaussianChain.Infer(Potentials(golden), form: form);
        AssertClose.Equal(golden["logZ"] - golden["c0"] - golden["c"].sum(), q.LogZ[0], tolerance, "logZ");
        if (golden.Has("Ex1"))
        {
            AssertClose.Equal(golden["Ex1"], q.Mean[0, 0, 0], tolerance, "E x_1");
            AssertClose.Equal(golden["Ex1x2"], q.CrossCovariance[0, 0, 0, 0] + q.Mean[0, 0, 0] * q.Mean[0, 1, 0], tolerance, "E x_1 x_2");
            return;
        }
        AssertClose.Equal(golden["mean"], q.Mean[0], tolerance, "mean");
        AssertClose.Equal(golden["cov"], q.Covariance[0], tolerance, "covariance");
        AssertClose.Equal(golden["cross"], q.CrossCovariance[0], tolerance, "cross-covariance");
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_gradient_of_the_log_normaliser_is_the_expected_statistics(string name, MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        if (!golden.Has("grad_hn")) return;
        ChainPotentials p = Potentials(golden);
        foreach (var (_, value) in p.Named) value.requires_grad_();
        GaussianChain.Infer(p, form: form).LogZ.sum().backward();
        foreach (var (symbol, value) in p.Named)
        {
            string key = symbol.Split('.')[1];
            Tensor expected = golden["grad_" + key];
            AssertClose.Equal(expected, value.grad!.reshape(expected.shape), Tolerance(name), "∂logZ/∂" + key);
        }
    }

    private static double Tolerance(string name) => name.Contains("stiff") ? 1e-6 : 1e-9;

    /// <summary>A golden chain as a batch of one.</summary>
    internal static ChainPotentials Potentials(GoldenCase golden) => new(
        golden["J0"], golden["h0"], golden["J11"].unsqueeze(0), golden["J12"].unsqueeze(0), golden["J22"].unsqueeze(0),
        golden["Jn"].unsqueeze(0), golden["hn"].unsqueeze(0));
}
