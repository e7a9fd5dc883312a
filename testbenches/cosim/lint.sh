#!/bin/bash
# Every configuration of rtl_ref/configs.txt lints clean in Verilator (-Wall, no waivers) and elaborates in Icarus Verilog and Yosys;
# it gives all parameters of its module; every file is a module of its own name, listed in rtl.f and used by a configuration.
# Usage: lint.sh SOURCE_DIR
set -u
cd "$1/rtl_ref" || exit 1
status=0
log=$(mktemp) && used=$(mktemp) || exit 1
trap 'rm -f "$log" "$used"' EXIT
fail() { echo "$1"; [ -s "$log" ] && head -5 "$log"; status=1; : >"$log"; }
diff <(sort rtl.f) <(ls -1 -- *.sv | sort) >"$log" || fail "rtl.f lists other files than there are"
for file in *.sv; do
  grep -qE "^(module|package) ${file%.sv}\b" "$file" || fail "$file does not hold ${file%.sv}"
done
configurations=0
while read -r name module parameters; do
  [[ -z $name || $name == \#* ]] && continue
  configurations=$((configurations + 1))
  [ -f "$module.sv" ] || { fail "$name: no module $module"; continue; }
  # Those that follow from others are marked so.
  diff <(grep -E '^ *parameter ' "$module.sv" | grep -v 'do not set' | sed -E 's/^ *parameter +([a-z]+ *(\[[^]]*\])?) *([A-Za-z]+) .*/\3/' | sort) \
    <(tr ' ' '\n' <<<"$parameters" | grep . | sed 's/=.*//' | sort) >"$log" || fail "$name: not the parameters of $module"
  # shellcheck disable=SC2046
  verilator --lint-only -Wall --top-module "$module" $(sed 's/[A-Za-z]*=/-G&/g' <<<"$parameters") -y . leadlag_pkg.sv "$module.sv" >"$log" 2>&1 ||
    fail "$name: Verilator"
  # shellcheck disable=SC2046
  iverilog -g2012 -Wall -s "$module" $(sed "s/[A-Za-z]*=/-P$module.&/g" <<<"$parameters") -y . -Y .sv -o /dev/null leadlag_pkg.sv "$module.sv" >"$log" 2>&1 ||
    fail "$name: Icarus Verilog"
  # shellcheck disable=SC2046
  yosys -q -p "read_verilog -sv $(tr '\n' ' ' <rtl.f); hierarchy -check -top $module $(sed -E 's/([A-Za-z]+)=/-chparam \1 /g' <<<"$parameters"); proc; check -assert" \
    >"$log" 2>&1 || fail "$name: Yosys"
  echo "$module" >>"$used"
done <configs.txt
[ "$configurations" -ge 25 ] || fail "suspiciously few configurations: $configurations"
grep -hoE '^ +[a-z_]+ #?\(|^ +[a-z_]+ u_' -- *.sv | sed -E 's/^ +([a-z_]+) .*/\1/' >>"$used"
for file in *.sv; do
  [ "$file" = leadlag_pkg.sv ] || grep -qx "${file%.sv}" "$used" || fail "$file is in no configuration"
done
exit $status
