/* A button beside every password box that shows what is typed. Without script the box simply has none. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll('input[type="password"]'), function (box) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "btn second small";
    button.setAttribute("aria-controls", box.id);
    button.setAttribute("aria-pressed", "false");
    button.textContent = "显示密码";
    button.addEventListener("click", function () {
      var shown = box.type === "text";
      box.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", shown ? "false" : "true");
    });
    box.insertAdjacentElement("afterend", button);
    if (box.form) box.form.addEventListener("submit", function () { box.type = "password"; });
  });
})();
