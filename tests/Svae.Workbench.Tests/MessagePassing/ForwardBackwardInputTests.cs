using Svae.Workbench.MessagePassing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>What cannot be used is refused by name.</summary>
public class ForwardBackwardInputTests
{
    private static readonly RandomHmm Model = new(4, 6, 3, true, true, false, 1);

    [Fact]
    public void A_NaN_is_named_with_its_sequence_and_time_step()
    {
        using var scope = NewDisposeScope();
        HmmPotentials potentials = Model.Potentials();
        potentials.LogLikelihood[3, 5, 2] = double.NaN;
        Refused(potentials, null, "potentials.LogLikelihood[3, 5, 2] is NaN (sequence 3, time step 5, state 2)");
        potentials = Model.Potentials();
        potentials.LogTransition[1, 2] = double.PositiveInfinity;
        potentials.LogTransition[0, 0] = double.NegativeInfinity; // allowed, and must not hide the other
        Refused(potentials, null, "potentials.LogTransition[1, 2] is +∞ (from 1, to 2)");
    }

    [Fact]
    public void A_wrong_shape_is_named()
    {
        using var scope = NewDisposeScope();
        HmmPotentials potentials = Model.Potentials();
        Refused(potentials with { LogInitial = zeros(4, dtype: ScalarType.Float64) }, null, "potentials.LogInitial: expected [3] (state), got [4]");
        Refused(potentials with { LogTransition = zeros(5, 3, 3, dtype: ScalarType.Float64) }, null, "potentials.LogTransition: expected [4, 3, 3] (batch, from, to), got [5, 3, 3]");
        Refused(potentials with { LogInitial = zeros(3) }, null, "potentials.LogInitial: expected float64");
        Refused(potentials with { LogLikelihood = zeros(4, 0, 3, dtype: ScalarType.Float64) }, null, "at least one");
    }

    [Fact]
    public void A_length_outside_the_batch_is_named()
    {
        using var scope = NewDisposeScope();
        Refused(Model.Potentials(), tensor(new long[] { 6, 6, 7, 1 }), "lengths[2] = 7: sequence 2 must have between 1 and 6 time steps");
        Refused(Model.Potentials(), tensor(new long[] { 6, 0, 6, 1 }), "lengths[1] = 0");
        Refused(Model.Potentials(), tensor(new long[] { 6, 6 }), "lengths: expected [4] (batch), got [2]");
    }

    private static void Refused(HmmPotentials potentials, Tensor? lengths, string message)
    {
        foreach (MessagePassingForm form in ForwardBackwardTests.Forms)
            Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => ForwardBackward.Infer(potentials, lengths, form)).Message);
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => ForwardBackward.MostProbablePath(potentials, lengths)).Message);
    }
}
