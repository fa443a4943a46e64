using System.Reflection;
using TorchSharp;
using Xunit.v3;

[assembly: Svae.Workbench.Tests.SameDraws]

namespace Svae.Workbench.Tests;

/// <summary>Draws without a generator of their own are the same in every run, whichever tests ran before: a failure can be repeated.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class SameDraws : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => torch.manual_seed(0);
}
