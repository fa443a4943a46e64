using System.Globalization;
using System.Text;
using Spectre.Console;
using Svae.Notebooks.Terminal;
using Xunit;

namespace Svae.Notebooks.Tests.Terminal;

public sealed class LinesAboveBarsTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task A_line_leaves_nothing_of_the_bars_it_is_written_over(int columns)
    {
        var screen = new Screen();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(screen) });
        console.Profile.Width = columns;
        string wrapped = string.Join(' ', Enumerable.Repeat("word", 30));
        await console.Progress().AutoRefresh(false).AutoClear(true).Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 })
            .StartAsync(context =>
            {
                context.AddTask("a bar");
                var second = context.AddTask(BarText.Fit(console, "another bar that says at some length what it is doing"));
                context.Refresh();
                console.LineAboveBars("[green]✓[/] done");
                context.RemoveTask(second);
                console.LineAboveBars(wrapped);
                context.Refresh();
                return Task.CompletedTask;
            });
        string[] lines = [.. screen.Lines.Where(line => line.Length > 0)];
        Assert.Equal("✓ done", lines[0]);
        Assert.Equal(wrapped, string.Join(' ', lines[1..]));
    }

    /// <summary>What a terminal shows: text, line ends, cursor up, and erased lines.</summary>
    private sealed class Screen : TextWriter
    {
        private readonly List<StringBuilder> rows = [new()];
        private readonly StringBuilder escape = new();
        private int row, column;

        public override Encoding Encoding => Encoding.UTF8;

        public IEnumerable<string> Lines => rows.Select(line => line.ToString().TrimEnd());

        public override void Write(char value)
        {
            if (escape.Length > 0 || value == '\u001b')
            {
                escape.Append(value);
                if (!char.IsLetter(value)) return;
                Obey(escape.ToString(2, escape.Length - 3), value);
                escape.Clear();
            }
            else if (value == '\r') column = 0;
            else if (value == '\n')
            {
                (row, column) = (row + 1, 0);
                if (row == rows.Count) rows.Add(new StringBuilder());
            }
            else
            {
                StringBuilder line = rows[row];
                if (line.Length <= column) line.Append(' ', column + 1 - line.Length);
                line[column++] = value;
            }
        }

        private void Obey(string argument, char command)
        {
            if (command == 'A') row -= argument.Length == 0 ? 1 : int.Parse(argument, CultureInfo.InvariantCulture);
            if (command == 'K') rows[row].Length = argument == "2" ? 0 : Math.Min(rows[row].Length, column);
        }
    }
}
