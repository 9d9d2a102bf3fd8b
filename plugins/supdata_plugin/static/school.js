// The buttons: each opens a form, and the form goes to Airflow's own API with the login of whoever sends it.
(() => {
  const said = document.getElementById("said");

  const tell = (text, good) => {
    said.textContent = text;
    said.className = good ? "notice good" : "notice";
    said.hidden = false;
  };

  const BODIES = {
    run: (form) => ({
      logical_date: null,
      note: form.elements.note.value || null,
      conf: {
        mode: form.elements.mode.value,
        dry_run: form.elements.dry_run.checked,
        limit: form.elements.limit.value ? Number(form.elements.limit.value) : null,
      },
    }),
    replay: (form) => ({ logical_date: null, note: form.elements.note.value, conf: { mode: "full" } }),
    hold: () => ({ is_paused: true }),
    resume: () => ({ is_paused: false }),
  };

  const reason = async (answer) => {
    const { detail } = await answer.json().catch(() => ({}));
    return typeof detail === "string" ? detail : `Airflow answered ${answer.status}.`;
  };

  const send = async (form) => {
    const answer = await fetch(form.dataset.api, {
      method: form.dataset.method,
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(BODIES[form.dataset.what](form)),
    });
    if (answer.ok) window.location.reload();
    else if (answer.status === 403) tell("Airflow does not let you do this.", false);
    else tell(await reason(answer), false);
  };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("button[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog).showModal();
    const closer = event.target.closest("button[data-close]");
    if (closer) closer.closest("dialog").close();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-api]");
    if (!form) return;
    event.preventDefault();
    form.closest("dialog").close();
    send(form).catch(() => tell("Airflow did not answer.", false));
  });
})();
