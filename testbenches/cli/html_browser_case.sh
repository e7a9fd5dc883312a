#!/bin/bash
# The page as a reader uses it: sourced by html_test.sh, case browser.
lag_net
open_browser "$work"
page=file://$work/out/report.html
is() {  # DESCRIPTION EXPECTED JAVASCRIPT
  local got
  got=$(script "$3") || exit 1
  [ "$got" = "$2" ] || fail "$1: $got instead of $2"
}
quiet() { local said; said=$(console); [ "$said" = "[]" ] || fail "console: $said"; }
# Pixels of a colour, per canvas: lines and bars are there, not only axes. The smallest count.
drawn='const c = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const pixels = (source, w, h) => { c.canvas.width = w; c.canvas.height = h; c.drawImage(source, 0, 0); return c.getImageData(0, 0, w, h).data; };
  const wanted = ["--c0", "--c1"].map((name) => {
    c.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
    c.fillRect(0, 0, 1, 1);
    return c.getImageData(0, 0, 1, 1).data;
  });
  const off = (d, k, w) => Math.abs(d[k] - w[0]) + Math.abs(d[k + 1] - w[1]) + Math.abs(d[k + 2] - w[2]);
  return Math.min(...[...document.querySelectorAll("canvas")].map((canvas) => {
    const d = pixels(canvas, canvas.width, canvas.height);
    let count = 0;
    for (let k = 0; k < d.length; k += 4) if (d[k + 3] > 200 && wanted.some((w) => off(d, k, w) < 12)) ++count;
    return count;
  })) > 100'
range='const x = Chart.getChart(document.querySelector("#waves canvas")).scales.x; return Math.round((x.max - x.min) * 1e7) / 10'
mkdir -p "$screenshots"

# ---------------------------------------------------------------------------------------------- as it opens
visit "$page" || exit 1
fetched=$(requests)
[ "$fetched" = "[\"$page\"]" ] || fail "the page fetched something: $fetched"
quiet
is "verdict" "\"✓ ALL MET ($(jq '.findings | length' out/report.json))\"" 'return document.querySelector(".overall").textContent'
is "canvases" 10 'return document.querySelectorAll("canvas").length'
is "every chart is drawn" true "$drawn"
is "panels share their axis" 1 'return new Set([...document.querySelectorAll("#waves canvas")].map((c) => { const a = Chart.getChart(c).chartArea; return a.left + " " + a.right; })).size'
is "every control has a name" 0 'return [...document.querySelectorAll("button, input, canvas, [role=application], [role=region]")].filter((e) =>
  !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.[0]?.textContent.trim())).length'
is "every chart has a table" true 'return [...document.querySelectorAll("figure")].every((f) => f.querySelector("details.data"))'
screenshot "$screenshots/desktop-light.png" 1280

# ---------------------------------------------------------------------------------------------- without a mouse
press body $'\ue004'  # Tab
is "the first stop is the skip link" '"skip"' 'return document.activeElement.className'
is "first view of the waves" 4095 "$range"
press '#waves .stage' '+'
is "plus zooms in" 2047.5 "$range"
press '#waves .stage' $'\ue014'  # right: the cursor appears at the window's start
is "the cursor speaks" true 'return /; at 1\.0\d* ms: tone\[0\]\.rate -?[\d.]+ mV, first\[0\]\.rate/.test(document.querySelector("#waves .status").textContent)'
is "values beside the names" true 'const w = JSON.parse(document.querySelector("#waves script").textContent);
  const k = w.xs.findIndex((x) => Math.abs(x - Number(document.querySelector("#waves .status").textContent.match(/at ([\d.]+) ms/)[1]) / 1e3) < 1e-9);
  const shown = parseFloat(document.querySelector("#waves .value").textContent) / 1e3;
  return Math.abs(shown - w.panels[0].series[0].y[k]) <= 1e-3 * Math.abs(shown)'
