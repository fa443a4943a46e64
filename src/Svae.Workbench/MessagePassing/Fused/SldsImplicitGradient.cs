using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// <see cref="ImplicitGradient"/> by the kernel: u with <c>(I − J)ᵀ u = v</c>, J = ∂γ'/∂γ, each sequence solved by <see cref="SequenceRichardson"/>.
/// </summary>
internal static unsafe class SldsImplicitGradient
{
    /// <summary>u plus the gradient that reaches γ' from outside, [B, T, K]: what flows back through the last sweep.</summary>
    /// <param name="adjoint">Of the sweep at the fixed point.</param>
    /// <param name="size">Sizes.</param>
    /// <param name="outer">Gradients of the outputs.</param>
    /// <param name="options">Step, memory and tolerance.</param>
    /// <param name="report">Receives iterations and residual.</param>
    public static Tensor Solve<V, M>(SldsAdjoint<V, M> adjoint, SldsSize size, SldsOutputGradients outer, FixedPointOptions options, AdjointReport report)
        where V : struct where M : struct, ILanes<V>
    {
        long entries = SequenceRichardson.Entries(size.Point, options);
        static Tensor Room(params long[] shape) => empty(shape, ScalarType.Float64);
        Tensor solution = Room(size.B, size.T, size.K);
        using Tensor right = Room(size.B, size.Point), images = Room(size.B, size.Point), memory = Room(size.B, entries);
        double* u = Native.Doubles(solution), v = Native.Doubles(right), image = Native.Doubles(images), own = Native.Doubles(memory);
        SequenceRichardson[] sequences = [.. Enumerable.Range(0, size.B).Select(b =>
            new SequenceRichardson((int)size.Point, options, v + b * size.Point, u + b * size.Point, own + b * entries))];

        for (int i = 1; ; i++)
        {
            int iteration = i;
            adjoint.ForEachGroup((group, arena) =>
            {
                if (iteration == 1) adjoint.Group(group, arena, outer.Marginals, outer, v, null);
                var (first, end) = size.Sequences(group);
                for (int b = first; b < end; b++)
                    if (iteration == 1) sequences[b].Restart();
                    else sequences[b].Advance();
                adjoint.Group(group, arena, u, null, image, null);
                for (int b = first; b < end; b++) sequences[b].Measure(image + b * size.Point);
            });
            double largest = sequences.Max(sequence => sequence.Relative); // NaN is less than everything to Max
            if (sequences.Any(sequence => double.IsNaN(sequence.Relative))) largest = double.NaN;
            (report.Iterations, report.Residual, report.Converged) = (i, largest, largest <= options.AdjointTolerance);
            if (report.Converged || i >= options.MaxAdjointIterations || !double.IsFinite(largest)) break;
        }
        if (!report.Converged)
            foreach (SequenceRichardson sequence in sequences.Where(sequence => !(sequence.Relative <= AdjointReport.FallbackResidual)))
            {
                report.FellBack++;
                sequence.Restart();
            }
        if (outer.Marginals is not null) RowArithmetic.AddScaled(u, 1, outer.Marginals, u, (int)(size.B * size.Point));
        return solution;
    }
}
