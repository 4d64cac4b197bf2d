/* A button beside every password box that shows what is typed. Without script the box simply has none. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll('input[type="password"]'), function (box) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "btn second small";
    button.setAttribute("aria-controls", box.id);
    button.setAttribute("aria-pressed", "false");
    var label = document.querySelector('label[for="' + box.id + '"]');
    button.textContent = "显示密码";
    if (label) button.setAttribute("aria-label", "显示" + label.textContent.trim());
    button.addEventListener("click", function () {
      var shown = box.type === "text";
      box.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", shown ? "false" : "true");
    });
    var line = document.createElement("p");
    line.className = "count-note";
    line.appendChild(button);
    box.insertAdjacentElement("afterend", line);
    if (box.form) box.form.addEventListener("submit", function () { box.type = "password"; });
  });
})();
