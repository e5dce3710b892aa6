// A page that answers a form is asked for again without the form: neither Back nor a reload sends it a second time, and
// what was typed is put back into it, unless somebody saved meanwhile. Passwords, files and the session's token are not
// kept.

{
  const { own } = document.currentScript.dataset;
  const form = document.getElementById("form");
  const kept = (one) => one.name && one.name !== "csrf" && !["password", "file", "submit"].includes(one.type);
  const on = (one) => !["checkbox", "radio"].includes(one.type) || one.checked;

  function typed() {
    return [...form.elements].filter((one) => kept(one) && on(one)).map((one) => [one.name, one.value]);
  }

  function putBack(said) {
    for (const one of [...form.elements].filter(kept)) {
      const values = said.filter(([name]) => name === one.name).map(([, value]) => value);
      if (["checkbox", "radio"].includes(one.type)) one.checked = values.includes(one.value);
      else if (values.length) [one.value] = values;
    }
  }

  const revision = (said) => said.find(([name]) => name === "revision")?.[1];
  if (form && history.state?.typed && revision(history.state.typed) === revision(typed())) putBack(history.state.typed);
  if (own) history.replaceState(null, "", own + location.hash);
  if (form && (own || history.state?.typed)) {
    addEventListener("pagehide", () => history.replaceState({ typed: typed() }, ""));
  }
}
