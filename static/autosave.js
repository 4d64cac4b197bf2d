/* Saves a form as it is written and gives back what a crash or a time-out would have lost.

   <form data-autosave="URL" data-edition="edition" data-saved-at="10:42"> with a hidden field `edition`
   (autocomplete="off") and somewhere an element [data-autosave-status] with role="status".
   POST: the form's fields without files, headers Accept: application/json and X-Requested-With: fetch.
   Answer 200: {"edition": 4, "saved_at": "10:42", "live": {"total": "68.5"}, "hints": {"field": "sentence"}}
     live fills [data-live="total"], hints fill [data-hint-for="field"]; inputs are never touched.
   Answer 409: {"message": "…"}: shown, saving stops, the text stays. 400: {"message": "…"}: shown, saving goes on. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-autosave]");
  if (!form) return;
  var PAUSE = 1000;
  var edition = form.elements[form.dataset.edition || "edition"];
  var status = document.querySelector("[data-autosave-status]");
  var key = "portal:draft:" + (document.body.dataset.user || "") + ":" + location.pathname;
  var timer = 0, flying = null, dirty = false, stopped = false, sending = false, failures = 0, pressed = null;

  if (!status) {
    status = document.createElement("p");
    status.setAttribute("role", "status");
    form.appendChild(status);
  }
  status.classList.add("saved");
  if (form.dataset.savedAt) say("✓ " + form.dataset.savedAt + " 已自动保存");

  function say(text, wrong) {
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("off", Boolean(wrong));
  }

  function addReload() {
    var link = document.createElement("a");
    link.href = location.href;
    link.textContent = "重新打开本页";
    status.appendChild(document.createTextNode(" "));
    status.appendChild(link);
  }

  /* The fields as pairs, without files, token and edition. */
  function values() {
    var pairs = [];
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken" && !(edition && name === edition.name)) {
        pairs.push([name, value.replace(/\r\n/g, "\n")]);
      }
    });
    return pairs;
  }

  function body() {
    var data = new FormData();
    new FormData(form).forEach(function (value, name) {
      if (typeof value === "string") data.append(name, value);
    });
    return data;
  }

  function keep(submitted) {
    try {
      localStorage.setItem(key, JSON.stringify({
        at: Date.now(), edition: edition ? edition.value : "", values: values(), submitted: Boolean(submitted)
      }));
    } catch (e) { /* no room or a private window: the page itself still holds the text */ }
  }

  function drop() {
    try { localStorage.removeItem(key); } catch (e) { /* nothing kept, nothing to drop */ }
  }

  function fill(answer) {
    var live = answer.live || {};
    Object.keys(live).forEach(function (name) {
      Array.prototype.forEach.call(document.querySelectorAll('[data-live="' + name + '"]'), function (node) {
        if (node.textContent !== live[name]) node.textContent = live[name];
      });
    });
    if (answer.hints) {
      Array.prototype.forEach.call(form.querySelectorAll("[data-hint-for]"), function (node) {
        var hint = answer.hints[node.dataset.hintFor] || "";
        node.textContent = hint;
        node.classList.toggle("off", !hint);
      });
    }
    document.dispatchEvent(new CustomEvent("portal:saved", { detail: answer }));
  }

  function save(last) {
    clearTimeout(timer);
    if (!dirty || flying || stopped) return flying;
    dirty = false;
    flying = fetch(form.dataset.autosave, {
      method: "POST", body: body(), credentials: "same-origin", keepalive: Boolean(last),
      headers: { "Accept": "application/json", "X-Requested-With": "fetch" }
    }).then(function (answer) {
      var json = (answer.headers.get("Content-Type") || "").indexOf("application/json") === 0;
      if (!json && answer.status < 500) {
        var signedOut = new Error("signed out");
        signedOut.signedOut = true;
        throw signedOut;
      }
      if (!json) throw new Error("fault");
      return answer.json().then(function (told) { took(answer.status, told); });
    }).catch(function (fault) {
      dirty = true;
      if (fault.signedOut) {
        stopped = true;
        say("登录已到时，最后的改动没有保存到服务器；已在本机存了一份。请重新登录，打开本页即可恢复。", true);
        addReload();
      } else {
        failures += 1;
        say("没有连上服务器，已在本机存了一份，稍后自动再试。", true);
        if (!sending) timer = setTimeout(save, Math.min(60000, 3000 * Math.pow(2, failures)));
      }
    }).then(function () {
      flying = null;
      if (dirty && !failures && !stopped && !sending) timer = setTimeout(save, PAUSE);
    });
    return flying;
  }

  function took(code, told) {
    failures = 0;
    document.dispatchEvent(new CustomEvent("portal:request"));
    if (code === 200) {
      if (edition && told.edition !== undefined) edition.value = told.edition;
      if (!dirty) drop();
      say("✓ " + told.saved_at + " 已自动保存");
      fill(told);
    } else {
      if (code === 409) {
        stopped = true;
        dirty = true;
      }
      keep();
      say((told.message || "这次没有保存。") + (stopped ? " 您填的内容还在本页，也在本机存了一份。" : ""), true);
      if (stopped) addReload();
    }
  }

  function changed(event) {
    if (event.target.type === "file" || event.target.hasAttribute("data-no-save")) return;
    dirty = true;
    if (!restoring) keep();
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }
  var restoring = null;
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  window.addEventListener("online", function () { save(); });
  document.addEventListener("visibilitychange", function () { if (document.hidden && !sending) save(true); });
  window.addEventListener("pagehide", function () { if (!sending) save(true); });

  /* A press on 保存 must not meet an autosave still on its way: it would make its own edition stale. */
  form.addEventListener("click", function (event) {
    var button = event.target.closest("button, input[type='submit']");
    if (button && button.type === "submit") pressed = button;
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("button[form='" + form.id + "']");
    if (form.id && button) pressed = button;
  });
  form.addEventListener("submit", function (event) {
    sending = true;
    clearTimeout(timer);
    keep(true);
    if (!flying) return;
    event.preventDefault();
    var again = function () {
      if (pressed && pressed.name) {
        var carrier = document.createElement("input");
        carrier.type = "hidden";
        carrier.name = pressed.name;
        carrier.value = pressed.value;
        form.appendChild(carrier);
      }
      if (pressed && pressed.formAction && pressed.hasAttribute("formaction")) form.action = pressed.formAction;
      keep(true);
      HTMLFormElement.prototype.submit.call(form);
    };
    flying.then(again, again);
  });

  /* ---- What an earlier visit could not save ---- */
  function stored() {
    try { return JSON.parse(localStorage.getItem(key)); } catch (e) { return null; }
  }

  function grouped(pairs) {
    var map = {};
    pairs.forEach(function (pair) { (map[pair[0]] = map[pair[0]] || []).push(pair[1]); });
    return map;
  }

  function labelOf(name) {
    var field = form.elements[name];
    if (field && !field.tagName) field = field[0];
    if (!field) return name;
    var named = field.getAttribute("aria-label") || "";
    var by = field.getAttribute("aria-labelledby");
    var label = by ? document.getElementById(by.split(" ")[0]) : field.closest("fieldset") && field.type === "radio"
      ? field.closest("fieldset").querySelector("legend") : document.querySelector('label[for="' + field.id + '"]');
    return named || (label ? label.textContent.trim() : name);
  }

  /* A value as people know it: the words of a choice, not its key. */
  function worded(name, value) {
    var fields = form.elements[name];
    if (fields && fields.tagName === "SELECT") {
      var option = Array.prototype.filter.call(fields.options, function (one) { return one.value === value; })[0];
      return option ? option.text : value;
    }
    var box = fields && Array.prototype.filter.call(fields.tagName ? [fields] : fields, function (one) {
      return (one.type === "radio" || one.type === "checkbox") && one.value === value;
    })[0];
    return box ? (box.closest("label") || { textContent: value }).textContent.trim() : value;
  }

  function shown(name, list) {
    var text = (list || []).map(function (value) { return worded(name, value); }).join("、");
    return text ? (text.length > 60 ? text.slice(0, 60) + "…" : text) : "（空）";
  }

  function put(name, list) {
    var fields = form.elements[name];
    if (!fields) return;
    (fields.tagName ? [fields] : Array.prototype.slice.call(fields)).forEach(function (field, index) {
      if (field.type === "checkbox" || field.type === "radio") field.checked = list.indexOf(field.value) !== -1;
      else if (field.type !== "hidden" && field.type !== "file") field.value = list[index] === undefined ? "" : list[index];
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  function offer(copy) {
    var mine = grouped(copy.values), theirs = grouped(values()), names = [];
    Object.keys(mine).concat(Object.keys(theirs)).forEach(function (name) {
      var fields = form.elements[name];
      var hidden = fields && fields.type === "hidden";
      if (names.indexOf(name) === -1 && fields && !hidden && String(mine[name] || "") !== String(theirs[name] || "")) {
        names.push(name);
      }
    });
    if (!names.length) { drop(); return; }
    restoring = copy;
    var when = new Date(copy.at);
    var clock = ("0" + when.getHours()).slice(-2) + ":" + ("0" + when.getMinutes()).slice(-2);
    var box = document.createElement("div");
    box.className = "flash warning";
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "未保存的内容");
    box.innerHTML = '<span class="sign" aria-hidden="true">!</span><div><p></p><details><summary>看看有哪些不同</summary>' +
      '<dl></dl></details><p><button type="button" class="btn small">恢复本机内容</button>' +
      '<button type="button" class="btn second small">不要，用服务器上的</button></p></div>';
    var older = edition && String(copy.edition) !== edition.value;
    box.querySelector("p").textContent = "本机存有 " + (when.getMonth() + 1) + "月" + when.getDate() + "日 " + clock +
      " 没有保存成功的内容，有 " + names.length + " 处与服务器上的不同" + (older ? "。服务器上的内容在这之后又保存过，请先比较。" : "。");
    names.slice(0, 20).forEach(function (name) {
      var term = document.createElement("dt"), text = document.createElement("dd");
      term.textContent = labelOf(name);
      text.textContent = "本机：" + shown(name, mine[name]) + "　服务器：" + shown(name, theirs[name]);
      box.querySelector("dl").appendChild(term);
      box.querySelector("dl").appendChild(text);
    });
    var buttons = box.querySelectorAll("button");
    buttons[0].addEventListener("click", function () {
      restoring = null;
      names.forEach(function (name) { put(name, mine[name] || []); });
      box.remove();
      say("已恢复本机内容，正在保存。");
    });
    buttons[1].addEventListener("click", function () {
      restoring = null;
      drop();
      box.remove();
    });
    form.parentNode.insertBefore(box, form);
  }

  var copy = stored();
  if (copy && copy.values) offer(copy);
})();
