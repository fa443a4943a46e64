return await Svae.Notebooks.Commands.CommandLine.InvokeAsync(args, Console.Out).ConfigureAwait(false);
