using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Every golden chain (dense joint Gaussian, quadrature, evidence of linear-Gaussian models), in every form.</summary>
public class GaussianChainGoldenTests
{
    public static TheoryData<string, MessagePassingForm> Cases() => InAllForms("lds_");

    public static TheoryData<string, MessagePassingForm> EvidenceCases() => InAllForms("evidence_");

    [Theory, MemberData(nameof(Cases))]
    public void Moments_and_gradients_match_the_dense_joint_gaussian(string name, MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        GoldenComparison.AssertAll(Golden(name, form));
    }

    [Theory, MemberData(nameof(EvidenceCases))]
    public void The_normaliser_of_a_linear_Gaussian_model_is_its_evidence(string name, MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        GoldenComparison.AssertAll(Evidence(name, form));
    }

    /// <summary>log Z, moments, and the gradient of log Z, which is the expected statistics.</summary>
    internal static GoldenComparison[] Golden(string name, MessagePassingForm form)
    {
        var golden = GoldenCase.Load(name);
        double tolerance = name.Contains("stiff") ? 1e-6 : 1e-9;
        ChainPotentials p = Potentials(golden);
        foreach (var (_, value) in p.Named) value.requires_grad_();
        ChainPosterior q = GaussianChain.Infer(p, form: form);
        GoldenComparison logZ = golden.Compare("logZ", golden["logZ"] - golden["c0"] - golden["c"].sum(), q.LogZ[0], tolerance);
        if (golden.Has("Ex1"))
            return [logZ, golden.Compare("Ex1", q.Mean[0, 0, 0]), golden.Compare("Ex1x2", q.CrossCovariance[0, 0, 0, 0] + q.Mean[0, 0, 0] * q.Mean[0, 1, 0])];
        q.LogZ.sum().backward();
        return
        [
            logZ, golden.Compare("mean", q.Mean[0], tolerance), golden.Compare("cov", q.Covariance[0], tolerance), golden.Compare("cross", q.CrossCovariance[0], tolerance),
            .. from named in p.Named
               let key = "grad_" + named.Symbol.Split('.')[1]
               select golden.Compare(key, named.Value.grad!.reshape(golden[key].shape), tolerance),
        ];
    }

    /// <summary>
    /// A linear-Gaussian model as a chain, with the exact likelihood as node potentials: log Z less what the potentials leave out is
    /// log p(y), and the moments are those of the smoother.
    /// </summary>
    internal static GoldenComparison[] Evidence(string name, MessagePassingForm form)
    {
        var golden = GoldenCase.Load(name);
        Tensor A = golden["A"], C = golden["C"], start = linalg.inv(golden["P0"]), innovation = linalg.inv(golden["Q"]), noise = golden["R"];
        Tensor residual = golden["y"] - golden["d"], weighted = residual / noise;
        var (S, T) = (residual.shape[0], residual.shape[1]);
        var p = new ChainPotentials(start, start.mv(golden["m0"]), A.mT.matmul(innovation).matmul(A), -A.mT.matmul(innovation), innovation,
            C.mT.matmul(C / noise.unsqueeze(1)).expand([S, T, .. A.shape]).contiguous(), weighted.matmul(C));
        ChainPosterior q = GaussianChain.Infer(p, form: form);
        static Tensor LogDeterminant(Tensor covariance) => (2 * Math.PI * covariance).logdet();
        Tensor leftOut = golden["m0"].dot(p.h0) + LogDeterminant(golden["P0"]) + (T - 1) * LogDeterminant(golden["Q"])
            + T * LogDeterminant(diag(noise)) + (residual * weighted).sum([1, 2]);
        return [golden.Compare("log_evidence", q.LogZ - 0.5 * leftOut), golden.Compare("post_mean", q.Mean), golden.Compare("post_cov", q.Covariance)];
    }

    private static TheoryData<string, MessagePassingForm> InAllForms(string prefix)
    {
        var data = new TheoryData<string, MessagePassingForm>();
        foreach (string name in GoldenCase.Names(prefix))
            foreach (MessagePassingForm form in ChainForms.All)
                data.Add(name, form);
        return data;
    }

    /// <summary>A golden chain as a batch of one.</summary>
    internal static ChainPotentials Potentials(GoldenCase golden) => new(
        golden["J0"], golden["h0"], golden["J11"].unsqueeze(0), golden["J12"].unsqueeze(0), golden["J22"].unsqueeze(0),
        golden["Jn"].unsqueeze(0), golden["hn"].unsqueeze(0));
}
