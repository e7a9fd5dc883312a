#!/bin/bash
# report.html against the other reports of the same run, and in a browser.
# Usage: html_test.sh CASE LEADLAG SOURCE_DIR SCREENSHOT_DIR
set -u
export LC_ALL=C.UTF-8  # bash writes keys such as \ue004 in the locale's letters, and a bare system has none
case_name=$1 leadlag=$2 source=$3 screenshots=$4
source "$source/testbenches/cli/browser.sh"
work=$(mktemp -d)
trap 'close_browser; rm -rf "$work"' EXIT
cd "$work" || exit 1
fail() { echo "FAILED: $*"; exit 1; }
command -v jq >/dev/null || fail "jq is missing; .ci/install installs it"
run() { "$leadlag" run "$@" >stdout 2>stderr || { cat stdout stderr; fail "leadlag run $*"; }; }
figure() { sed -n "/<figure class=\"chart\" id=\"$1\"/,/<\/figure>/s/^.*<script type=\"application\/json\">\(.*\)<\/script>/\1/p" out/report.html; }
carried() { sed -n '/<script type="application\/json" id="report">/,/<\/script>/p' out/report.html | sed '1d;s/<\/script>$//'; }
holds() { jq -en "$@" >/dev/null || { jq -n "${@:1:$#-1}" '$ARGS.named' | cut -c1-2000; fail "does not hold: ${*: -1}"; }; }
# A short run of LagNet: two panels of learning with a control, six of waves.
lag_net() {
  run "$source/models/chips/lag_net.yaml" --out out --set schedule.cycles=6000 --set learning.start=500 \
    --set 'limits.final_mse={max: 1000}' --set 'limits.controls.error_units_as_wires.final_mse={min: 0}'
}

