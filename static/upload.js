/* Several files at once, each with its state. Without script the same form posts them in one go.

   <form data-upload="URL" enctype="multipart/form-data"> with input[type=file][multiple] and <ul data-files class="files">.
   Each file travels alone in a POST with the form's other fields, Accept: application/json.
   Answer 200/201: {"name": "…", "size": "1.2 MB", "url": "…", "remove_url": "…"}; 4xx: {"message": "…"}.
   data-max-bytes and data-kinds=".pdf,.jpg" on the input refuse early, in the same words as the server. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("form[data-upload]"), function (form) {
    var input = form.querySelector("input[type='file']");
    var list = form.querySelector("[data-files]") || document.querySelector("[data-files]");
    var waiting = [], busy = false;
    if (!input || !list) return;
    Array.prototype.forEach.call(form.querySelectorAll("[data-no-script]"), function (node) { node.hidden = true; });
    var spoken = document.createElement("p");
    spoken.className = "sr";
    spoken.setAttribute("role", "status");
    form.appendChild(spoken);

    function size(bytes) {
      return bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
    }

    function item(name, bytes) {
      var row = document.createElement("li");
      row.innerHTML = '<span class="name"></span><span class="meta"></span><progress max="100" value="0"></progress><span class="state">等待上传</span>';
      row.querySelector(".name").textContent = name;
      row.querySelector(".meta").textContent = size(bytes);
      row.querySelector("progress").setAttribute("aria-label", name + " 上传进度");
      list.appendChild(row);
      return row;
    }

    function done(row, text, failed) {
      var bar = row.querySelector("progress");
      if (bar) bar.remove();
      row.classList.toggle("failed", Boolean(failed));
      row.querySelector(".state").textContent = text;
      spoken.textContent = row.querySelector(".name").textContent + "：" + text;
    }

    function refused(file) {
      var most = Number(input.dataset.maxBytes), kinds = (input.dataset.kinds || "").toLowerCase().split(",").filter(Boolean);
      var end = (file.name.toLowerCase().match(/\.[^.]+$/) || [""])[0];
      if (!file.size) return "这是一个空文件，请重新选择。";
      if (most && file.size > most) return "文件有 " + size(file.size) + "，不能超过 " + size(most) + "，请压缩后再传。";
      if (kinds.length && kinds.indexOf(end) === -1) return "不能上传这种文件，请用 " + kinds.join("、").replace(/\./g, "") + "。";
      return "";
    }

    function send(entry) {
      var data = new FormData(), ask = new XMLHttpRequest();
      new FormData(form).forEach(function (value, name) { if (typeof value === "string") data.append(name, value); });
      data.append(input.name, entry.file, entry.file.name);
      ask.open("POST", form.dataset.upload);
      ask.setRequestHeader("Accept", "application/json");
      ask.setRequestHeader("X-Requested-With", "fetch");
      ask.upload.addEventListener("progress", function (event) {
        if (!event.lengthComputable) return;
        entry.row.querySelector("progress").value = Math.round(100 * event.loaded / event.total);
        entry.row.querySelector(".state").textContent = "上传中";
      });
      ask.addEventListener("loadend", function () {
        var told = {};
        try { told = JSON.parse(ask.responseText); } catch (e) { told = {}; }
        document.dispatchEvent(new CustomEvent("portal:request"));
        if ((ask.status === 200 || ask.status === 201) && told.name) {
          if (told.size) entry.row.querySelector(".meta").textContent = told.size;
          if (told.url) {
            var link = document.createElement("a");
            link.href = told.url;
            link.textContent = told.name;
            entry.row.querySelector(".name").textContent = "";
            entry.row.querySelector(".name").appendChild(link);
          }
          done(entry.row, "✓ 已上传");
          if (told.remove_url) {
            var away = document.createElement("a");
            away.className = "state";
            away.href = told.remove_url;
            away.textContent = "移除";
            away.setAttribute("aria-label", "移除 " + told.name);
            entry.row.appendChild(away);
          }
          document.dispatchEvent(new CustomEvent("portal:uploaded", { detail: told }));
        } else {
          done(entry.row, told.message || (ask.status ? "没有收下，请刷新页面后再传。" : "网络断了，请再传一次。"), true);
        }
        busy = false;
        step();
      });
      ask.send(data);
    }

    function step() {
      if (busy || !waiting.length) return;
      busy = true;
      send(waiting.shift());
    }

    function take(files) {
      Array.prototype.forEach.call(files, function (file) {
        var row = item(file.name, file.size), why = refused(file);
        if (why) done(row, why, true);
        else waiting.push({ file: file, row: row });
      });
      step();
    }

    input.addEventListener("change", function () {
      take(input.files);
      input.value = "";
    });
    var drop = form.querySelector(".drop") || form;
    ["dragover", "dragleave", "drop"].forEach(function (kind) {
      drop.addEventListener(kind, function (event) {
        event.preventDefault();
        drop.classList.toggle("over", kind === "dragover");
        if (kind === "drop") take(event.dataTransfer.files);
      });
    });
  });
})();
