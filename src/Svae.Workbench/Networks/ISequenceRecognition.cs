using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks;

/// <summary>
/// A recognition network whose potentials of one frame depend on other frames. It has to be told where sequences end and which
/// frames are missing; one that looks at a frame at a time need not know.
/// </summary>
public interface ISequenceRecognition
{
    /// <summary>Potentials of every frame, given all observed frames of its sequence.</summary>
    /// <param name="y">Observations, float32 [B, T, D]; anything where a frame is missing or past the end.</param>
    /// <param name="observed">1 where a frame was observed, 0 where it is missing or past the end, float32 [B, T].</param>
    /// <param name="lengths">Frames of each sequence, int64 [B].</param>
    NodePotentials Potentials(Tensor y, Tensor observed, Tensor lengths);
}
