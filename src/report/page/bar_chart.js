// Horizontal stacked bars in several views, one at a time.

class BarFigure {
  constructor(figure, spec) {
    this.figure = figure;
    this.spec = spec;
    this.current = 0;
    this.build();
    this.draw();
    theme.listeners.push(() => this.draw());
    let narrow = this.narrow;
    addEventListener("resize", () => {
      if (narrow !== this.narrow) this.draw();
      narrow = this.narrow;
    });
  }
  get narrow() {
    return this.figure.clientWidth < 560;
  }

  build() {
    const drawing = this.figure.querySelector(".drawing");
    const title = this.figure.querySelector("figcaption").textContent;
    const bar = element("div", {class: "toolbar", role: "group", "aria-label": title + ": view"});
    this.buttons = this.spec.views.map((view, k) => {
      const b = element("button", {type: "button"}, view.name);
      b.addEventListener("click", () => {
        this.current = k;
        this.draw();
      });
      return b;
    });
    bar.append(...this.buttons);
    if (this.spec.views.length > 1) drawing.append(bar);
    this.key = element("p", {class: "series"});
    this.canvas = element("canvas", {role: "img"});
    this.stage = element("div", {class: "stage bars"}, this.canvas);
    drawing.append(this.key, this.stage);
  }

  draw() {
    const view = this.spec.views[this.current];
    this.buttons.forEach((b, k) => b.setAttribute("aria-pressed", String(k === this.current)));
    this.canvas.setAttribute("aria-label", view.name + ": " +
      view.categories.map((c, k) => c + " " + view.labels[k]).join("; "));
    this.key.replaceChildren(...view.parts.map((part, k) => {
      const swatch = element("span", {class: "swatch block", "aria-hidden": "true"});
      swatch.style.backgroundColor = theme.series(k);
      return element("span", {}, swatch, part.name);
    }));
    this.key.hidden = view.parts.length < 2;
    this.stage.style.height = view.categories.length * (this.narrow ? 42 : 28) + 64 + "px";
    this.chart?.destroy();
    this.chart = new Chart(this.canvas, this.settings(view));
  }

  settings(view) {
    const context = this.canvas.getContext("2d");
    context.font = "12px system-ui, sans-serif";
    const room = Math.max(...view.labels.map((text) => context.measureText(text).width)) + 12;
    const narrow = this.narrow, unit = view.value.unit;
    const limits = view.marks.map((m) => m.value);
    return {
      type: "bar",
      data: {labels: view.categories, datasets: view.parts.map((part, k) => ({
        label: part.name, data: part.values, barPercentage: narrow ? 0.4 : 0.75, categoryPercentage: 1,
        backgroundColor: part.values.map((v) => v < 0 ? theme.colour("violated") : theme.series(k)),
      }))},
      options: {
        indexAxis: "y", animation: false, responsive: true, maintainAspectRatio: false,
        layout: {padding: {right: narrow ? 12 : room, top: (view.marks.length ? 20 : 2) + (narrow ? 8 : 0)}},
        scales: {
          x: {stacked: true, type: view.value.log ? "logarithmic" : "linear",
              suggestedMax: limits.length ? Math.max(...limits) * 1.02 : undefined,
              grid: {color: theme.colour("grid")}, title: {display: true, text: view.value.label, color: theme.colour("text")},
              ticks: {color: theme.colour("soft"), maxRotation: 0, autoSkipPadding: 18,
                      callback(value, index, ticks) { return linearTick(value, this, ticks, unit); }}},
          y: {stacked: true, grid: {display: false}, ticks: {display: !narrow, autoSkip: false, color: theme.colour("text")}},
        },
        plugins: {legend: {display: false}, tooltip: {callbacks: {
          label: (item) => item.dataset.label + " " + quantity(item.parsed.x, unit)}}},
      },
      plugins: [barTextPlugin(view, narrow)],
    };
  }
}
