using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>A variational autoencoder with linear networks, plain or structured.</summary>
/// <typeparam name="TParameters">Natural parameters of q(θ).</typeparam>
internal abstract class NetworkFamily<TParameters> : IInferenceFamily where TParameters : INaturalParameters<TParameters>
{
    private readonly optim.Optimizer optimizer;
    private readonly StepSettings step;
    private readonly Generator generator;

    protected NetworkFamily(string name, IGraphicalModel<TParameters> model, FamilyStart start)
    {
        (Name, step, generator) = (name, start.Step, new Generator((ulong)start.Seed));
        Networks = LinearNetworks.Of(start.Components, start.Train, generator);
        Vae = new StructuredVae<TParameters>(model, Networks.Recognition, Networks.Decoder);
        optimizer = optim.Adam(Vae.Networks, lr: start.LearningRate);
    }

    public string Name { get; }

    public abstract bool LearnsParameters { get; }

    protected StructuredVae<TParameters> Vae { get; }

    protected LinearNetworks Networks { get; }

    public void Step(Batch batch) => Vae.Step(batch, optimizer, step, generator);

    public virtual void Finish(Minibatches data) { }

    public Tensor LocalBound(Batch batch) => Path(Vae.Infer(batch), batch).Elbo(Theta(), batch);

    public Tensor BestLocalBound(Batch batch) =>
        new ConjugateLds(new LdsSettings { Dimension = Vae.Model.Dimension }, new LinearGaussianEmission { Observed = (int)batch.Observations.shape[2] })
            .Infer(Theta(), batch).Bound;

    public abstract Tensor Predict(Tensor past, int steps);

    public Tensor Reconstruct(Batch batch) => Vae.Reconstruct(batch);

    /// <summary>q(x) as a chain.</summary>
    protected abstract GaussianPathPosterior Path(ILocalPosterior posterior, Batch batch);

    /// <summary>E[t(θ)] of the prior on paths, written as a linear dynamical system.</summary>
    protected abstract LdsParameters System();

    private WithEmission<LdsParameters> Theta() => new(System(), Networks.Emission(Vae.Model.Dimension));
}

/// <summary>The plain VAE: its prior is the system whose frames forget the one before, x_t ~ N(0, I).</summary>
internal sealed class PlainFamily(FamilyStart start)
    : NetworkFamily<NoParameters>("VAE", new IndependentNormal(start.Latents), start)
{
    private VaeAutoregression? autoregression;

    public override bool LearnsParameters => false;

    /// <summary>A VAE has no dynamics to predict with, so it is lent an autoregression on its codes.</summary>
    public override void Finish(Minibatches data) => autoregression = VaeAutoregression.Fit(Vae, data);

    public override Tensor Predict(Tensor past, int steps) =>
        (autoregression ?? throw new InvalidOperationException("Predict: finish the training first")).Predict(past, steps);

    protected override GaussianPathPosterior Path(ILocalPosterior posterior, Batch batch) =>
        GaussianPathPosterior.Of(posterior.Mean, posterior.Covariance, null, batch.Lengths);

    protected override LdsParameters System()
    {
        long n = Vae.Model.Dimension;
        Tensor identity = eye(n, dtype: ScalarType.Float64);
        return new LdsParameters(new NormalInverseWishart().Statistics(new(zeros(n, ScalarType.Float64), identity)),
            new MatrixNormalInverseWishart().Statistics(new(zeros(n, n + 1, ScalarType.Float64), identity)));
    }
}

/// <summary>The structured VAE with a linear dynamical system.</summary>
internal sealed class StructuredFamily(FamilyStart start)
    : NetworkFamily<LdsParameters>("structured VAE", new LinearDynamicalSystem(new LdsSettings { Dimension = start.Latents }), start)
{
    public override bool LearnsParameters => true;

    public override Tensor Predict(Tensor past, int steps)
    {
        Tensor last = Vae.Infer(Batch.Whole(past)).Mean.select(1, past.shape[1] - 1);
        Tensor dynamics = MatrixNormalInverseWishart.ToStandard(Vae.Parameters.Dynamics).M;
        return Networks.Decoder.Mean(AffineMap.Iterate(dynamics, last, steps));
    }

    protected override GaussianPathPosterior Path(ILocalPosterior posterior, Batch batch) =>
        GaussianPathPosterior.Of(((LdsPosterior)posterior).Chain, batch.Lengths);

    protected override LdsParameters System() => Vae.Model.Family.ExpectedStatistics(Vae.Parameters);
}
