using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.MessagePassing.Fused;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing.Fused;

/// <summary>The one kernel of the SLDS against the same mean field made of tensor operations, and against itself.</summary>
public class FusedSldsTests
{
    /// <summary>What a call is about besides its potentials.</summary>
    private sealed record Case(int B, int T, int n, int K, bool Dense, int Samples, bool Ragged, bool Labelled, double Beta, FixedPointOptions Options, int Seed)
    {
        public Tensor[] Potentials { get; private set; } = [];

        private Tensor? noise, lengths, labels;

        public Case Draw()
        {
            var draw = new Random(Seed);
            var generator = new Generator((ulong)Seed);
            var (potentials, Jn, hn) = RandomSlds.Problem(B, T, n, K, Seed);
            if (Dense) Jn = diag_embed(Jn) + 0.3;
            Potentials = SldsGradientTests.Potentials(potentials, Jn, hn);
            noise = Samples == 0 ? null : randn([Samples, B, T, n], ScalarType.Float64, generator: generator);
            lengths = Ragged ? tensor([.. Enumerable.Range(0, B).Select(_ => (long)draw.Next(1, T + 1))]) : null;
            labels = Labelled ? 3 * randn([B, T, K], ScalarType.Float64, generator: generator) : null;
            if (Labelled && K > 1) labels![0, 0, 0] = double.NegativeInfinity;
            return this;
        }

        public SldsMeanFieldPosterior Infer(Tensor[] potentials, MessagePassingForm form) =>
            SldsGradientTests.Infer(potentials, noise, Options, lengths, form, labels, Beta);

        /// <summary>All outputs, then the gradient of each potential.</summary>
        public Tensor[] OutputsAndGradients(MessagePassingForm form)
        {
            Tensor[] outputs = [];
            Tensor[] gradients = FiniteDifferences.Autograd(p =>
            {
                var q = Infer(p, form);
                outputs = [.. SldsGradientTests.Outputs(q).Select(output => output.detach())];
                return SldsGradientTests.Objective(q);
            }, Potentials);
            return [.. outputs, .. gradients];
        }
    }

    private static Gen<Case> Cases(int B, int T) =>
        from size in Gen.Select(Gen.Int[1, B], Gen.Int[1, T], Gen.Int[1, 5], Gen.Int[1, 9])
        from kind in Gen.Select(Gen.Bool, Gen.Int[0, 2], Gen.Bool, Gen.Bool)
        from beta in Gen.OneOf(Gen.Const(1.0), Gen.Double[1, 3])
        from solver in Gen.Select(Gen.Enum<FixedPointGradient>(), Gen.Int[0, 3], Gen.Int[1, 5], Gen.Double[0.4, 1.1])
        from seed in Gen.Int[0, 9999]
        select new Case(size.Item1, size.Item2, size.Item3, size.Item4, kind.Item1, kind.Item2, kind.Item3, kind.Item4, beta, new FixedPointOptions
        {
            MaxSweeps = 3, Tolerance = -1, Gradient = solver.Item1, AdjointMemory = solver.Item2, MaxAdjointIterations = solver.Item3, Damping = solver.Item4, AdjointTolerance = -1,
        }, seed);

    [Fact]
    public void Outputs_and_gradients_are_those_of_the_tensor_form() => Cases(19, 7).Sample(c =>
    {
        using var scope = NewDisposeScope();
        c.Draw();
        Tensor[] tensors = c.OutputsAndGradients(MessagePassingForm.Sequential), fused = c.OutputsAndGradients(MessagePassingForm.Fused);
        for (int i = 0; i < tensors.Length; i++) AssertClose.Equal(tensors[i], fused[i], 1e-9, $"{(i < tensors.Length - 13 ? "output" : "gradient")} {i}");
    }, iter: 60, threads: 1);

