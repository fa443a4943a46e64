using Svae.Workbench.Learning;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>What <see cref="InferenceFamilies"/> asks of each family.</summary>
internal interface IInferenceFamily
{
    string Name { get; }

    /// <summary>Whether θ takes natural-gradient steps.</summary>
    bool NaturalGradient { get; }

    /// <summary>One training step.</summary>
    void Step(Batch batch);

    /// <summary>What is fitted after training, where a query needs more than the model.</summary>
    void Finish(Minibatches data);

    /// <summary>The local part of the ELBO of each sequence, nats, [B], without sampling.</summary>
    Tensor LocalBound(Batch batch);

    /// <summary>The same at the best q(x) there is for the model's θ and decoder.</summary>
    Tensor BestLocalBound(Batch batch);

    /// <summary>The mean frames after the past ones, [B, steps, D].</summary>
    Tensor Predict(Tensor past, int steps);

    /// <summary>The mean of every frame, missing ones too, [B, T, D].</summary>
    Tensor Reconstruct(Batch batch);
}
