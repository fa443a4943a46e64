namespace Svae.Workbench.Display;

/// <summary>Shows an <see cref="IMimeBundle"/> in hosts that do not know the interface.</summary>
internal sealed class MimeBundleFormatters
{
    /// <summary>Called by the host, by this name.</summary>
    public IEnumerable<object> CreateTypeFormatters() => [new Of("text/html"), new Of("text/plain")];

    private sealed class Of(string mimeType)
    {
        public string MimeType { get; } = mimeType;

        public bool Format(object instance, TextWriter writer)
        {
            if (instance is not IMimeBundle bundle || !bundle.ToMimeBundle().TryGetValue(MimeType, out string? text)) return false;
            writer.Write(text);
            return true;
        }
    }
}
