#!/bin/bash
# Dependencies point one way: fails when a room includes a header of a room that it must not know.
# Usage: layers.sh SOURCE_DIR
set -u
cd "$1" || exit 1
status=0
# room: rooms whose headers it may include
rules="
src/units: units
models/technology: technology fixed units
models/fixed: fixed units
models/blocks: blocks technology fixed units
models/arrays: arrays blocks technology fixed units
models/learning: learning arrays blocks technology fixed units
src/design: design blocks learning technology fixed units
src/spice: spice design arrays blocks learning technology fixed units
src/synth: synth spice design arrays blocks technology fixed units
src/elaborate: elaborate design arrays blocks learning technology fixed units
src/measure: measure design learning blocks technology fixed units
src/report: report measure design technology fixed units
testbenches/instruments: instruments measure design arrays blocks learning technology fixed units
testbenches/leadlag: leadlag elaborate instruments measure design arrays blocks learning technology fixed units
testbenches/oracles: oracles
testbenches/benches: benches spice elaborate oracles instruments measure design arrays blocks learning technology fixed units
src/app: app report benches spice synth oracles measure elaborate design instruments arrays blocks learning technology fixed units
"
rooms=0
while IFS=: read -r room allowed; do
  [ -n "$room" ] || continue
  rooms=$((rooms + 1))
  [ -d "$room" ] || { echo "no room $room"; status=1; continue; }
  while IFS=: read -r file line include; do
    target=$(sed -E 's/.*"([^"]+)".*/\1/' <<<"$include")
    first=${target%%/*}
    [[ " $allowed " == *" $first "* ]] && continue
    echo "$file:$line: $room may not include $target (allowed: $allowed)"
    status=1
  done < <(grep -rnE '^#include "' "$room" --include='*.hpp' --include='*.cpp' || true)
done <<<"$rules"
[ "$rooms" -eq 17 ] || { echo "expected 17 rooms, checked $rooms"; status=1; }
# The kernel is run from the bench only; models never look at its time.
while read -r hit; do
  echo "$hit: sc_start belongs to testbenches/"
  status=1
done < <(grep -rnE 'sc_start *\(' src models --include='*.hpp' --include='*.cpp')
while read -r hit; do
  echo "$hit: a model may not know the kernel's time, wait or print"
  status=1
done < <(grep -rnE 'sc_time_stamp|[^_a-z]wait *\(|std::c(out|err)|SC_MANY_WRITERS|SC_THREAD' models --include='*.hpp' --include='*.cpp')
exit $status