press '#waves .stage' '0'
is "zero shows everything" 5999 "$range"
press '#waves .stage' $'\ue011'
is "home shows the first view" 4095 "$range"
press '#waves input' ' '
is "space switches a signal off" 0 'return Chart.getChart(document.querySelector("#waves canvas")).data.datasets.length'
press '#waves input' ' '
press '#waves details.data summary' $'\ue007'  # Enter
is "points as a table" true 'const t = document.querySelector("#waves details.data table");
  return t.tBodies[0].rows.length <= 200 && t.tBodies[0].rows.length > 150 && t.rows[0].cells.length === 11 && t.rows[1].cells[0].textContent === "1 us"'

# ---------------------------------------------------------------------------------------------- with one
click '#waves .toolbar button:nth-child(1)'
is "zoom in" 2047.5 "$range"
click '#waves .toolbar button:nth-child(2)'
is "zoom out" 4095 "$range"
click '#energy-breakdown .toolbar button:nth-child(2)'
is "energy by array" true 'const f = document.querySelector("#energy-breakdown"), v = JSON.parse(f.querySelector("script").textContent).views[1];
  const chart = Chart.getChart(f.querySelector("canvas"));
  return f.querySelector("[aria-pressed=true]").textContent === "by array" && chart.data.labels.join() === v.categories.join() &&
    v.categories.length === 7 && chart.data.datasets[1].data.join() === v.parts[1].values.join()'
click '.findings a'
is "a finding leads to its line" true 'const line = document.querySelector(":target");
  return line.closest("details").open && line.getBoundingClientRect().height > 0 &&
    document.querySelector(".findings a").nextElementSibling.textContent === line.textContent.trim()'
quiet

# ---------------------------------------------------------------------------------------------- colours, phone, paper
back='return getComputedStyle(document.body).backgroundColor'
light=$(script "$back")
devtools Emulation.setEmulatedMedia '{"features": [{"name": "prefers-color-scheme", "value": "dark"}]}' >/dev/null
dark=$(script "$back")
[ "$light" != "$dark" ] || fail "the system's dark colours change nothing"
is "charts in dark colours" true "$drawn"
screenshot "$screenshots/desktop-dark.png" 1280
click '#theme'
is "the reader's choice of light wins" "$light" "$back"
is "charts in light colours" true "$drawn"
visit "$page" || exit 1
is "the choice is kept" '"Colours: light"' 'return document.getElementById("theme").textContent'
click '#theme'
is "dark by choice" "$dark" "$back"
screen 390 844
for choice in dark system; do
  visit "$page" || exit 1
  is "a phone's screen is wide enough" 390 'return document.documentElement.scrollWidth'
  is "charts on a phone" true "$drawn"
  screenshot "$screenshots/phone-$choice.png" 390
  click '#theme'
done
devtools Emulation.clearDeviceMetricsOverride '{}' >/dev/null
driver print '{}' | jq -r . | base64 -d >"$screenshots/print.pdf"
[ "$(head -c 5 "$screenshots/print.pdf")" = "%PDF-" ] && [ "$(stat -c %s "$screenshots/print.pdf")" -gt 50000 ] || fail "printing"
quiet

# ---------------------------------------------------------------------------------------------- what went wrong
"$leadlag" new diverging >/dev/null
sed -i "s/activation: softplus/activation: linear/; s/weights: \[\[0.7\]\]/weights: [[1e9]]/; s/beta: 0.01/beta: 100/" diverging.yaml
"$leadlag" run diverging.yaml --out out --set schedule.cycles=20000 --set learning.start=19000 >/dev/null 2>&1
[ $? -eq 1 ] || fail "the diverging chip does not diverge"
visit "$page" || exit 1
is "a diverging chip's verdict" '"✗ 2 VIOLATED, 1 NOT MEASURED, 10 MET"' 'return document.querySelector(".overall").textContent'
is "violations come first" '["VIOLATED","VIOLATED","NOT MEASURED","MET"]' 'return [...document.querySelectorAll(".findings tbody th")].slice(0, 4).map((th) => th.lastChild.textContent.trim())'
is "its charts are drawn all the same" true "$drawn"
quiet
for file in desktop-light desktop-dark phone-dark phone-system; do
  [ "$(head -c 8 "$screenshots/$file.png" | tail -c 7 | head -c 3)" = PNG ] || fail "screenshot $file"
done
