// What is filled into a template or a small form is kept in this browser until it was sent; for a day, as it is no draft.
"use strict";
(() => {
  const { kept } = window.galantisComposer;
  const body = document.body;
  const DAY = 24 * 3600 * 1000;
  const open = () => document.querySelector("#fill, #special");
  const name = (form) => `galantis:form:${body.dataset.person}:${new URL(form.action).pathname}`;
  const fields = (form) => [...form.elements].filter((each) => each.matches("input[name]:not([type=hidden], [type=file], [type=checkbox], [type=radio], [data-unkept]), textarea[name], select[name]"));

  body.addEventListener("input", ({ target: { form } }) => {
    if (form && form === open()) kept.set(name(form), JSON.stringify({ at: Date.now(), values: fields(form).map((each) => [each.name, each.value]) }));
  });
  function restore() {
    const form = open();
    // One that came back with a problem has what was typed already.
    if (!form || form.querySelector("[role=alert]:not([hidden]), .field-problem")) return;
    let was = null;
    try { was = JSON.parse(kept.get(name(form))); } catch { /* Not ours. */ }
    if (!was || Date.now() - was.at > DAY) return kept.remove(name(form));
    const values = new Map(was.values);
    for (const each of fields(form)) {
      if (!values.has(each.name) || each.value === values.get(each.name)) continue;
      each.value = values.get(each.name);
      each.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  body.addEventListener("htmx:beforeOnLoad", forget);
  body.addEventListener("htmx:afterRequest", forget); // Of a form that has left the page.
  function forget({ detail: { requestConfig: { elt }, xhr } }) {
    if (elt.matches("#fill, #special") && xhr.getResponseHeader("X-Galantis-Queued")) kept.remove(name(elt));
  }
  body.addEventListener("htmx:afterSettle", ({ detail }) => { if (["open", "conversation", "answer"].includes(detail.target.id)) restore(); });
  addEventListener("DOMContentLoaded", restore); // The preview listens by then.
})();
