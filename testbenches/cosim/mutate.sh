#!/bin/bash
# Applies each deliberate mistake of mutations.txt to rtl_ref alone and runs the short co-simulation: it has to find every one.
# Usage: mutate.sh SOURCE_DIR BUILD_DIR [FILE.sv]     BUILD_DIR: where the cosim_* executables are. A FILE limits it to one.
set -u
source=$(realpath "$1") build=$(realpath "$2") only=${3:-}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
root=$(dirname "$(find /usr/share/verilator "${VERILATOR_ROOT:-/nonexistent}" -name verilated.h 2>/dev/null | head -1)")
# The benches are linked from the objects of the build: ports, all that a bench sees of a twin, are not mutated.
configurations() {  # that run FILE: those of its module, or of the modules above it
  local module=$1
  case $module in
    leadlag_pkg | leadlag_tanh_rom | leadlag_softplus_rom) module=activation ;;
    gle_column) module=gle_tile ;;
  esac
  awk -v m="$module" '$2 == m {print $1}' "$source/rtl_ref/configs.txt"
}
caught_by() {  # FILE: name of the first configuration that notices; fails if none does
  local configuration module settings
  for configuration in $(configurations "${1%.sv}"); do
    rm -rf "$work/twin"
    module=$(awk -v c="$configuration" '$1 == c {print $2}' "$source/rtl_ref/configs.txt")
    settings=$(awk -v c="$configuration" '$1 == c {for (k = 3; k <= NF; ++k) print "-G" $k}' "$source/rtl_ref/configs.txt")
    # shellcheck disable=SC2086
    verilator --cc --trace --prefix Vtop --top-module "$module" $settings -Wno-lint -Wno-fatal -Mdir "$work/twin" -y "$work/rtl" \
      "$work/rtl/leadlag_pkg.sv" "$work/rtl/$module.sv" >"$work/log" 2>&1 || { echo "does not verilate: $(head -1 "$work/log")"; return 1; }
    cat "$work"/twin/Vtop*.cpp >"$work/twin/all.cc"
    g++ -std=c++20 -O0 -w -I"$root" -I"$work/twin" "$work/twin/all.cc" "$build/CMakeFiles/cosim_$configuration.dir/${module}_bench.cpp.o" \
      "$build/libleadlag_cosim.a" "$build/libleadlag_verilated.a" -lboost_program_options -pthread -o "$work/run" >"$work/log" 2>&1 ||
      { echo "does not build: $(head -1 "$work/log")"; return 1; }
    timeout 120 "$work/run" --cycles 50000 --vcd /dev/null >"$work/log" 2>&1
    case $? in
      0) ;;
      1) grep -q MISMATCH "$work/log" && { echo "$configuration"; return 0; } ;;
      *) echo "failed otherwise: $(head -1 "$work/log")"; return 1 ;;
    esac
  done
  echo "NOT CAUGHT"
  return 1
}
total=0 missed=0
while IFS='|' read -r file expression; do
  [[ -z $file || $file == \#* ]] && continue
  [ -z "$only" ] || [ "$file" = "$only" ] || continue
  total=$((total + 1))
  rm -rf "$work/rtl" && mkdir "$work/rtl" && cp "$source"/rtl_ref/*.sv "$work/rtl"
  sed -i "$expression" "$work/rtl/$file"
  if cmp -s "$source/rtl_ref/$file" "$work/rtl/$file"; then
    echo "$file: $expression: changes nothing"
    missed=$((missed + 1))
    continue
  fi
  by=$(caught_by "$file") || missed=$((missed + 1))
  echo "$file: $expression: $by"
done <"$source/testbenches/cosim/mutations.txt"
echo "$((total - missed)) of $total mutations caught"
# Every file of rtl_ref has ten.
for file in "$source"/rtl_ref/*.sv; do
  [ -z "$only" ] || [ "$(basename "$file")" = "$only" ] || continue
  [ "$(grep -c "^$(basename "$file")|" "$source/testbenches/cosim/mutations.txt")" -ge 10 ] ||
    { echo "$(basename "$file") has fewer than 10 mutations"; missed=$((missed + 1)); }
done
[ "$missed" -eq 0 ]