    [Fact]
    public void Reports_are_those_of_the_tensor_form() => Cases(9, 6).Sample(c =>
    {
        using var scope = NewDisposeScope();
        c = (c with { Options = new() }).Draw();
        FixedPointReport Of(MessagePassingForm form)
        {
            var q = c.Infer([.. c.Potentials.Select(potential => potential.detach().requires_grad_())], form);
            SldsGradientTests.Objective(q).backward();
            return q.Report;
        }
        FixedPointReport tensors = Of(MessagePassingForm.Sequential), fused = Of(MessagePassingForm.Fused);
        Assert.Equal((tensors.Sweeps, tensors.Converged), (fused.Sweeps, fused.Converged));
        Assert.Equal((tensors.Adjoint.Iterations, tensors.Adjoint.Converged, tensors.Adjoint.FellBack), (fused.Adjoint.Iterations, fused.Adjoint.Converged, fused.Adjoint.FellBack));
        for (int sweep = 0; sweep < fused.Sweeps; sweep++) Assert.Equal(tensors.Surrogate[sweep], fused.Surrogate[sweep], 1e-8);
        Assert.Equal(tensors.Residual, fused.Residual, 1e-9);
        Assert.Equal(tensors.Adjoint.Residual, fused.Adjoint.Residual, 1e-6);
        Assert.Equal(tensors.SequenceResiduals.Count, fused.SequenceResiduals.Count);
    }, iter: 20, threads: 1);

    [Fact]
    public void Results_do_not_depend_on_the_number_of_threads_in_any_bit() => Cases(90, 5).Sample(c =>
    {
        using var scope = NewDisposeScope();
        c.Draw();
        int before = get_num_threads();
        try
        {
            Tensor[] On(int threads)
            {
                set_num_threads(threads);
                return c.OutputsAndGradients(MessagePassingForm.Fused);
            }
            Tensor[] one = On(1);
            foreach (int threads in new[] { 2, 3, 8 })
                foreach (var (expected, actual) in one.Zip(On(threads))) Assert.True(expected.contiguous().bytes.SequenceEqual(actual.contiguous().bytes), $"{threads} threads");
        }
        finally
        {
            set_num_threads(before);
        }
    }, iter: 12, threads: 1);

    [Fact]
    public void Labels_that_scaled_messages_cannot_hold_are_exact_all_the_same() => Gen.Int[0, 9999].Sample(seed =>
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomSlds.Problem(5, 6, 2, 3, seed);
        // States may only move on, and the last frame of one sequence must be in the last state, which all labels before speak against.
        double no = double.NegativeInfinity;
        potentials = potentials with { LogTransition = tensor(new[,] { { 0, -1.0, no }, { no, 0, -1.0 }, { no, no, 0 } }), LogInitial = tensor(new[] { 0, no, no }) };
        Tensor labels = zeros(5, 6, 3, ScalarType.Float64);
        labels[1, ..5] = tensor(new[] { 0, -900.0, -2000 });
        labels[1, 5] = tensor(new[] { no, no, 0 });
        Tensor anywhere = full([5, 6, 3], 1.0 / 3, ScalarType.Float64);
        Assert.Null(new FusedSlds(potentials, Jn, hn, [6, 6, 6, 6, 6], labels, beta: 1).Evaluate(anywhere, noise: null));
        var options = new FixedPointOptions { MaxSweeps = 4, Tolerance = -1, MaxAdjointIterations = 3, AdjointTolerance = -1 };
        Tensor[] Results(MessagePassingForm form)
        {
            Tensor[] outputs = [];
            Tensor leaf = hn.detach().clone().requires_grad_();
            var q = SldsMeanField.Infer(potentials, Jn, leaf, labels: labels, options: options, form: form);
            SldsGradientTests.Objective(q).backward();
            return [.. SldsGradientTests.Outputs(q).Select(output => output.detach()), leaf.grad!];
        }
        foreach (var (expected, actual) in Results(MessagePassingForm.Sequential).Zip(Results(MessagePassingForm.Fused))) AssertClose.Equal(expected, actual, 1e-9, "result");
    }, iter: 10, threads: 1);
}