case $case_name in
  figures)  # what the page shows is what report.json and learning.csv say
    lag_net
    carried | jq -S . >carried.json && jq -S . out/report.json | cmp - carried.json || fail "the JSON inside is not report.json"
    jq -r '.findings[] | [.verdict, .what, .where, .required, .actual, .slack, .id] | map(@html) | @tsv' out/report.json | sort >expected
    [ "$(wc -l <expected)" -ge 10 ] || fail "suspiciously few findings"
    sed -nE '/<table class="findings"/,/<\/table>/{/^<tr role="row" class=/p}' out/report.html |
      sed -E 's/<span aria-hidden="true">[^<]*<\/span> //; s/<td role="cell" class="source">.*//; s/<\/t[dh]><t[dh][^>]*>/\t/g; s/<[^>]*>//g' | sort >shown
    diff expected shown || fail "findings differ from report.json"
    grep -q '<a href="#L42">line 42</a> <code>tile map' out/report.html && fail "a quotation is made up"
    line=$(grep -n 'integration: euler' "$source/models/chips/lag_net.yaml" | cut -d: -f1)
    grep -qF "<span id=\"L$line\" data-line=\"$line\">  integration: euler" out/report.html || fail "listing of the blueprint"
    clock=$(grep -n '^  clock: 1 MHz' "$source/models/chips/lag_net.yaml" | cut -d: -f1)
    grep -qF "<a href=\"#L$clock\">line $clock</a> <code>clock: 1 MHz</code>" out/report.html || fail "quotation of the clock's line"

    figure energy-breakdown >energy.json
    holds --slurpfile c energy.json --slurpfile r out/report.json \
      '($c[0].views | map(.name)) == ["by block", "by array", "by array and block"] and
       ($c[0].views | all(([.parts[].values[]] | add) as $sum | ($sum / $r[0].results.total_energy - 1 | fabs) < 1e-8))'
    for by in block array; do  # each bar against the rows of the ledger
      holds --slurpfile c energy.json --slurpfile r out/report.json --arg by $by '
        ($c[0].views[] | select(.name == "by " + $by)) as $v | ($v.categories | length) >= 5 and
        ([$v.parts[0].values, $v.parts[1].values] | transpose | map(add)) as $sums | ($sums == ($sums | sort | reverse)) and
        all(range($v.categories | length);  . as $k | ([$r[0].energy.rows[] | select(.[$by] == $v.categories[$k])]) as $rows |
          ($rows | length > 0) and
          (($rows | map(.static_energy) | add) - $v.parts[0].values[$k] | fabs) <= 1e-8 * $sums[$k] and
          (($rows | map(.dynamic_energy) | add) - $v.parts[1].values[$k] | fabs) <= 1e-8 * $sums[$k])'
    done
    figure timing-slack >timing.json
    holds --slurpfile c timing.json --slurpfile r out/report.json '
      $r[0].timing.paths as $paths | ($paths | length) >= 7 and $c[0].views[0].marks[0].value == 1 / $r[0].chip.clock and
      ($c[0].views | all(.categories == ($paths | map(.kind + " to " + .to)))) and
      all(range($paths | length); . as $k |
        (([$c[0].views[0].parts[].values[$k]] | add) / $paths[$k].settle - 1 | fabs) < 1e-8 and
        ($c[0].views[1].parts[0].values[$k] / $paths[$k].slack - 1 | fabs) < 1e-8)'
    figure learning-curve >learning.json
    grep -v '^[#c]' out/learning.csv | jq -Rn '[inputs | split(",") | map(tonumber)]' >csv.json
    holds --slurpfile c learning.json --slurpfile rows csv.json '
      $rows[0] as $rows | $c[0] as $c | ($rows | length) >= 50 and ($c.panels[0].series | length) == 2 and
      ($c.panels[0].series[1].name | endswith("error_units_as_wires")) and ($c.panels[0].series[1].y | length) == ($rows | length) and
      ($c.panels[0].marks | map(.value)) == [1000, 0] and $c.panels[0].y.log and
      all(range($rows | length); . as $k |
        ($c.xs[$k] / $rows[$k][2] - 1 | fabs) < 1e-8 and ($c.panels[0].series[0].y[$k] / $rows[$k][3] - 1 | fabs) < 1e-5 and
        ($c.panels[1].series[1].y[$k] / $rows[$k][5] - 1 | fabs) < 1e-5)'
    # The control's line is the curve of a chip that is built like the control.
    "$leadlag" run "$source/models/chips/lag_net.yaml" --out out --no-controls --set schedule.cycles=6000 --set learning.start=500 \
      --set learning.errors=instantaneous >/dev/null 2>&1
    [ $? -eq 1 ] || fail "the control's chip"  # its limits are not met
    grep -v '^[#c]' out/learning.csv | jq -Rn '[inputs | split(",") | map(tonumber)]' >control.json
    holds --slurpfile c learning.json --slurpfile rows control.json --slurpfile main csv.json '
      $rows[0] as $rows | $rows != $main[0] and all(range($rows | length); . as $k |
        ($c[0].panels[0].series[1].y[$k] / $rows[$k][3] - 1 | fabs) < 1e-5)'
    ;;
  waves)  # every sample against waves.vcd; the exact ones one by one, buckets by their extremes
    lag_net
    figure waves >waves.json
    grep -qF "The first 4096 cycles are here one by one, the later ones as smallest and largest value of every 2 cycles" out/report.html ||
      fail "what is recorded is not said"
    signals=$(jq '[.panels[].series[]] | length' waves.json)
    [ "$signals" -eq 10 ] || fail "$signals signals"
    for name in 'first[1].rate' 'first[0].error' 'w1[1,0].weight'; do
      vcd=$(sed -E 's/.*\[(.*)\]\.(.*)/\2_\1/; s/,/_/' <<<"$name")  # first[1].rate is rate_1 in scope first
      # One value per clock period of 1 us (1e6 ps): sampled at the falling edge, changes only are written.
      awk -v scope="${name%%[*}" -v want="$vcd" '
        $1 == "$scope" {place = $3} $1 == "$var" && place == scope && $5 == want {id = $4}
        /^#/ {time = substr($1, 2)} /^r/ && $2 == id {at[time / 1e6] = substr($1, 2)}
        END {for (n = 1; n <= 6000; n++) {if (n in at) v = at[n]; print n, v}}' out/waves.vcd >"vcd.txt"
      jq -r --arg name "$name" '.xs as $xs | [.panels[].series[]][] | select(.name == $name) | [$xs, .y] | transpose[] | @tsv' waves.json >page.txt
      awk -v name="$name" '
        function far(a, b) {d = a - b; if (d < 0) d = -d; s = b < 0 ? -b : b; return d > 1e-5 * s + 1e-12}
        NR == FNR {v[$1] = $2; next}
        {x[++count] = sprintf("%.0f", $1 * 1e6); y[count] = $2}
        END {
          exact = 4096
          for (n = 1; n <= exact; n++) if (x[n] != n) {print name ": entry " n " is of cycle " x[n]; exit 1}
          for (n = 1; n <= exact; n++) if (far(y[n], v[n])) {print name ": cycle " n " is " y[n] ", not " v[n]; exit 1}
          width = x[exact + 3] - x[exact + 1]
          if (width != 2 || count != exact + 2 * 952) {print name ": buckets of " width ", " count " values"; exit 1}
          for (k = exact + 1; k < count; k += 2) {
            low = high = v[x[k]]
            for (n = x[k]; n < x[k] + width; n++) {if (v[n] < low) low = v[n]; if (v[n] > high) high = v[n]}
            a = y[k] < y[k + 1] ? y[k] : y[k + 1]; b = y[k] < y[k + 1] ? y[k + 1] : y[k]
            if (far(a, low) || far(b, high)) {print name ": bucket at " x[k]; exit 1}
          }
          for (n in v) if (v[n] != v[1]) moved = 1
          if (!moved) {print name ": never moves"; exit 1}
        }' vcd.txt page.txt || fail "waves differ from waves.vcd"
    done
    ;;
  size)  # a large chip's page stays small, and says what it leaves out
    run "$source/models/chips/fashion_mnist_le.yaml" --out out --set schedule.train_samples=2500 --set schedule.test_samples=100 \
      --set 'limits.test_accuracy={min: 0}' --set 'trace=["output[*].rate", "hidden[*].rate"]'
    bytes=$(stat -c %s out/report.html)
    [ "$bytes" -gt 300000 ] && [ "$bytes" -lt 3000000 ] || fail "$bytes bytes"
    holds --slurpfile c <(figure waves) '[$c[0].panels[].series[]] | length == 64'
    grep -qF '458 more traced signals are in waves.vcd only' out/report.html || fail "left-out signals are not mentioned"
    ;;
  escaping)  # names and options may hold anything
    folder='a"<b>&'"'"'</script><script>document.title="broken"</script>{{data}}'$'\xff'
    mkdir -p "$folder" && "$leadlag" new c >/dev/null && mv c.yaml "$folder/"
    sed -i 's|^task:|# </script><script>document.title="broken"</script>\ntask:|' "$folder/c.yaml"
    run "$folder/c.yaml" --out out --set schedule.cycles=300 --set learning.start=10 --set 'limits.final_mse={max: 1000}'
    [ "$(grep -c '<script' out/report.html)" -eq "$(( $(grep -c '<figure' out/report.html) + 3 ))" ] || fail "a script too many"
    carried | jq -S . | cmp - <(jq -S . out/report.json) || fail "the JSON inside is not report.json"
    open_browser "$work"
    visit "file://$work/out/report.html" || exit 1
    [ "$(script 'return document.title')" = '"c: ALL MET (13)"' ] || fail "title $(script 'return document.title')"
    [ "$(script 'return document.querySelectorAll("script").length - document.querySelectorAll("figure").length')" = 3 ] || fail "scripts"
    [ "$(script 'return [...document.querySelectorAll("#provenance td")][1].textContent')" = "$(jq -c .provenance.blueprint out/report.json)" ] ||
      fail "the name does not read back"
    [ "$(console)" = "[]" ] || fail "console: $(console)"
    ;;
  browser)
    source "$source/testbenches/cli/html_browser_case.sh"
    ;;
  *) fail "unknown case $case_name" ;;
esac
echo passed
