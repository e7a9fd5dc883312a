// Panels over one x axis: a Chart.js chart each, with one window, one cursor and one table.

const keysHelp = "Left and right arrows move the cursor (with Shift by ten points), + and - zoom, " +
                 "Page Up and Page Down move the window, 0 shows everything, Home the first view.";

class LineFigure {
  constructor(figure, spec) {
    this.figure = figure;
    this.spec = spec;
    this.state = {cursor: null, drag: null};
    for (const panel of spec.panels) {
      for (const series of panel.series) {
        series.x = series.x ?? spec.xs;
        series.y = series.y.map(drawable);
        series.points = series.y.map((y, k) => ({x: series.x[k], y: panel.y.log && y <= 0 ? NaN : y}));
      }
    }
    const xs = spec.panels.flatMap((p) => p.series.flatMap((s) => s.x)).filter((x) => !spec.x.log || x > 0);
    let low = Infinity, high = -Infinity;
    for (const x of xs) low = Math.min(low, x), high = Math.max(high, x);
    this.window = new XWindow(low, high > low ? high : low + 1, spec.x.log, spec.view);
    this.build();
    this.draw();
    theme.listeners.push(() => this.draw());
  }

  // ------------------------------------------------------------------------------------------------ elements
  build() {
    const drawing = this.figure.querySelector(".drawing");
    const title = this.figure.querySelector("figcaption").textContent;
    const bar = element("div", {class: "toolbar", role: "group", "aria-label": title + ": window"});
    const button = (name, act) => {
      const b = element("button", {type: "button"}, name);
      b.addEventListener("click", () => this.change(act));
      bar.append(b);
    };
    button("Zoom in", () => this.window.zoom(0.5, this.state.cursor));
    button("Zoom out", () => this.window.zoom(2, this.state.cursor));
    button("\u2190 Earlier", () => this.window.pan(-0.5));
    button("Later \u2192", () => this.window.pan(0.5));
    button("Everything", () => this.window.showWhole());
    if (this.spec.view) button("First view", () => this.window.showFirst());
    this.status = element("p", {class: "status", role: "status"});
    drawing.append(bar);
    const help = element("p", {class: "help", id: this.figure.id + "-keys"}, keysHelp);
    let index = 0;
    for (const panel of this.spec.panels) drawing.append(this.panelElement(panel, title, index++));
    drawing.append(this.status, help);
    this.table = element("details", {class: "data"}, element("summary", {}, "Points in view as a table"));
    this.table.addEventListener("toggle", () => this.fillTable());
    drawing.append(this.table);
  }

  panelElement(panel, title) {
    const box = element("fieldset", {class: "panel"}, element("legend", {}, panel.title));
    const list = element("div", {class: "series"});
    panel.series.forEach((series, k) => {
      const input = element("input", {type: "checkbox"});
      input.checked = series.shown;
      input.addEventListener("change", () => {
        series.shown = input.checked;
        this.draw();
      });
      series.input = input;
      series.swatch = element("span", {class: "swatch", "aria-hidden": "true"});
      series.output = element("span", {class: "value"});
      series.index = k;
      list.append(element("label", {}, input, series.swatch, series.name, series.output));
    });
    for (const mark of panel.marks) {
      const line = element("span", {class: mark.limit ? "swatch limit" : "swatch reference", "aria-hidden": "true"});
      list.append(element("span", {class: "mark"}, line, mark.label));
    }
    if (panel.series.length > 3) {
      for (const [name, on] of [["all", true], ["none", false]]) {
        const b = element("button", {type: "button", "aria-label": name + " of " + panel.title}, name);
        b.addEventListener("click", () => {
          for (const s of panel.series) s.shown = s.input.checked = on;
          this.draw();
        });
        list.append(b);
      }
    }
    panel.canvas = element("canvas", {role: "img", "aria-label": panel.title + " over " + this.spec.x.label});
    panel.stage = element("div", {class: "stage", tabindex: "0", role: "application",
                                  "aria-label": title + ", " + panel.title,
                                  "aria-describedby": this.figure.id + "-keys"}, panel.canvas);
    panel.stage.addEventListener("keydown", (event) => this.onKey(event));
    this.listenToPointer(panel);
    box.append(list, panel.stage);
    return box;
  }

  // ------------------------------------------------------------------------------------------------ input
  change(act) {
    act();
    this.refresh();
    this.say();
  }

