(function () {
  var button = document.getElementById("fold");
  var cells = Array.from(document.querySelectorAll(".cell > details"));
  if (!button || cells.length === 0) return;
  button.hidden = false;
  button.addEventListener("click", function () {
    var open = button.textContent === "Show all code";
    cells.forEach(function (cell) { cell.open = open; });
    button.textContent = open ? "Hide all code" : "Show all code";
  });
})();
