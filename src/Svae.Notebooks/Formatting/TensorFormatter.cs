using System.Globalization;
using System.Net;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Notebooks.Formatting;

/// <summary>A tensor as text: its values when they fit on a screen, otherwise what they are like.</summary>
internal static class TensorFormatter
{
    private const long ValuesShown = 400;

    public static string ToText(Tensor tensor)
    {
        if (tensor.IsInvalid) return "a tensor that has been disposed";
        if (tensor.numel() <= ValuesShown) return tensor.ToString(TorchSharp.TensorStringStyle.Default).TrimEnd();
        return $"[{string.Join("x", tensor.shape)}], type = {tensor.dtype}, device = {tensor.device}\n{Statistics(tensor)}";
    }

    /// <summary>The same inside a table of properties.</summary>
    public static string ToHtml(Tensor tensor) => $"<pre>{WebUtility.HtmlEncode(ToText(tensor))}</pre>";

    private static string Statistics(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        if (is_complex(tensor)) return $"{tensor.numel()} complex values";
        var values = tensor.detach().to(ScalarType.Float64).flatten();
        var finite = values.isfinite();
        long missing = values.numel() - finite.sum().item<long>();
        string note = missing > 0 ? $", {missing} of {values.numel()} are not finite" : "";
        if (missing == values.numel()) return $" no finite values{note}";
        if (missing > 0) values = values.masked_select(finite);
        return $" min {Number(values.min())}, mean {Number(values.mean())}, max {Number(values.max())}, standard deviation {Number(values.std())}{note}";
    }

    private static string Number(Tensor value) => value.item<double>().ToString("G5", CultureInfo.InvariantCulture);
}
