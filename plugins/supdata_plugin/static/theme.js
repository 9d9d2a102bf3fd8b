// Light or dark, and in Airflow's own colours, before anything is drawn. Inside Airflow its page decides and this one follows it
// at once; on its own the choice made in Airflow counts, which its pages keep in the browser.
(() => {
  const TOKENS = [
    "bg", "bg-subtle", "bg-muted", "bg-emphasized", "fg", "fg-muted", "border",
    "brand-solid", "brand-contrast", "brand-fg", "brand-muted", "brand-subtle", "brand-emphasized",
  ];
  const root = document.documentElement;
  const outer = (() => {
    try {
      return window.parent === window ? null : window.parent.document.documentElement;
    } catch {
      return null;
    }
  })();

  const isDark = () => {
    if (outer) return outer.classList.contains("dark");
    let chosen = null;
    try {
      chosen = window.localStorage.getItem("theme");
    } catch {
      // without storage the machine decides
    }
    if (chosen === "dark" || chosen === "light") return chosen === "dark";
    return window.matchMedia("(prefers-color-scheme: dark)").matches;
  };

  const follow = () => {
    root.classList.toggle("dark", isDark());
    if (!outer) return;
    root.classList.add("framed");
    const theirs = window.parent.getComputedStyle(outer);
    for (const token of TOKENS) {
      const value = theirs.getPropertyValue(`--chakra-colors-${token}`).trim();
      if (value) root.style.setProperty(`--${token}`, value);
    }
  };

  follow();
  if (outer) new MutationObserver(follow).observe(outer, { attributes: true, attributeFilter: ["class"] });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
  window.addEventListener("storage", follow);
})();
