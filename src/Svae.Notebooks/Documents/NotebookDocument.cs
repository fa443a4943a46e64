using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Svae.Notebooks.Documents;

/// <summary>
/// A notebook in the Jupyter format, version 4 (nbformat.readthedocs.io). It is a view over the JSON itself, so fields
/// that this program does not know survive reading and writing.
/// </summary>
public sealed class NotebookDocument
{
    private static readonly JsonDocumentOptions Reading = new() { AllowDuplicateProperties = false, MaxDepth = 128 };
    private static readonly JsonSerializerOptions Writing = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        MaxDepth = 256,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonObject root;
    private readonly List<NotebookCell> cells;

    private NotebookDocument(JsonObject root, List<NotebookCell> cells) => (this.root, this.cells) = (root, cells);

    /// <summary>The cells in order.</summary>
    public IReadOnlyList<NotebookCell> Cells => cells;

    /// <summary>The notebook's own metadata.</summary>
    public JsonObject Metadata => Json.ObjectAt(root, "metadata");

    /// <summary>An empty notebook whose metadata names the C# kernel.</summary>
    public static NotebookDocument New()
    {
        var root = new JsonObject { ["cells"] = new JsonArray(), ["metadata"] = new JsonObject(), ["nbformat"] = 4, ["nbformat_minor"] = 5 };
        var document = new NotebookDocument(root, []);
        document.Complete();
        return document;
    }

    /// <summary>Reads a notebook's text.</summary>
    /// <exception cref="NotebookFormatException">It is not JSON, or not a notebook of format 4.</exception>
    public static NotebookDocument Parse(string text)
    {
        try
        {
            var root = JsonNode.Parse(text, documentOptions: Reading);
            Json.ReadEverything(root);
            return Interpret(root);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new NotebookFormatException("not a notebook: a string in the JSON holds half of a character (a lone surrogate)", e);
        }
        catch (JsonException e)
        {
            throw new NotebookFormatException($"not a notebook: the JSON is broken at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", e);
        }
    }

    /// <summary>Reads a notebook file.</summary>
    /// <exception cref="NotebookFormatException">As <see cref="Parse"/>, with the path in front; also when the file cannot be read.</exception>
    public static NotebookDocument Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (NotebookFormatException e)
        {
            throw new NotebookFormatException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message;
            throw new NotebookFormatException($"{path}: {reason}", e);
        }
    }

    /// <summary>An independent copy.</summary>
    public NotebookDocument Clone() => Interpret(root.DeepClone());

    /// <summary>Puts a cell at a position.</summary>
    public void Insert(int index, NotebookCell cell)
    {
        if (!HasCellIds) cell.Node.Remove("id");
        cells.Insert(index, cell);
        ((JsonArray)root["cells"]!).Insert(index, cell.Node);
    }

    /// <summary>Appends a cell.</summary>
    public void Add(NotebookCell cell) => Insert(cells.Count, cell);

    /// <summary>Takes a cell out.</summary>
    public void RemoveAt(int index)
    {
        cells.RemoveAt(index);
        ((JsonArray)root["cells"]!).RemoveAt(index);
    }

    /// <summary>
    /// Fills in what a strict reader misses: the metadata by which VS Code and JupyterLab choose the C# kernel, and cell ids where the
    /// format's minor version has them. What is there already stays.
    /// </summary>
    public void Complete()
    {
        for (int i = 0; HasCellIds && i < cells.Count; i++) cells[i].Node.TryAdd("id", $"cell-{i + 1}");
        Metadata.TryAdd("kernelspec", new JsonObject { ["display_name"] = ".NET (C#)", ["language"] = "C#", ["name"] = ".net-csharp" });
        Metadata.TryAdd("language_info", new JsonObject
        {
            ["name"] = "C#", ["file_extension"] = ".cs", ["mimetype"] = "text/x-csharp", ["pygments_lexer"] = "csharp",
        });
    }

    /// <summary>The notebook as text, indented as Jupyter does.</summary>
    public string ToJson() => root.ToJsonString(Writing) + "\n";

    /// <summary>Writes the file in one step: a reader sees the old notebook or the new one, never a part.</summary>
    public void Save(string path) => AtomicFile.Write(path, ToJson());

    private bool HasCellIds => Json.Int(root["nbformat_minor"]) >= 5;

    private static NotebookDocument Interpret(JsonNode? node)
    {
        var root = node as JsonObject ?? throw new NotebookFormatException("not a notebook: the JSON is not an object");
        int version = Json.Int(root["nbformat"]) ?? throw new NotebookFormatException("not a notebook: nbformat is missing");
        if (version != 4) throw new NotebookFormatException($"nbformat is {version}; format 4 is read (convert with `jupyter nbconvert --to notebook`)");
        if (root["metadata"] is not (JsonObject or null)) throw new NotebookFormatException("metadata is not an object");
        var array = root["cells"] as JsonArray ?? throw new NotebookFormatException("not a notebook: there is no list of cells");
        return new NotebookDocument(root, array.Select(NotebookCell.Interpret).ToList());
    }
}
