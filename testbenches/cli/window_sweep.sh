#!/bin/bash
# VLE exact between GLE and the whole gradient: cosine with the exact gradient, bytes and joules against the window's length; GLE and VLE local
# beside it, as windows of 0 cycles. Writes vle_window.csv, and vle_window.svg where gnuplot is installed.
# Usage: window_sweep.sh LEADLAG SOURCE_DIR OUT_DIR [WINDOW...]
set -eu
leadlag=$1 source=$2 out=$3
shift 3
windows=${*:-2 5 10 20 50 100 200 500 1000 2000 5000 10000}
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
csv=$out/vle_window.csv
echo "window_cycles,system,cosine_w1,cosine_all,norm_ratio,memory_bytes,joules,replay_share,area_m2" >"$csv"
# Ten thousand cycles gathered after 2000 to settle, weights held: the same signal for every row.
row() {  # window system chip settings...
  local window=$1 system=$2 chip=$source/models/chips/$3.yaml
  shift 3
  rm -rf "$work/g" "$work/r"
  "$leadlag" testbench gradient "$chip" --start 2000 --cycles 12000 --min-cosine -1 --set 'learning.plastic=[w1, w2, w3]' "$@" --out "$work/g" >"$work/log" ||
    [ $? -eq 1 ] || { cat "$work/log"; exit 1; }   # 1: a window too short for an error to reach w1 has no cosine to judge
  "$leadlag" run "$chip" --no-controls --set 'learning.plastic=[w1, w2, w3]' --set learning.start=2000 --set schedule.cycles=12000 --set learning.rate=0 \
    --set 'limits={final_mse: {max: 1000}}' "$@" --out "$work/r" >"$work/log" || { cat "$work/log"; exit 1; }
  {
    echo -n "$window,$system,"
    jq -r '[.figures["w1.cosine"], .figures["all.cosine"], .figures["all.norm_ratio"]] | map(. // "nan" | tostring) | join(",")' "$work/g/report.json" | tr -d '\n'
    jq -r '[(.results.memory_bits // 0) / 8, .results.total_energy, .results.replay_share // 0, .results.area] | map(tostring) | "," + join(",")' "$work/r/report.json"
  } >>"$csv"
}
quiet() { for array in first second output; do echo --set "arrays.$array.nudging=0"; done; }
row 0 gle lag_net --set 'crossbars.w1.weights=[[0.3], [0.6]]' $(quiet)
row 0 vle_local lag_net_vle $(quiet)
for n in $windows; do
  row "$n" vle_exact lag_net_window --set learning.window="$n" --set learning.every="$n ticks"
done
command -v gnuplot >/dev/null || exit 0
level() { awk -F, -v name="$1" -v column="$2" '$2 == name { print $column }' "$csv"; }
gnuplot <<PLOT
set terminal svg size 720,760 dynamic font 'sans-serif,12' background rgb 'white'
set output '$out/vle_window.svg'
set datafile separator ','
set logscale x
set grid
set key outside right
set xrange [1.8:12000]
set multiplot layout 3,1 title 'LagNet, three tones: VLE exact against the length of its window'
set ylabel 'angle to the exact gradient, degrees'
set yrange [0:70]
plot '$csv' using (strcol(2) eq 'vle_exact' ? \$1 : NaN):(acos(\$4)*180/pi) with linespoints lt 1 pt 7 title 'VLE exact', \
  acos($(level gle 4))*180/pi lt 3 title 'GLE', acos($(level vle_local 4))*180/pi lt 2 title 'VLE local'
set ylabel 'memory, bytes'
set autoscale y
set logscale y
plot '$csv' using (strcol(2) eq 'vle_exact' ? \$1 : NaN):6 with linespoints lt 1 pt 7 title 'VLE exact'
unset logscale y
set ylabel 'nJ for 10 000 cycles gathered'
set yrange [0:*]
set xlabel 'window, cycles (the slowest time constant is 100)'
plot '$csv' using (strcol(2) eq 'vle_exact' ? \$1 : NaN):(1e9*\$7) with linespoints lt 1 pt 7 title 'VLE exact', \
  1e9*$(level gle 7) lt 3 title 'GLE', 1e9*$(level vle_local 7) lt 2 title 'VLE local'
unset multiplot
PLOT
