using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Scripting.Hosting;
using Svae.Notebooks.Scripting.Directives;
using Svae.Notebooks.Scripting.References;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Scripting;

/// <summary>
/// The state that cells share, wherever they come from: each is compiled as a continuation of those before it and run on one thread, until
/// a cell keeps that thread for itself.
/// One cell at a time.
/// </summary>
public sealed class ScriptSession : IDisposable
{
    private CellThread thread = new();
    private readonly CellSources sources = new();
    private readonly InteractiveAssemblyLoader loader = new();
    private readonly SessionReferences references;
    private readonly CellGlobals globals;
    private volatile ScriptState<object>? state;

    /// <param name="notebook">What the cells see as <c>Notebook</c>.</param>
    public ScriptSession(NotebookSession notebook)
    {
        globals = new CellGlobals(notebook);
        notebook.BeforeCheckpoint = () => CellContext.Interrupt?.WaitUntilSaved();
        references = new SessionReferences(loader);
        ConsoleCapture.Install();
        WorkbenchFormatters.Register();
    }

    /// <summary>Compiles and runs one cell.</summary>
    /// <param name="code">Its text.</param>
    /// <param name="number">The number it is called by in errors.</param>
    /// <param name="output">Where its output goes.</param>
    /// <param name="interrupt">Stops it; the session stays usable.</param>
    public async Task<CellResult> RunAsync(string code, int number, ICellOutput output, CellInterrupt interrupt)
    {
        if (thread.IsLeft) thread = new CellThread();
        string name = CellSources.Name(number);
        sources.Add(name, code);
        try
        {
            var cell = CellText.Parse(code);
            if (cell.Shown is (var mimeType, var text)) Show(output, new Dictionary<string, string> { [mimeType] = text, [MimeBundles.Plain] = text });
            var clock = Stopwatch.StartNew();
            foreach (string note in await references.AddAsync(cell, interrupt.Cooperative).ConfigureAwait(false)) Show(output, MimeBundles.Of(note));
            var result = await RunCodeAsync(cell.Code, name, output, interrupt).ConfigureAwait(false);
            foreach (var magic in cell.Magics)
                if (MagicAnswers.Of(magic, state, clock.Elapsed) is { } answer) Show(output, MimeBundles.Of(answer));
            return result;
        }
        catch (DirectiveException e)
        {
            return new CellResult(CellStatus.Failed, CellErrors.FromDirective(e, name, sources));
        }
        catch (Exception e)
        {
            return Failed(e, name, interrupt);
        }
    }

    /// <summary>How a cell ended one of whose own threads threw.</summary>
    public CellResult Failed(Exception exception) => new(CellStatus.Failed, CellErrors.FromException(exception, sources));

    /// <summary>Asks the compiler about code that would come next; may be called while a cell runs.</summary>
    public T Analyse<T>(string code, Func<Compilation, T> question)
    {
        lock (ScriptEnvironment.Compiling) return question(Next(CellText.CodeOf(code)));
    }

    /// <summary>Ends the session; a cell that still runs is left to itself.</summary>
    public void Dispose()
    {
        thread.Dispose();
        references.Dispose();
        loader.Dispose();
    }

    private static void Show(ICellOutput output, IReadOnlyDictionary<string, string> bundle) => output.Display(Guid.NewGuid().ToString("N"), bundle);

    private async Task<CellResult> RunCodeAsync(string code, string name, ICellOutput output, CellInterrupt interrupt)
    {
        var (script, errors, showsValue) = await thread.RunAsync(() => Compile(code, name, interrupt.Cooperative)).ConfigureAwait(false);
        if (errors.Length > 0) return new CellResult(CellStatus.Failed, CellErrors.FromDiagnostics(errors, sources));
        globals.Notebook.Cancellation = interrupt.Cooperative;
        return await RunCompiledAsync(script, showsValue, output, interrupt).ConfigureAwait(false)
            is { } failure ? Failed(failure, name, interrupt) : new CellResult(CellStatus.Completed);
    }

    // Checkpoints are woven in; what is wrong with a cell is said about its text as it was written.
    private (Script<object> Script, Diagnostic[] Errors, bool ShowsValue) Compile(string code, string name, CancellationToken cancel)
    {
        lock (ScriptEnvironment.Compiling)
        {
            var (script, errors) = CompileLocked(code, name, cancel);
            return (script, errors, errors.Length == 0 && EndsInValue(script.GetCompilation()));
        }
    }

    private (Script<object> Script, Diagnostic[] Errors) CompileLocked(string code, string name, CancellationToken cancel)
    {
        Script<object> plain = Continue(code, name);
        Script<object> woven = Continue(CheckpointWeaver.Weave(plain.GetCompilation()), name);
        if (!woven.Compile(cancel).Any(IsError)) return (woven, []);
        return (plain, plain.Compile(cancel).Where(IsError).ToArray());
    }

    private Script<object> Continue(string code, string name) => (state is null
        ? CSharpScript.Create<object>(code, ScriptEnvironment.First(name, references.Pending), typeof(CellGlobals), loader)
        : state.Script.ContinueWith<object>(code, ScriptEnvironment.Later(name, references.Pending))).Serially();

    // The same to be asked only: a script's own way of continuing checks the cell before it once more.
    private Compilation Next(string code)
    {
        if (state is not { Script: var last }) return Continue(code, "code").GetCompilation();
        var before = (CSharpCompilation)last.GetCompilation();
        return before.RemoveAllSyntaxTrees()
            .AddSyntaxTrees(CSharpSyntaxTree.ParseText(code, (CSharpParseOptions)before.SyntaxTrees[^1].Options))
            .AddReferences(references.Pending)
            .WithScriptCompilationInfo(before.ScriptCompilationInfo!.WithPreviousScriptCompilation(before));
    }

    // What the cell declared before it threw stays declared, so its exception is caught by the script and given back here.
    private async Task<Exception?> RunCompiledAsync(Script<object> script, bool showsValue, ICellOutput output, CellInterrupt interrupt)
    {
        var after = await thread.RunCellAsync(async () =>
        {
            CellContext.Enter(output, interrupt);
            var ended = state is null
                ? await script.RunAsync(globals, _ => true, interrupt.Cooperative)
                : await script.RunFromAsync(state, _ => true, interrupt.Cooperative);
            if (ended.Exception is null && showsValue && !interrupt.StopsAtCheckpoints) output.Result(MimeBundles.Of(ended.ReturnValue));
            return ended;
        }, interrupt).ConfigureAwait(false);
        state = after;
        references.Accept();
        return after.Exception;
    }

    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error;

    // A last expression without a semicolon is shown, unless it has no value.
    private static bool EndsInValue(Compilation compilation)
    {
        var tree = compilation.SyntaxTrees.Last();
        if (((CompilationUnitSyntax)tree.GetRoot()).Members.LastOrDefault() is not GlobalStatementSyntax { Statement: ExpressionStatementSyntax last }
            || !last.SemicolonToken.IsMissing) return false;
        return compilation.GetSemanticModel(tree).GetTypeInfo(last.Expression).Type?.SpecialType != SpecialType.System_Void;
    }

    private CellResult Failed(Exception exception, string name, CellInterrupt interrupt) =>
        interrupt.IsRequested && CellInterrupt.IsStop(exception)
            ? new CellResult(CellStatus.Interrupted, CellErrors.Interrupted(name, thread.IsLeft))
            : Failed(exception);
}
