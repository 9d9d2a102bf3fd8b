// What all pages share: times in the zone chosen in Airflow, and links that lead out of the frame to Airflow's own pages.
(() => {
  const zone = () => {
    let chosen = "local";
    try {
      chosen = JSON.parse(window.localStorage.getItem("timezone") ?? '"local"');
    } catch {
      // what cannot be read counts for nothing
    }
    return chosen === "local" ? undefined : chosen;
  };

  const twoDigits = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const format = (() => {
    try {
      return new Intl.DateTimeFormat("en-GB", { ...twoDigits, timeZone: zone() });
    } catch {
      return new Intl.DateTimeFormat("en-GB", twoDigits);
    }
  })();

  const showTimes = (place) => {
    for (const time of place.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
      time.textContent = `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}`;
      time.title = at.toISOString();
    }
  };

  // The frame may not replace Airflow's page, but Airflow's router listens to its history: it goes there without loading anew.
  const leave = (event) => {
    const link = event.target.closest("a[data-airflow]");
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || window.parent === window) return;
    event.preventDefault();
    window.parent.history.pushState({}, "", link.getAttribute("href"));
    window.parent.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  };

  document.addEventListener("click", leave);
  showTimes(document);
  window.supdata = { showTimes };
})();
