// Builds every figure from the data inside it.
Chart.defaults.font.family = "system-ui, sans-serif";
theme.start();
const figures = [...document.querySelectorAll("figure.chart")].map((figure) => {
  const spec = JSON.parse(figure.querySelector("script").textContent);
  return figure.dataset.kind === "lines" ? new LineFigure(figure, spec) : new BarFigure(figure, spec);
});

// A link to a line of the blueprint opens the listing that holds it.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();

// Paper is white, and has no disclosures to open.
let before = null;
addEventListener("beforeprint", () => {
  before = {theme: document.documentElement.dataset.theme, closed: document.querySelectorAll("details:not([open])")};
  for (const d of before.closed) if (!d.classList.contains("data")) d.open = true;
  document.documentElement.dataset.theme = "light";
  theme.tell();
});
addEventListener("afterprint", () => {
  if (!before) return;
  for (const d of before.closed) d.open = false;
  if (before.theme) document.documentElement.dataset.theme = before.theme;
  else delete document.documentElement.dataset.theme;
  before = null;
  theme.tell();
});
