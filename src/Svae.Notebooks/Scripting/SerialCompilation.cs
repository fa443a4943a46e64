using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Scripting;

namespace Svae.Notebooks.Scripting;

/// <summary>
/// Compiles a script on the calling thread alone. By itself the compiler shares its work with the thread pool and waits for it, which
/// can take minutes while an earlier cell's parallel loop keeps the pool busy.
/// </summary>
internal static class SerialCompilation
{
    /// <summary>The script, which has not been compiled yet, told to do so.</summary>
    public static Script<object> Serially(this Script<object> script)
    {
        Compilation compilation = script.GetCompilation();
        CompilationOf(script) = compilation.WithOptions(((CSharpCompilationOptions)compilation.Options).WithConcurrentBuild(false));
        return script;
    }

    // A script takes no compiler options, so its compilation is replaced where it keeps it.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_lazyCompilation")]
    private static extern ref Compilation? CompilationOf(Script script);
}
