using Svae.Workbench.MessagePassing;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>The forms in which a primitive is computed, for theories over all of them.</summary>
internal static class ChainForms
{
    public static readonly MessagePassingForm[] All = [MessagePassingForm.Sequential, MessagePassingForm.Fused, MessagePassingForm.Parallel];
}
