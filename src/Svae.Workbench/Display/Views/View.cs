using Microsoft.Data.Analysis;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>What shows what: for each type a user meets, the figure or table that is drawn when a cell ends in one.</summary>
public static class View
{
    private static readonly Entry[] entries =
    [
        Entry.Of<Tensor>((x, _) => new TensorView(x)),
        Entry.Of<DataFrame>((x, _) => new TableView(x)),
        Entry.Of<nn.Module>((x, _) => new NetworkView(x)),
        Entry.Of<TrainingHistory>((x, _) => TrainingCurve.Of(x.Records)),
        Entry.Of<Gaussian.Natural>((x, title) => GaussianFigure.Of(x, title ?? "Gaussian"), new Gaussian().Contains),
        Entry.Of<Gaussian.Standard>((x, title) => GaussianFigure.Of(x, title ?? "Gaussian")),
        Entry.Of<Categorical.Natural>((x, title) => CategoricalFigure.Of(x, title ?? "Categorical"), new Categorical().Contains),
        Entry.Of<Dirichlet.Natural>((x, title) => CategoricalFigure.Of(x, title ?? "Dirichlet"), new Dirichlet().Contains),
        Entry.Of<NormalInverseWishart.Natural>((x, title) => GaussianFigure.Of(x, title ?? "Normal-inverse-Wishart"), new NormalInverseWishart().Contains),
        Entry.Of<MatrixNormalInverseWishart.Natural>((x, title) => DynamicsFigure.Of(x, title ?? "Matrix-normal-inverse-Wishart"),
            new MatrixNormalInverseWishart().Contains),
        Entry.Of<ILocalPosterior>((x, _) => PosteriorFigure.Of(x)),
        Entry.Of<ChainPosterior>((x, _) => PosteriorFigure.Of(x)),
        Entry.Of<SldsMeanFieldPosterior>((x, _) => PosteriorFigure.Of(x)),
        Entry.Of<HmmPosterior>((x, _) => StateFigure.Of(x)),
        Entry.Of<HsmmPosterior>((x, _) => StateFigure.Of(x)),
        Entry.Of<NodePotentials>((x, _) => PosteriorFigure.Of(x)),
        Entry.Of<ChainPotentials>((x, _) => Implied(x)),
        Entry.Of<FixedPointReport>((x, _) => FixedPointFigure.Of(x)),
        Entry.Of<LatentPaths>((x, _) => PosteriorFigure.Of(x)),
        Entry.Of<Segmentation>((x, _) => PosteriorFigure.Of(x)),
        Entry.Of<SldsVae>((x, _) => ModelGraph.Of(x.Vae)),
        new(typeof(StructuredVae<>), (x, _) => Graph((dynamic)x), null),
    ];

    /// <summary>The representation of a value: itself if it brings one, a figure or a table made for its type, or null for any other.</summary>
    /// <param name="value">Anything.</param>
    /// <param name="title">Heading, where the representation has one to be chosen.</param>
    public static IMimeBundle? Of(object? value, string? title = null)
    {
        if (value is null or IMimeBundle) return value as IMimeBundle;
        Type type = value.GetType();
        if (value is not Tensor && HoldsDisposed(value)) return new RecordView(value);
        if (Array.Find(entries, e => e.Suits(type)) is { } entry) return entry.Draws(value) ? entry.View(value, title) : new RecordView(value);
        if (ParameterPanel.Suits(type)) return ParameterPanel.Of(value);
        return RecordView.Suits(type) ? new RecordView(value) : null;
    }

    /// <summary>Types that have a representation, for registration in a host: base types and generic definitions stand for all of theirs.</summary>
    internal static IEnumerable<Type> Types => entries.Select(e => e.Type)
        .Concat(typeof(View).Assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
            && !t.IsAssignableTo(typeof(IMimeBundle)) && (RecordView.Suits(t) || ParameterPanel.Suits(t)))).Distinct();

    internal static bool IsDistribution(Type type) => type.DeclaringType?.Namespace == typeof(Gaussian).Namespace && Array.Exists(entries, e => e.Type == type);

    private static bool HoldsDisposed(object value) => RecordView.Suits(value.GetType()) && RecordView.Tensors(value).Any(t => t.IsInvalid);

    private static ModelGraph Graph<TParameters>(StructuredVae<TParameters> vae) where TParameters : INaturalParameters<TParameters> => ModelGraph.Of(vae);

    /// <summary>Mean and deviation that the potentials imply; themselves where they are not those of a proper chain.</summary>
    private static IMimeBundle Implied(ChainPotentials potentials)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        try
        {
            return PosteriorFigure.Of(GaussianChain.Infer(potentials));
        }
        catch (ArgumentException)
        {
            return new RecordView(potentials);
        }
    }

    /// <param name="Type">The type, a base type, an interface, or a generic definition.</param>
    /// <param name="View">Its representation, under a heading.</param>
    /// <param name="Fits">Whether this value can be drawn so: expected statistics come in the records of natural parameters, and cannot.</param>
    private sealed record Entry(Type Type, Func<object, string?, IMimeBundle> View, Func<object, bool>? Fits)
    {
        public static Entry Of<T>(Func<T, string?, IMimeBundle> view, Func<T, bool>? fits = null) =>
            new(typeof(T), (x, title) => view((T)x, title), fits is null ? null : x => fits((T)x));

        public bool Suits(Type type) => Type.IsAssignableFrom(type) || type.IsGenericType && type.GetGenericTypeDefinition() == Type;

        public bool Draws(object value) => Fits is null || Fits(value);
    }
}
