"""Runs a whole notebook with nbclient, as nbconvert, papermill and JupyterLab's servers do."""
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from kernel_under_test import NAME, run_all

METADATA = {"kernelspec": {"name": NAME, "display_name": ".NET (C#)", "language": "C#"}, "language_info": {"name": "C#"}}


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=METADATA)


def executed(*cells, **options):
    result = notebook(*cells)
    NotebookClient(result, timeout=120, **options).execute()
    nbformat.validate(result)
    return [cell.outputs for cell in result.cells]


def a_notebook_keeps_streams_results_and_updates(_):
    outputs = executed(
        "int a = 6; Console.WriteLine(\"first\"); Console.WriteLine(\"second\"); a * 7",
        "var place = display(\"before\");",
        "place.Update(\"after\");",
        "Console.Write(\"gone\"); clear_output(); Console.Write(\"stays\");",
        "for (int i = 0; i <= 10; i++) { Notebook.Progress.Report(new WorkProgress(\"counting\", i / 10.0)); }")
    assert outputs[0][0]["text"] == "first\nsecond\n" and outputs[0][1]["data"]["text/plain"] == "42", outputs[0]
    assert outputs[1][0]["data"]["text/plain"] == "after" and outputs[2] == [], outputs[1:3]
    assert [output["text"] for output in outputs[3]] == ["stays"], outputs[3]
    assert len(outputs[4]) == 1 and "counting" in outputs[4][0]["data"]["text/plain"], outputs[4]


def a_figure_has_a_live_a_static_and_a_plain_form(_):
    outputs = executed("new Figure(\"T\") { Panels = [new Panel(\"x (s)\", \"y\").Line([0, 1, 2], [1, 3, 2])] }")[0]
    # The library itself is brought to the page and not kept in the notebook.
    assert len(outputs) == 2 and len(outputs[0]["data"]["text/html"]) < 100, [len(str(output)) for output in outputs]
    data = outputs[1]["data"]
    assert "Plotly" in data["text/html"] and "data:image/" in data["text/html"] and data["text/plain"], list(data)


def a_failing_cell_ends_the_run_with_cell_and_line(_):
    try:
        executed("1", "int zero = 0;\nint x = 1 / zero;", "2")
    except CellExecutionError as error:
        assert "System.DivideByZeroException" in str(error) and "cell 2, line 2" in str(error), error
        return
    raise AssertionError("the run did not fail")


def errors_that_are_allowed_are_kept(_):
    outputs = executed("throw new Exception(\"allowed\");", "1", allow_errors=True)
    assert outputs[0][0]["evalue"] == "allowed" and outputs[1][0]["data"]["text/plain"] == "1", outputs


def a_cell_that_takes_too_long_is_interrupted_and_the_next_one_knows_the_first(_):
    endless = "while (true) { }"
    # The time-out is the endless cell's only: on a busy machine a cold kernel's other cells may need longer.
    outputs = executed("int kept = 7;", endless, "kept", interrupt_on_timeout=True, allow_errors=True, timeout_func=lambda cell: 3 if cell.source == endless else 120)
    assert outputs[1][0]["ename"] == "Interrupted" and outputs[2][0]["data"]["text/plain"] == "7", outputs


if __name__ == "__main__":
    own = [check for check in list(globals().values()) if callable(check) and getattr(check, "__module__", "") == "__main__" and check not in (notebook, executed)]
    sys.exit(run_all(own, None))
