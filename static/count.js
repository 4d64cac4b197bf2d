/* 字数 as WPS counts it, live, never blocking (server: accreditation/word_count.py, the same pattern).
   <p data-count-for="ID OF THE TEXTAREA" data-max="1500">; partials/field.html writes it when given count. */
(function () {
  "use strict";
  var PIECE = /[A-Za-z0-9\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F]+(?:[.'\u2019\-/:@_%,][A-Za-z0-9\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F]+)*|\S/gu;

  function count(text) {
    return (text.match(PIECE) || []).length;
  }

  function grouped(number) {
    return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-count-for]"), function (note) {
    var area = document.getElementById(note.dataset.countFor);
    var most = Number(note.dataset.max);
    if (!area) return;
    var spoken = document.createElement("span");
    spoken.className = "sr";
    spoken.setAttribute("role", "status");
    note.parentNode.insertBefore(spoken, note.nextSibling);
    var pause = 0;

    function sentence() {
      var written = count(area.value);
      note.classList.toggle("over", written > most);
      return written > most
        ? "已写 " + grouped(written) + " 字，超出 " + grouped(written - most) + " 字，提交前需要删减"
        : "已写 " + grouped(written) + " 字，还可写 " + grouped(most - written) + " 字";
    }

    function show() {
      note.textContent = sentence();
      clearTimeout(pause);
      pause = setTimeout(function () { spoken.textContent = note.textContent; }, 1500);
    }
    area.addEventListener("input", show);
    note.textContent = sentence();
  });
})();
