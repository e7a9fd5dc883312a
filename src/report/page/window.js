/** The part of the x axis that is shown. On a log axis all steps are in decades. */
class XWindow {
  constructor(min, max, log, view) {
    this.log = log;
    this.whole = [this.to(min), this.to(max)];
    this.first = view ? view.map((v) => this.to(v)) : this.whole;
    this.range = [...this.first];
    this.clamp();
  }
  to(x) {
    return this.log ? Math.log10(x) : x;
  }
  from(t) {
    return this.log ? 10 ** t : t;
  }
  get min() {
    return this.from(this.range[0]);
  }
  get max() {
    return this.from(this.range[1]);
  }
  /** Keeps the width where it can, and never leaves the whole or shrinks below a millionth of it. */
  clamp() {
    const [low, high] = this.whole;
    const width = Math.min(high - low, Math.max((high - low) * 1e-6, this.range[1] - this.range[0]));
    const start = Math.min(high - width, Math.max(low, this.range[0]));
    this.range = [start, start + width];
  }
  show(a, b) {
    this.range = [Math.min(this.to(a), this.to(b)), Math.max(this.to(a), this.to(b))];
    this.clamp();
  }
  zoom(factor, around) {
    const [a, b] = this.range;
    const inside = around !== null && this.to(around) >= a && this.to(around) <= b;
    const centre = inside ? this.to(around) : (a + b) / 2;
    this.range = [centre - (centre - a) * factor, centre + (b - centre) * factor];
    this.clamp();
  }
  pan(share) {
    const by = share * (this.range[1] - this.range[0]);
    this.range = this.range.map((t) => t + by);
    this.clamp();
  }
  showWhole() {
    this.range = [...this.whole];
  }
  showFirst() {
    this.range = [...this.first];
    this.clamp();
  }
}

/** Index of the entry of an ascending list that is nearest to x; -1 for an empty list. */
function nearest(list, x) {
  let low = 0, high = list.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle] <= x) low = middle;
    else high = middle;
  }
  if (high < 0) return -1;
  return Math.abs(list[high] - x) < Math.abs(list[low] - x) ? high : low;
}
