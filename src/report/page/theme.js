// Light and dark: the system's choice until the reader makes one. Charts are told, since a canvas has no CSS.
const theme = {
  choices: ["system", "light", "dark"],
  listeners: [],
  choice: "system",

  colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  },
  series(index) {
    return this.colour("c" + index % 12);
  },
  /** Lines beyond the twelfth take the colours again, dashed. */
  dash(index) {
    return [[], [6, 3], [2, 3]][Math.floor(index / 12) % 3];
  },
  tell() {
    for (const redraw of this.listeners) redraw();
  },
  choose(choice) {
    this.choice = choice;
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    const names = {system: "as the system", light: "light", dark: "dark"};
    document.getElementById("theme").textContent = "Colours: " + names[choice];
    try {
      localStorage.setItem("leadlag-theme", choice);
    } catch { /* a browser may forbid storage; the choice then lasts as long as the page */ }
    this.tell();
  },
  start() {
    const button = document.getElementById("theme");
    button.hidden = false;
    button.addEventListener("click", () => {
      this.choose(this.choices[(this.choices.indexOf(this.choice) + 1) % this.choices.length]);
    });
    let stored = null;
    try {
      stored = localStorage.getItem("leadlag-theme");
    } catch { /* as above */ }
    if (this.choices.includes(stored) && stored !== "system") this.choose(stored);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.tell());
  },
};
