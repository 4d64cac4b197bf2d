/* The score desk by keyboard. Works on one <form data-scores>; the page is complete without it.

   Row: <tr data-item="H04" data-max="3" data-self="2.5" data-basis="2.5" data-reason-below="3"> with input.score,
   input.why (the reason) and td[data-diff]. A reason is wanted where the points differ from data-basis (what the
   figures give) or lie below data-reason-below. Enter or ↓ next, ↑ back, = takes data-self, PageDown or Alt+N presses [data-next], ? opens the keys.
   Condition: <tr data-item="Zq1" data-check data-basis="yes" data-reason-if-unmet> with radios input.met (yes, no, na) and
   input.why. A reason is wanted for na, where the finding differs from data-basis, and with data-reason-if-unmet for no.
   1, 2, 3 choose, = takes data-basis; Enter, ↓ and ↑ as above, ← and → move within the row.
   Live: [data-total] the sum, [data-done] "21/34", [data-checked] "12/19", [data-unmet] "不符合 1 条", [data-missing] "还差 2 条理由";
   data-total-extra is added to the sum.
   Side: [data-panel-for="H04"] is shown while its row has the focus; img[data-src] inside loads then. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-scores]");
  if (!form) return;
  var UNITS = 10000;
  var rows = Array.prototype.filter.call(form.querySelectorAll("tr[data-item]"), function (row) {
    return row.querySelector("input.score, input.met");
  });
  var panels = Array.prototype.slice.call(document.querySelectorAll("[data-panel-for]"));
  var next = document.querySelector("[data-next]");
  var spoken = document.createElement("span");
  spoken.className = "sr";
  spoken.setAttribute("role", "status");
  form.appendChild(spoken);

  /* Text as a whole number of 1/10000 points; null for nothing, NaN for what is no number. Full-width forms count. */
  function units(text) {
    var plain = String(text === undefined || text === null ? "" : text).replace(/[\uFF10-\uFF19]/g, function (c) {
      return String.fromCharCode(c.charCodeAt(0) - 0xFEE0);
    }).replace(/[\u3002\uFF0E\uFF61]/g, ".").replace(/[\uFF0D\u2212]/g, "-").replace(/[\s\u3000]|分$/g, "");
    if (plain === "") return null;
    return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Math.round(Number(plain) * UNITS) : NaN;
  }

  function plain(value) {
    var text = String(Math.abs(value) / UNITS);
    return (value < 0 ? "\u2212" : "") + text;
  }

  function put(name, text) {
    Array.prototype.forEach.call(document.querySelectorAll("[data-" + name + "]"), function (node) {
      if (node.textContent !== text) node.textContent = text;
    });
  }

  /* Where a row has its focus: the points, or the chosen finding (the first where none is). */
  function boxOf(row) {
    return row.querySelector("input.score") || row.querySelector("input.met:checked") || row.querySelector("input.met");
  }

  function showCheck(row) {
    var chosen = row.querySelector("input.met:checked");
    var met = chosen ? chosen.value : "";
    var basis = row.dataset.basis || "";
    var due = met === "na" || (met !== "" && basis !== "" && met !== basis) || (met === "no" && row.dataset.reasonIfUnmet !== undefined);
    var want = due && !row.querySelector(".why").value.trim();
    row.classList.toggle("want", want);
    row.classList.toggle("computed-no", basis === "no");
    return { met: met, want: want };
  }

  function showRow(row) {
    var box = row.querySelector("input.score");
    var mine = units(box.value), self = units(row.dataset.self), most = units(row.dataset.max);
    var cell = row.querySelector("[data-diff]");
    if (cell) {
      var gap = mine === null || isNaN(mine) || self === null ? null : mine - self;
      cell.textContent = gap === null ? "—" : gap === 0 ? "0" : gap > 0 ? "▲ +" + plain(gap) : "▼ " + plain(gap);
      cell.classList.toggle("up", gap > 0);
      cell.classList.toggle("down", gap < 0);
    }
    var below = units(row.dataset.reasonBelow);
    var why = row.querySelector(".why");
    var basis = units(row.dataset.basis);
    var given = mine !== null && !isNaN(mine);
    var due = given && ((basis !== null && mine !== basis) || (below !== null && mine < below));
    var want = why && due && !why.value.trim();
    row.classList.toggle("want", Boolean(want));
    var odd = mine !== null && (isNaN(mine) || mine < 0 || (most !== null && mine > most));
    var hint = row.querySelector("[data-odd]");
    if (odd && !hint) {
      hint = document.createElement("span");
      hint.className = "error";
      hint.setAttribute("data-odd", "");
      box.parentNode.insertBefore(hint, box.nextSibling);
    }
    if (hint) {
      hint.textContent = !odd ? "" : isNaN(mine) ? "请填数字" : mine < 0 ? "不能低于 0 分" : "最高 " + plain(most) + " 分";
    }
    return { mine: mine === null || isNaN(mine) ? null : mine, want: want };
  }

  function showAll() {
    var sum = units(form.dataset.totalExtra) || 0, done = 0, want = 0, checks = 0, checked = 0, unmet = 0;
    rows.forEach(function (row) {
      var told;
      if (row.dataset.check !== undefined) {
        told = showCheck(row);
        checks += 1;
        if (told.met) checked += 1;
        if (told.met === "no") unmet += 1;
      } else {
        told = showRow(row);
        if (told.mine !== null) { sum += told.mine; done += 1; }
      }
      if (told.want) want += 1;
    });
    put("total", plain(sum));
    put("done", done + "/" + (rows.length - checks));
    put("checked", checked + "/" + checks);
    put("unmet", unmet ? "不符合 " + unmet + " 条" : "");
    put("missing", want ? "还差 " + want + " 条理由" : "");
  }

  function showPanel(item) {
    rows.forEach(function (row) { row.classList.toggle("here", row.dataset.item === item); });
    if (!panels.some(function (panel) { return panel.dataset.panelFor === item; })) return;
    panels.forEach(function (panel) {
      panel.hidden = panel.dataset.panelFor !== item;
      if (panel.hidden) return;
      Array.prototype.forEach.call(panel.querySelectorAll("img[data-src]"), function (image) {
        image.src = image.dataset.src;
        image.removeAttribute("data-src");
      });
    });
  }

  function go(index) {
    var target = rows[index] ? boxOf(rows[index]) : index >= rows.length ? next : null;
    if (!target) return;
    target.focus();
    // Keep the row clear of the head above and the bar below.
    var place = target.getBoundingClientRect();
    if (place.top < 80 || place.bottom > window.innerHeight - 120) target.scrollIntoView({ block: "center" });
  }

  rows.forEach(function (row, index) {
    var box = row.querySelector("input.score");
    if (!box) return;
    box.addEventListener("focus", function () { box.select(); });
    box.addEventListener("change", function () {
      var value = units(box.value);
      if (value !== null && !isNaN(value)) box.value = plain(value).replace("\u2212", "-");
      spoken.textContent = "合计 " + (document.querySelector("[data-total]") || spoken).textContent + " 分";
    });
    box.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      if (event.key === "Enter" || event.key === "ArrowDown") {
        event.preventDefault();
        go(index + 1);
      } else if (event.key === "ArrowUp") {
        event.preventDefault();
        go(index - 1);
      } else if (event.key === "=" || event.key === "＝") {
        event.preventDefault();
        if (rows[index].dataset.self === undefined || rows[index].dataset.self === "") return;
        box.value = rows[index].dataset.self;
        box.dispatchEvent(new Event("input", { bubbles: true }));
        box.select();
      } else if (event.key === "?" || event.key === "？") {
        event.preventDefault();
        document.dispatchEvent(new CustomEvent("portal:help"));
      }
    });
  });

  function choose(box) {
    if (!box) return;
    box.checked = true;
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("keydown", function (event) {
    if (!event.target.classList.contains("met") || event.ctrlKey || event.altKey || event.metaKey) return;
    var row = event.target.closest("tr[data-item]"), index = rows.indexOf(row);
    var choices = row.querySelectorAll("input.met");
    var digit = "１２３".indexOf(event.key) + 1 || "123".indexOf(event.key) + 1;
    if (event.key === "Enter" || event.key === "ArrowDown") {
      go(index + 1);
    } else if (event.key === "ArrowUp") {
      go(index - 1);
    } else if (digit) {
      choose(choices[digit - 1]);
    } else if (event.key === "=" || event.key === "＝") {
      choose(row.querySelector("input.met[value='" + row.dataset.basis + "']"));
    } else if (event.key === "?" || event.key === "？") {
      document.dispatchEvent(new CustomEvent("portal:help"));
    } else {
      return;
    }
    event.preventDefault();
  });

  form.addEventListener("input", showAll);
  form.addEventListener("focusin", function (event) {
    var row = event.target.closest("tr[data-item]");
    if (row) showPanel(row.dataset.item);
  });
  // Enter in a reason goes on to the next score instead of sending the whole form.
  form.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.target.classList.contains("why") || event.isComposing) return;
    event.preventDefault();
    go(rows.indexOf(event.target.closest("tr[data-item]")) + 1);
  });
  // Without script the button's accesskey does this; with both, one press would send twice.
  if (next) next.removeAttribute("accesskey");
  document.addEventListener("keydown", function (event) {
    if (!next || event.ctrlKey || event.metaKey || event.repeat) return;
    var plain = event.key === "PageDown" && !event.altKey;
    if (plain && (event.target.tagName === "TEXTAREA" || event.target.tagName === "SELECT")) return;
    if (!plain && !(event.altKey && (event.key === "n" || event.key === "N" || event.code === "KeyN"))) return;
    event.preventDefault();
    next.click();
  });

  // Corrected figures change what the rows are measured against.
  document.addEventListener("portal:saved", function (event) {
    var basis = event.detail.basis || {};
    rows.forEach(function (row) {
      if (basis[row.dataset.item] !== undefined) row.dataset.basis = basis[row.dataset.item];
    });
    showAll();
  });

  form.classList.add("live");
  showAll();
  if (panels.length && rows.length) {
    var first = document.activeElement.closest && document.activeElement.closest("tr[data-item]");
    showPanel((first || rows[0]).dataset.item);
  }
})();
