using Svae.Workbench.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Held-out sequences, and what the families are judged by.</summary>
internal sealed class FamilyJudge
{
    private readonly InferenceFamiliesSettings settings;
    private readonly Batch batch;
    private readonly Tensor signal; // C x + d, [B, T, D]
    private readonly int frames;
    private readonly double evidence; // true log p(y), nats per frame

    public FamilyJudge(LinearGaussianRotation process, ToyData heldOut, InferenceFamiliesSettings settings)
    {
        (this.settings, frames) = (settings, process.Frames);
        (batch, signal) = (Batch.Whole(heldOut.Observations), heldOut.Clean.to(ScalarType.Float64));
        evidence = PerFrame(process.LogLikelihood(heldOut.Observations));
    }

    public double Bound(IInferenceFamily family) => Of(() => PerFrame(family.LocalBound(batch)));

    public double EvidenceGap(IInferenceFamily family) => evidence - Bound(family);

    public double LocalGap(IInferenceFamily family) => Of(() => PerFrame(family.BestLocalBound(batch) - family.LocalBound(batch)));

    public double PredictionError(IInferenceFamily family) => Of(() =>
    {
        int past = frames - settings.Ahead;
        return Error(family.Predict(batch.Observations.narrow(1, 0, past), settings.Ahead), signal.narrow(1, past, settings.Ahead));
    });

    public double ImputationError(IInferenceFamily family) => Of(() =>
    {
        int start = (frames - settings.Hidden) / 2;
        Tensor observed = batch.Observed.clone();
        observed.narrow(1, start, settings.Hidden).zero_();
        Tensor imputed = family.Reconstruct(batch with { Observed = observed });
        return Error(imputed.narrow(1, start, settings.Hidden), signal.narrow(1, start, settings.Hidden));
    });

    private double PerFrame(Tensor values) => values.mean().item<double>() / frames;

    private static double Error(Tensor found, Tensor truth) => (found.to(ScalarType.Float64) - truth).square().mean().sqrt().item<double>();

    private static double Of(Func<double> measurement)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return measurement();
    }
}
