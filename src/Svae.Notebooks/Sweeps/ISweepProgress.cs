namespace Svae.Notebooks.Sweeps;

/// <summary>Hears how a sweep goes; called from several threads.</summary>
internal interface ISweepProgress
{
    /// <summary>A task begins.</summary>
    void Started(int task);

    /// <summary>What a running task is doing, and how much of that is done.</summary>
    void Said(int task, string doing, double? fraction);

    /// <summary>A task has ended.</summary>
    void Ended(int task, SweepRecord record);
}
