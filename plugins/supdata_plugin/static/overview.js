// The table follows what is typed and chosen: the server searches and orders, only the table is fetched.
(() => {
  const form = document.getElementById("choice");
  const rows = document.getElementById("rows");
  const here = document.body.dataset.here;
  let asked = 0;
  let pause;

  const show = async (query) => {
    asked += 1;
    const mine = asked;
    const answer = await fetch(`${here}/rows?${query}`, { headers: { Accept: "text/html" } });
    if (mine !== asked) return; // a later question is under way: its answer counts
    if (!answer.ok) {
      window.location.assign(`${here}/?${query}`);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    rows.replaceChildren(...page.body.childNodes);
    window.supdata.showTimes(rows);
    window.history.replaceState(null, "", `${here}/?${query}`);
  };

  const chosen = () => new URLSearchParams(new FormData(form)).toString();

  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => show(chosen()), 150);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    show(chosen());
  });
  rows.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-part]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    const query = new URL(link.href).searchParams;
    form.elements.sort.value = query.get("sort") ?? "name";
    form.elements.desc.value = query.get("desc") ?? "false";
    show(query.toString());
  });
})();
