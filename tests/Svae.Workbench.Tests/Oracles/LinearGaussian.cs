using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary><c>y = C x + d + N(0, diag R)</c> in double precision, the observation model under which everything is known exactly.</summary>
/// <param name="C">Shape [p, n].</param>
/// <param name="d">Shape [p].</param>
/// <param name="R">Variances, shape [p].</param>
internal sealed record LinearGaussian(Tensor C, Tensor d, Tensor R) : ILikelihood
{
    public Tensor LogLikelihood(Tensor y, Tensor x) => PixelLogLikelihood(y, x).sum(-1);

    public Tensor PixelLogLikelihood(Tensor y, Tensor x) => -0.5 * ((y - Mean(x)).square() / R + (2 * Math.PI * R).log());

    public Tensor Mean(Tensor x) => x.matmul(C.mT) + d;

    public Tensor Sample(Tensor x, Generator generator) => Mean(x) + R.sqrt() * randn([.. x.shape[..^1], d.shape[0]], ScalarType.Float64, generator: generator);

    /// <summary>E log p(y_t | x_t) under x_t ~ N(mean, covariance), shape [B, T].</summary>
    public Tensor Expected(Tensor y, Tensor mean, Tensor covariance) =>
        LogLikelihood(y, mean) - 0.5 * (C.mT.matmul(C / R.unsqueeze(1)) * covariance).sum([-1, -2]);

    /// <summary>log p(y_t | x) as a function of x: the exact potential, dense, or with its precision's diagonal alone.</summary>
    public NodePotentials Potentials(Tensor y, bool dense)
    {
        Tensor J = C.mT.matmul(C / R.unsqueeze(1)), h = ((y - d) / R).matmul(C);
        return new NodePotentials(dense ? J.expand([.. h.shape, h.shape[^1]]) : J.diagonal().expand_as(h), h);
    }

    /// <summary>What the exact potential leaves out: log p(y_t | x = 0), shape [B, T].</summary>
    public Tensor Constant(Tensor y) => LogLikelihood(y, zeros([.. y.shape[..^1], C.shape[1]], ScalarType.Float64));

    /// <summary>A recognition "network" that knows the answer, times one learnable factor.</summary>
    public sealed class Recognition : nn.Module<Tensor, NodePotentials>
    {
        private readonly LinearGaussian likelihood;
        private readonly bool dense;
        private readonly Parameter factor;

        public Recognition(LinearGaussian likelihood, bool dense, double factor = 1) : base(nameof(Recognition))
        {
            (this.likelihood, this.dense, this.factor) = (likelihood, dense, new Parameter(tensor(factor)));
            RegisterComponents();
        }

        public override NodePotentials forward(Tensor y)
        {
            var (J, h) = likelihood.Potentials(y, dense);
            return new NodePotentials(factor * J, factor * h);
        }
    }
}
