int code = await Svae.Notebooks.Commands.CommandLine.InvokeAsync(args, Console.Out).ConfigureAwait(false);
// A thread of a notebook that had ended may have failed meanwhile.
return code == 0 ? Environment.ExitCode : code;
