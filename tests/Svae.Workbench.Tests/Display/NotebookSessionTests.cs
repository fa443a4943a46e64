using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class NotebookSessionTests
{
    [Fact]
    public void A_name_said_twice_keeps_its_place_and_its_last_value()
    {
        var session = new NotebookSession();
        session.Summarize("states", "3");
        session.Summarize("accuracy", ".5");
        session.Summarize("states", "12");
        Assert.Equal([("states", "12"), ("accuracy", ".5")], session.Summary);
    }

    [Fact]
    public void The_output_folder_exists_once_it_is_read_and_saving_leaves_no_unfinished_file()
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var session = new NotebookSession(folder);
            Assert.False(Directory.Exists(folder));
            string path = session.Save("scores.csv", "a,b\n");
            Assert.Equal([path], Directory.GetFiles(session.OutputFolder));
            Assert.Equal("a,b\n", File.ReadAllText(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
