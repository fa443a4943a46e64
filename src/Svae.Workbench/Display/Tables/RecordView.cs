using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>A record that holds tensors (potentials, a posterior, natural parameters): each member with its shape, range and picture.</summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class RecordView : IMimeBundle
{
    private readonly string name;
    private readonly (string Member, IMimeBundle? View, string Text)[] members;

    /// <param name="record">Looked at once, here; not kept.</param>
    public RecordView(object record)
    {
        name = Name(record.GetType());
        members = Members(record.GetType()).Select(p => Look(p, record)).ToArray();
    }

    /// <summary>Does this type hold tensors that a <see cref="RecordView"/> would show?</summary>
    /// <param name="type">Any type.</param>
    public static bool Suits(Type type) => !type.IsAssignableTo(typeof(IMimeBundle)) && !type.ContainsGenericParameters && Members(type)
        .Any(p => p.PropertyType == typeof(Tensor));

    /// <summary>The tensors that a record holds.</summary>
    internal static IEnumerable<Tensor> Tensors(object record) => Members(record.GetType()).Where(p => p.PropertyType == typeof(Tensor))
        .Select(p => p.GetValue(record)).OfType<Tensor>();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var html = new StringBuilder($"<div style=\"font:13px sans-serif\"><b>{WebUtility.HtmlEncode(name)}</b><table style=\"border-collapse:collapse\">");
        foreach (var (member, view, text) in members)
            html.Append($"<tr style=\"border-top:1px solid rgba(128,128,128,.35)\"><td style=\"padding:4px 14px 4px 2px;vertical-align:top;text-align:left\">{member}</td><td style=\"padding:4px;text-align:left\">")
                .Append(view?.ToMimeBundle()["text/html"] ?? WebUtility.HtmlEncode(text)).Append("</td></tr>");
        return new Dictionary<string, string> { ["text/html"] = html.Append("</table></div>").ToString(), ["text/plain"] = ToString() };
    }

    /// <summary>One line a member.</summary>
    public override string ToString() => name + string.Concat(members.Select(m => $"\n  {m.Member}: {m.Text}"));

    private static (string, IMimeBundle?, string) Look(PropertyInfo property, object record)
    {
        object? value = property.GetValue(record);
        if (value is Tensor { IsInvalid: false } tensor)
        {
            var view = new TensorView(tensor);
            return (property.Name, view, view.ToString());
        }
        return (property.Name, null, value switch
        {
            null => "none",
            Tensor => "a disposed tensor",
            System.Collections.ICollection many => $"{many.Count} items",
            _ => value.ToString() ?? "",
        });
    }

    /// <summary>What a record holds, and not what it computes from that.</summary>
    private static IEnumerable<PropertyInfo> Members(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.GetMethod?.IsDefined(typeof(CompilerGeneratedAttribute)) == true);

    private static string Name(Type type) => type.DeclaringType is { } outer ? $"{outer.Name}.{type.Name}" : type.Name;
}
