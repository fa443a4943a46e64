using Svae.Workbench.Learning;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>What every family begins with; q(θ) of the dynamics begins at the prior.</summary>
/// <param name="Components">Whitened principal components of the training observations, as many as there are latents.</param>
/// <param name="Train">The training observations, float32 [T, D] each.</param>
/// <param name="Step">Size and geometry of the steps on q(θ).</param>
/// <param name="LearningRate">Adam's rate for the networks.</param>
/// <param name="Seed">Of weights and samples.</param>
internal sealed record FamilyStart(PrincipalComponents Components, IReadOnlyList<Tensor> Train, StepSettings Step, double LearningRate, int Seed)
{
    public int Latents => (int)Components.Components.shape[0];
}

/// <summary>What <see cref="InferenceFamilies"/> asks of each family.</summary>
internal interface IInferenceFamily
{
    string Name { get; }

    /// <summary>Whether there is a q(θ) to take gradient steps on.</summary>
    bool LearnsParameters { get; }

    /// <summary>One training step.</summary>
    /// <exception cref="ExponentialFamilies.DomainException">A standard gradient left the domain.</exception>
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
