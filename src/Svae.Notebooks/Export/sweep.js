document.querySelectorAll("table.sortable").forEach(function (table) {
  var heads = Array.from(table.tHead.rows[0].cells), body = table.tBodies[0];
  function key(row, column) {
    var cell = row.cells[column], text = cell.dataset.key === undefined ? cell.textContent : cell.dataset.key, number = parseFloat(text);
    return text === "" ? null : isNaN(number) ? text : number;
  }
  heads.forEach(function (head, column) {
    head.addEventListener("click", function () {
      var up = head.classList.contains("sorted") && !head.classList.contains("up");
      heads.forEach(function (other) { other.classList.remove("sorted", "up"); });
      head.classList.add("sorted");
      head.classList.toggle("up", up);
      Array.from(body.rows).sort(function (a, b) {
        var x = key(a, column), y = key(b, column);
        if (x === null || y === null) return (x === null) - (y === null);
        return (x < y ? -1 : x > y ? 1 : 0) * (up ? 1 : -1);
      }).forEach(function (row) { body.appendChild(row); });
    });
  });
});