  onKey(event) {
    const acts = {
      "+": () => this.window.zoom(0.5, this.state.cursor), "=": () => this.window.zoom(0.5, this.state.cursor),
      "-": () => this.window.zoom(2, this.state.cursor), "0": () => this.window.showWhole(),
      Home: () => this.window.showFirst(), PageUp: () => this.window.pan(-0.5),
      PageDown: () => this.window.pan(0.5), ArrowLeft: () => this.step(event.shiftKey ? -10 : -1),
      ArrowRight: () => this.step(event.shiftKey ? 10 : 1),
      Escape: () => { this.state.cursor = null; },
    };
    if (!acts[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.change(acts[event.key]);
  }

  /** Moves the cursor by points of the chart's x; the window follows. */
  step(by) {
    const xs = this.spec.xs, w = this.window;
    if (xs.length === 0) return;
    const start = this.state.cursor === null ? w.min : this.state.cursor;
    const at = nearest(xs, start) + (this.state.cursor === null ? 0 : by);
    this.state.cursor = xs[Math.min(xs.length - 1, Math.max(0, at))];
    if (this.state.cursor < w.min) w.pan((w.to(this.state.cursor) - w.range[0]) / (w.range[1] - w.range[0]));
    if (this.state.cursor > w.max) w.pan((w.to(this.state.cursor) - w.range[1]) / (w.range[1] - w.range[0]));
  }

  listenToPointer(panel) {
    const at = (event) => {
      const box = panel.canvas.getBoundingClientRect();
      return panel.chart.scales.x.getValueForPixel(event.clientX - box.left);
    };
    let from = null;
    panel.stage.addEventListener("pointerdown", (event) => {
      from = event.button === 0 && event.pointerType !== "touch" ? event.clientX : null;
      this.state.drag = from === null ? null : [at(event), at(event)];
    });
    panel.stage.addEventListener("pointermove", (event) => {
      this.state.cursor = this.spec.xs[nearest(this.spec.xs, at(event))] ?? null;
      if (this.state.drag) this.state.drag[1] = at(event);
      this.showValues();
    });
    addEventListener("pointerup", (event) => {
      if (from === null) return;
      const drag = this.state.drag;
      const wide = Math.abs(event.clientX - from) > 8;
      from = this.state.drag = null;
      this.change(() => wide && this.window.show(...drag));
    });
  }

  // ------------------------------------------------------------------------------------------------ drawing
  draw() {
    this.spec.panels.forEach((panel, p) => {
      panel.chart?.destroy();
      for (const s of panel.series) {
        s.swatch.style.borderTopColor = theme.series(s.index);
        s.swatch.style.borderTopStyle = ["solid", "dashed", "dotted"][Math.floor(s.index / 12) % 3];
      }
      panel.chart = new Chart(panel.canvas, this.settings(panel, p === this.spec.panels.length - 1));
    });
    this.showValues();
    this.say();
    this.fillTable();
  }

  settings(panel, last) {
    const shown = panel.series.filter((s) => s.shown);
    return {
      type: "line",
      data: {datasets: shown.map((s) => ({
        label: s.name, data: s.points, borderColor: theme.series(s.index), backgroundColor: theme.series(s.index),
        borderDash: theme.dash(s.index), borderWidth: 1.75, stepped: s.steps ? "before" : false,
        pointRadius: s.points.length > 100 ? 0 : 2.5, pointHitRadius: 0, tension: 0,
        ...(this.spec.x.zero !== undefined && {segment: {borderDash: (part) => this.isZero(part.p0.parsed.x) ? [2, 4] : undefined}}),
      }))},
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, parsing: false, normalized: true,
        events: [], layout: {padding: {right: 30}},
        scales: {x: this.xAxis(last), y: yAxis(panel)},
        plugins: {legend: {display: false}, tooltip: {enabled: false},
                  decimation: {enabled: !this.spec.x.log, algorithm: "min-max"}},
      },
      plugins: [marksPlugin(panel.marks), cursorPlugin(this.state)],
    };
  }

  /** Whether this x is where a logarithmic axis shows 0. */
  isZero(x) {
    return this.spec.x.zero !== undefined && Math.abs(x / this.spec.x.zero - 1) < 1e-6;
  }
  xText(x, digits) {
    const unit = this.spec.x.unit;
    return this.isZero(x) ? withUnit("0", unit) : quantity(x, unit, digits);
  }

  xAxis(last) {
    const {label: text, unit, log, zero} = this.spec.x, figure = this;
    return {
      type: log ? "logarithmic" : "linear", min: this.window.min, max: this.window.max,
      grid: gridOf(log),
      title: {display: last, text, color: theme.colour("text")},
      ticks: {
        color: theme.colour("soft"), display: last, maxRotation: 0, autoSkipPadding: 18, autoSkip: !log,
        includeBounds: false,
        callback(value, index, ticks) {
          if (figure.isZero(value)) return figure.xText(value);
          return log ? logTick(value, this, unit) : linearTick(value, this, ticks, unit);
        },
      },
      afterBuildTicks: (axis) => {  // nothing stands between 0 and the smallest value
        if (zero === undefined) return;
        axis.ticks = axis.ticks.filter((t) => t.value >= this.spec.xs[1] * (1 - 1e-6));
        if (axis.min <= zero * (1 + 1e-6)) axis.ticks.unshift({value: zero});
      },
      afterFit(axis) {
        axis.paddingLeft = axis.paddingRight = 0;  // panels stay aligned, whether they have tick labels or not
      },
    };
  }

  /** The window or the cursor has moved. */
  refresh() {
    for (const panel of this.spec.panels) {
      Object.assign(panel.chart.options.scales.x, {min: this.window.min, max: this.window.max});
      panel.chart.update("none");
    }
    this.showValues();
    this.fillTable();
  }

  showValues() {
    for (const panel of this.spec.panels) {
      panel.chart.draw();
      for (const s of panel.series) {
        const k = this.state.cursor === null ? -1 : nearest(s.x, this.state.cursor);
        s.output.textContent = k < 0 ? "" : quantity(s.y[k], panel.y.unit);
      }
    }
  }

  /** One sentence for those who do not see the plot, and for those who do. */
  say() {
    let text = this.spec.x.label + " from " + this.xText(this.window.min) + " to " + this.xText(this.window.max);
    if (this.state.cursor !== null) {
      const shown = this.spec.panels.flatMap((p) => p.series.filter((s) => s.shown));
      text += "; at " + this.xText(this.state.cursor, 6) + ": " +
              shown.map((s) => s.name + " " + s.output.textContent).join(", ");
    }
    this.status.textContent = text + ".";
  }

  fillTable() {
    if (!this.table.open) return;
    const most = 200;
    const inside = this.spec.xs.map((x, k) => [x, k]).filter(([x]) => x >= this.window.min && x <= this.window.max);
    const stride = Math.max(1, Math.ceil(inside.length / most));
    const shown = this.spec.panels.flatMap((p) => p.series.filter((s) => s.shown).map((s) => ({s, unit: p.y.unit})));
    const caption = inside.length + " points in view" + (stride > 1 ? ", every " + stride + ". listed" : "");
    const head = element("tr", {}, element("th", {scope: "col", class: "figure"}, this.spec.x.label),
                         ...shown.map(({s}) => element("th", {scope: "col", class: "figure"}, s.name)));
    const body = element("tbody");
    for (let k = 0; k < inside.length; k += stride) {
      const [x] = inside[k];
      body.append(element("tr", {}, element("th", {scope: "row", class: "figure"}, this.xText(x, 6)),
                          ...shown.map(({s, unit}) => element("td", {class: "figure"},
                                                              quantity(s.y[nearest(s.x, x)], unit, 5)))));
    }
    this.table.querySelector(".scroll")?.remove();
    this.table.append(element("div", {class: "scroll tall", tabindex: "0", role: "region", "aria-label": caption},
                              element("table", {}, element("caption", {}, caption), element("thead", {}, head), body)));
  }
}

/** Lines at every tick of a linear axis, at every labelled tick of a log axis. */
function gridOf(log) {
  const colour = theme.colour("grid");
  return {color: log ? (line) => line.tick?.label ? colour : "transparent" : colour};
}

/** Room for the data and for every mark that is not too far from it. */
function yAxis(panel) {
  const {unit, log} = panel.y;
  let low = Infinity, high = -Infinity;
  for (const s of panel.series) {
    for (const {y} of s.points) if (Number.isFinite(y)) low = Math.min(low, y), high = Math.max(high, y);
  }
  const near = panel.marks.map((m) => m.value).filter((v) => !log || (v > low * 1e-4 && v < high * 1e4));
  return {
    type: log ? "logarithmic" : "linear", grace: log || unit === "%" ? 0 : "5%",  // no share below 0 %
    suggestedMin: near.length ? Math.min(...near) * (log ? 0.5 : 1) : undefined,
    suggestedMax: near.length ? Math.max(...near) * (log ? 2 : 1) : undefined,
    grid: gridOf(log),
    afterDataLimits(axis) {  // a constant gets room of its own size, not one volt up and down
      const {min, max} = axis.getMinMax(true);
      const room = min === max && !log ? Math.abs(min) * 0.1 : 0;
      if (room > 0) axis.min = min - room, axis.max = max + room;
    },
    afterFit(axis) {
      axis.width = 80;
    },
    ticks: {
      color: theme.colour("soft"), maxTicksLimit: log ? 200 : 7, autoSkip: !log,
      callback(value, index, ticks) {
        return log ? logTick(value, this, unit) : linearTick(value, this, ticks, unit);
      },
    },
  };
}
