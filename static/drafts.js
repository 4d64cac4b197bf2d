/* Housekeeping of the local copies autosave.js keeps ("portal:draft:<user>:<path>"), on every page.
   A copy goes once its form was submitted and another page of the same signed-in user came back, and after seven days. */
(function () {
  "use strict";
  var user = document.body.dataset.user;
  var here = "portal:draft:" + (user || "") + ":" + location.pathname;
  try {
    Object.keys(localStorage).forEach(function (key) {
      if (key.indexOf("portal:draft:") !== 0) return;
      var copy = JSON.parse(localStorage.getItem(key));
      var mine = user && key.indexOf("portal:draft:" + user + ":") === 0;
      if (!copy || Date.now() - copy.at > 7 * 24 * 3600 * 1000) {
        localStorage.removeItem(key);
      } else if (copy.submitted && !user) {
        // The sign-in page answered: the text did not arrive.
        copy.submitted = false;
        localStorage.setItem(key, JSON.stringify(copy));
      } else if (copy.submitted && mine && key !== here) {
        localStorage.removeItem(key);
      }
    });
  } catch (e) { /* storage is off: nothing to keep house of */ }
})();
