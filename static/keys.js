/* "/" goes to the search box ([data-search]), "?" opens the list of keys, Esc closes it and open menus.
   Single keys can be switched off in that list (WCAG 2.1.4); the choice is kept in this browser. */
(function () {
  "use strict";
  var OFF = "portal:no-single-keys";
  var help = document.getElementById("keys");

  function off() {
    try { return localStorage.getItem(OFF) === "1"; } catch (e) { return false; }
  }

  function typing(node) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) || node.isContentEditable;
  }

  function toggleHelp() {
    if (!help) return;
    help.open = !help.open;
    if (help.open) {
      help.querySelector("summary").focus();
      help.scrollIntoView();
    }
  }
  document.addEventListener("portal:help", toggleHelp);

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      Array.prototype.forEach.call(document.querySelectorAll("details.menu[open], details.keys[open]"), function (open) {
        open.open = false;
        if (open.contains(document.activeElement)) open.querySelector("summary").focus();
      });
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || off()) return;
    var search = document.querySelector("[data-search]");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?" || event.key === "？") {
      event.preventDefault();
      toggleHelp();
    }
  });

  // A click elsewhere closes the open menu.
  document.addEventListener("click", function (event) {
    Array.prototype.forEach.call(document.querySelectorAll("details.menu[open]"), function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  var choice = document.querySelector("[data-keys-choice]");
  if (choice) {
    var box = choice.querySelector("input");
    choice.hidden = false;
    box.checked = !off();
    box.addEventListener("change", function () {
      try { localStorage.setItem(OFF, box.checked ? "0" : "1"); } catch (e) { /* private window: not kept */ }
    });
  }
})();
