// Numbers as a designer reads them: SI values with a prefix, shares in percent.
const prefixes = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "u"], [1e-9, "n"],
                  [1e-12, "p"], [1e-15, "f"], [1e-18, "a"]];
const prefixed = ["s", "V", "A", "F", "Hz", "J", "W", "C", "m", "ohm", "S"];

/** Divisor and symbol in which values as large as `size` read well. */
function scaleOf(unit, size) {
  if (unit === "%") return {factor: 0.01, symbol: "%"};
  if (!prefixed.includes(unit) || !(size > 0) || size >= 1e15) return {factor: 1, symbol: unit};
  const [factor, prefix] = prefixes.find(([f]) => size >= f * (1 - 1e-9)) || prefixes[prefixes.length - 1];
  return {factor, symbol: prefix + unit};
}

function withUnit(text, symbol) {
  return symbol === "" ? text : text + " " + symbol;
}

function plain(number, digits) {
  const short = Number(number.toPrecision(digits));
  return short !== 0 && Math.abs(short) < 1e-3 ? short.toExponential() : String(short).replace("e+", "e");
}

/** "12.35 mV"; "-" for what was not recorded. */
function quantity(value, unit, digits = 4) {
  if (!Number.isFinite(value)) return "-";
  const {factor, symbol} = scaleOf(unit, Math.abs(value));
  return withUnit(plain(value / factor, digits), symbol);
}

/** Text of a tick of a linear axis: one prefix for the whole axis, as many decimals as its steps need. */
function linearTick(value, axis, ticks, unit) {
  const {factor, symbol} = scaleOf(unit, Math.max(Math.abs(axis.min), Math.abs(axis.max)));
  const step = ticks.length > 1 ? Math.abs(ticks[1].value - ticks[0].value) / factor : 1;
  const number = value / factor;
  if (Math.abs(number) < step * 1e-6) return withUnit("0", symbol);
  if (Math.abs(number) >= 1e6 || step < 1e-6) return withUnit(plain(number, 4), symbol);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const text = number.toFixed(decimals);  // a step of 2.5 needs a digit more than its decade says
  return withUnit(Math.abs(Number(text) - number) > step * 0.01 ? number.toFixed(decimals + 1) : text, symbol);
}

/** Ticks of a log axis: decades, and 2 and 5 of each where there is room; "" leaves a tick without text. */
function logTick(value, axis, unit) {
  const decades = Math.log10(axis.max / axis.min);
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const mantissa = Math.round(value / 10 ** exponent);
  const stride = Math.max(1, Math.ceil(decades / 7));
  const wanted = decades < 1.5 ? [1, 2, 5].includes(mantissa) : mantissa === 1 && exponent % stride === 0;
  return wanted ? quantity(value, unit, 2) : "";
}

/** A point that can be drawn; null of the data, and what overflows a plot, become gaps. */
function drawable(value) {
  return value === null || Math.abs(value) > 1e100 ? NaN : value;
}

function element(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}
