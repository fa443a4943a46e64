namespace Svae.Workbench.Tests.Data;

/// <summary>Damage as it happens to files: flipped bits, overwritten and misplaced blocks, lost ends.</summary>
internal static class Mutations
{
    public static byte[] Of(byte[] whole, Random random)
    {
        byte[] bytes = (byte[])whole.Clone();
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            // Half of the damage goes where the structure is: the first and last kilobytes.
            int at = random.Next(3) switch { 0 => random.Next(Math.Min(4096, bytes.Length)), 1 => Math.Max(0, bytes.Length - 1 - random.Next(4096)), _ => random.Next(bytes.Length) };
            int length = Math.Min(random.Next(1, 64), bytes.Length - at);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.AsSpan(at, length).Fill((byte)(random.Next(2) * 255)); break;
                case 3: random.NextBytes(bytes.AsSpan(at, Math.Min(8, length))); break;
                case 4: bytes.AsSpan(random.Next(bytes.Length - length), length).CopyTo(bytes.AsSpan(at)); break;
                default: bytes[at] = (byte)(bytes[at] + (random.Next(2) == 0 ? 1 : -1)); break;
            }
        }
        return random.Next(20) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
