// What is drawn over Chart.js's charts: limits, the cursor, figures beside bars.

function label(context, text, x, y, align, colour) {
  context.font = "12px system-ui, sans-serif";
  context.textAlign = align;
  context.lineWidth = 4;
  context.strokeStyle = theme.colour("surface");
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/** Lines across a panel. One beyond the axis is drawn at its edge, with an arrow that says where it lies. */
function marksPlugin(marks) {
  return {
    id: "marks",
    afterDatasetsDraw(chart) {
      const {ctx, chartArea: area, scales: {y}} = chart;
      marks.forEach((mark, k) => {
        const above = mark.value > y.max, under = mark.value < y.min;
        const beyond = above ? " \u2191" : under ? " \u2193" : "";
        const at = above ? area.top + 1 : under ? area.bottom - 1 : y.getPixelForValue(mark.value);
        const colour = theme.colour(mark.limit ? "limit" : "note");
        ctx.save();
        ctx.strokeStyle = colour;
        ctx.lineWidth = 1.5;
        ctx.setLineDash(mark.limit ? [8, 4] : [2, 3]);
        ctx.beginPath();
        ctx.moveTo(area.left, at);
        ctx.lineTo(area.right, at);
        ctx.stroke();
        ctx.setLineDash([]);
        ctx.textBaseline = "alphabetic";
        if (area.width < 450 && beyond === "") return ctx.restore();  // the legend says it
        const below = at - area.top < 18 || (k % 2 === 1 && area.bottom - at > 18);
        const left = k % 2 === 0;
        label(ctx, (area.width < 450 ? "" : mark.label) + beyond, left ? area.left + 6 : area.right - 6, below ? at + 14 : at - 5,
              left ? "left" : "right", colour);
        ctx.restore();
      });
    },
  };
}

/** Line at the cursor's x, and the range that is being dragged out. `state` is shared by a figure's panels. */
function cursorPlugin(state) {
  return {
    id: "cursor",
    afterDatasetsDraw(chart) {
      const {ctx, chartArea: area, scales: {x}} = chart;
      ctx.save();
      if (state.drag) {
        const [a, b] = state.drag.map((v) => Math.min(area.right, Math.max(area.left, x.getPixelForValue(v))));
        ctx.fillStyle = theme.colour("drag");
        ctx.fillRect(Math.min(a, b), area.top, Math.abs(b - a), area.bottom - area.top);
      }
      if (state.cursor !== null && state.cursor >= x.min && state.cursor <= x.max) {
        const at = x.getPixelForValue(state.cursor);
        ctx.strokeStyle = theme.colour("text");
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(at, area.top);
        ctx.lineTo(at, area.bottom);
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}

/** Figures at the ends of bars; on narrow screens the category stands above its bar, with the figures. */
function barTextPlugin(view, narrow) {
  return {
    id: "barText",
    afterDatasetsDraw(chart) {
      const {ctx, chartArea: area, scales: {x}} = chart;
      const colour = theme.colour("text");
      ctx.save();
      for (const mark of view.marks) {
        const at = x.getPixelForValue(mark.value);
        ctx.strokeStyle = theme.colour("limit");
        ctx.lineWidth = 1.5;
        ctx.setLineDash([8, 4]);
        ctx.beginPath();
        ctx.moveTo(at, area.top - 4);
        ctx.lineTo(at, area.bottom);
        ctx.stroke();
        ctx.setLineDash([]);
        ctx.textBaseline = "bottom";
        const left = at < (area.left + area.right) / 2;
        label(ctx, mark.label, at, area.top - (narrow ? 12 : 6), left ? "left" : "right", theme.colour("limit"));
      }
      view.categories.forEach((category, k) => {
        const bar = chart.getDatasetMeta(0).data[k];
        if (narrow) {
          ctx.textBaseline = "bottom";
          label(ctx, category, area.left, bar.y - bar.height / 2 - 3, "left", colour);
          label(ctx, view.labels[k], area.right, bar.y - bar.height / 2 - 3, "right", colour);
          return;
        }
        ctx.textBaseline = "middle";
        const sum = view.parts.reduce((total, part) => total + Math.max(0, part.values[k] ?? 0), 0);
        label(ctx, view.labels[k], x.getPixelForValue(Math.max(0, sum)) + 6, bar.y, "left", colour);
      });
      ctx.restore();
    },
  };
}
