namespace Svae.Notebooks.Sweeps;

/// <summary>What SLURM is asked for.</summary>
internal sealed record SlurmOptions
{
    /// <summary>Partition; null: the cluster's default.</summary>
    public string? Partition { get; init; }

    /// <summary>Account that pays; null: the user's default.</summary>
    public string? Account { get; init; }

    /// <summary>Time limit of a task, as SLURM writes it: "2:00:00".</summary>
    public string? Time { get; init; }

    /// <summary>Memory of a task: "8G".</summary>
    public string? Memory { get; init; }

    /// <summary>Generic resources of a task: "gpu:1".</summary>
    public string? Resources { get; init; }

    /// <summary>Cores of a task, and threads that it uses.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>At most so many tasks at a time; null: as many as the cluster gives.</summary>
    public int? AtOnce { get; init; }
}
