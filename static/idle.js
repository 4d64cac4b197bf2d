/* Warns five minutes before the session ends and offers to go on.
   <body data-idle-seconds="1800" data-stay-url="…" data-user="7">: any tab's request counts, told through localStorage. */
(function () {
  "use strict";
  var body = document.body;
  var limit = Number(body.dataset.idleSeconds) * 1000;
  var stay = body.dataset.stayUrl || window.location.href;
  var key = "portal:last-request:" + body.dataset.user;
  var WARN = 5 * 60 * 1000;
  var box = null;
  var last = Date.now();
  if (!limit || limit <= WARN) return;

  function note(time) {
    last = time;
    try { localStorage.setItem(key, String(time)); } catch (e) { /* private window: this tab only */ }
  }

  function known() {
    try { return Math.max(last, Number(localStorage.getItem(key)) || 0); } catch (e) { return last; }
  }
  // autosave.js and upload.js tell of every answer they had.
  document.addEventListener("portal:request", function () { note(Date.now()); });

  function close() {
    if (box) { box.remove(); box = null; }
  }

  function show(text, button) {
    if (!box) {
      box = document.createElement("div");
      box.className = "idle no-print";
      box.setAttribute("role", "alert");
      box.innerHTML = '<div class="in"><p></p><button type="button" class="btn small">继续工作</button></div>';
      box.querySelector("button").addEventListener("click", extend);
      body.insertBefore(box, body.querySelector("header"));
    }
    var line = box.querySelector("p");
    if (line.textContent !== text) line.textContent = text;
    box.querySelector("button").hidden = !button;
  }

  function extend() {
    fetch(stay, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } }).then(function (answer) {
      if (!answer.ok || /\/login\//.test(answer.url)) throw new Error("signed out");
      note(Date.now());
      close();
    }).catch(function () {
      show("没有连上，请检查网络；已填的内容还在本页。", true);
    });
  }

  function look() {
    var left = known() + limit - Date.now();
    if (left <= 0) show("登录已到时。已填的内容还在本页，请在新窗口重新登录后再保存。", false);
    else if (left <= WARN) show("较长时间没有操作，约 " + Math.ceil(left / 60000) + " 分钟后将自动退出登录。", true);
    else close();
  }
  note(Date.now());
  setInterval(look, 15000);
})();
