/* Choosing rows. <form data-rows> round a table whose rows have one checkbox each; [data-all] chooses the page,
   [data-picked] says how many; [data-everything] (a checkbox for "all n of this query") shows when the page is full. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("[data-rows]"), function (form) {
    var all = form.querySelector("[data-all]");
    var told = form.querySelector("[data-picked]");
    var everything = form.querySelector("[data-everything]");
    var boxes = Array.prototype.slice.call(form.querySelectorAll("tbody input[type='checkbox']"));
    var last = null;

    function show() {
      var picked = boxes.filter(function (box) { return box.checked; }).length;
      boxes.forEach(function (box) { box.closest("tr").classList.toggle("picked", box.checked); });
      if (all) {
        all.checked = picked > 0 && picked === boxes.length;
        all.indeterminate = picked > 0 && picked < boxes.length;
      }
      if (everything) {
        everything.hidden = !(boxes.length && picked === boxes.length);
        if (everything.hidden) everything.querySelector("input").checked = false;
      }
      if (told) told.textContent = "已选 " + picked + " 件（本页 " + boxes.length + " 件）";
    }

    if (all) {
      all.closest("label").hidden = false;
      all.addEventListener("change", function () {
        boxes.forEach(function (box) { box.checked = all.checked; });
        show();
      });
    }
    boxes.forEach(function (box, index) {
      // Shift chooses everything between two clicks.
      box.addEventListener("click", function (event) {
        if (event.shiftKey && last !== null) {
          for (var i = Math.min(last, index); i <= Math.max(last, index); i++) boxes[i].checked = box.checked;
        }
        last = index;
        show();
      });
    });
    show();
  });
})();
