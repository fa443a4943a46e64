using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Parameters;
using Svae.Notebooks.Terminal;

namespace Svae.Notebooks.Commands;

/// <summary>The command <c>svae</c>: what it understands, and one line with a remedy for what it does not.</summary>
internal static partial class CommandLine
{
    /// <summary>Does what the arguments say.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> InvokeAsync(string[] arguments, TextWriter terminal)
    {
        var root = new RootCommand("svae: the notebooks of Svae.Workbench.")
        {
            RunCommand.Create(terminal), ExportCommand.Create(terminal), SweepCommand.Create(terminal), LedgerCommand.Create(terminal),
            KernelCommand.Create(terminal), SweepTaskCommand.Create(terminal),
        };
        HelpWithExamples.AddTo(root);
        var parsed = root.Parse(arguments.Length == 0 ? ["--help"] : arguments);
        if (Problem(parsed) is { } problem)
        {
            string path = string.Join(' ', Commands(parsed.CommandResult).Reverse());
            OutcomeReport.WriteUserError(terminal, $"{problem} (help: {path} --help)", []);
            return (int)RunStatus.UserError;
        }
        // Ctrl-C belongs to the command, which saves what it has first.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, Output = terminal, Error = terminal }).ConfigureAwait(false);
    }

    // What looks like an option and is none is swallowed by an argument that takes any text.
    private static string? Problem(ParseResult parsed)
    {
        if (parsed.Action is HelpWithExamples or System.CommandLine.Help.HelpAction) return null;
        string? strange = parsed.UnmatchedTokens.Concat(parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value))
            .FirstOrDefault(text => text.StartsWith('-') && text.Length > 1 && !File.Exists(text));
        if (strange is not null) return $"{strange}: no such option{Nearest(strange, parsed.CommandResult.Command.Options.Where(option => !option.Hidden).SelectMany(option => option.Aliases.Append(option.Name)))}";
        if (parsed.Errors.Count == 0) return null;
        if (parsed.UnmatchedTokens.Count > 0 && parsed.CommandResult.Command.Subcommands.Count > 0)
            return $"{parsed.UnmatchedTokens[0]}: no such command{Nearest(parsed.UnmatchedTokens[0], parsed.CommandResult.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name))}";
        string said = parsed.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.');
        return NoNumber().Match(said) is { Success: true } parts ? $"{parts.Groups[2].Value} {parts.Groups[1].Value}: a number is wanted" : said;
    }

    // The parser names the .NET type that it wanted.
    [GeneratedRegex("^Cannot parse argument '(.*)' for option '(.*)' as expected type '.*'$")]
    private static partial Regex NoNumber();

    private static string Nearest(string given, IEnumerable<string> known) => NearestName.Of(given, known) is { } near ? $"; did you mean {near}?" : "";

    private static IEnumerable<string> Commands(CommandResult? command)
    {
        for (; command is not null; command = command.Parent as CommandResult)
            yield return command.Command is RootCommand ? "svae" : command.Command.Name;
    }
}
