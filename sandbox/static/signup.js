// The end of the Embedded Signup pop-up: tells the page that opened it, and that page alone, and closes.
(function () {
  "use strict";
  const result = document.getElementById("signup-result");
  const told = result.dataset;
  const parts = [{ channel: told.channel, response: JSON.parse(told.response) }];
  if (told.message) parts.splice("isCodeFirst" in told ? 1 : 0, 0, told.message); // Meta's message travels as text

  function next() {
    const part = parts.shift();
    if (part === undefined) {
      window.close();
      return;
    }
    window.opener.postMessage(part, told.origin); // the browser drops it when another site is there by now
    window.setTimeout(next, 50);
  }

  if (window.opener) next();
  else document.getElementById("signup-alone").hidden = false;
})();
