#!/bin/bash
# An installation as a stranger uses it: the program away from its sources, and the examples built outside the tree
# against find_package(Leadlag). Usage: installed_test.sh BUILD_DIR SOURCE_DIR
set -u
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
fail() { echo "FAILED: $*"; exit 1; }

cmake --install "$build" --prefix "$work/prefix" >log 2>&1 || { cat log; fail "install"; }

# The program finds its technologies beside itself, not in the sources.
mv prefix moved
leadlag=$work/moved/bin/leadlag
mkdir elsewhere
(cd elsewhere && "$leadlag" check ../moved/share/leadlag/chips/two_neurons.yaml) >log 2>&1 || { cat log; fail "check"; }
grep -q "LL-TIME-1" log || fail "no findings"
cp moved/share/leadlag/technology/{cmos180,other}.yaml
"$leadlag" check moved/share/leadlag/chips/two_neurons.yaml --set chip.technology=other >log 2>&1
[ $? -ne 2 ] || { cat log; fail "a technology beside the installed ones is not found"; }

# The installed examples, in a folder of their own: nothing of the source tree.
cp -r moved/share/leadlag/examples examples
for example in neuron_chirp moving_target; do
  (cd examples/$example && cmake -S . -B build -D CMAKE_PREFIX_PATH="$work/moved" && cmake --build build) >log 2>&1 ||
    { cat log; fail "$example does not build"; }
  grep -rqF "$source/" examples/$example/build --include=flags.make --include=link.txt && fail "$example uses the source tree"
  (cd examples/$example && build/$example) >$example.txt 2>log || { cat $example.txt log; fail "$example does not run"; }
  cat $example.txt
done

# Chirp: the neuron's closed form. Held inputs over a period T, capacitor read at the start of the interval:
#   H = rho + (1 - rho) k / (z - 1 + k)   k = 1 - exp(-T / tau_m)   rho = tau_r / tau_m   times the weight 0.8
# The record ends 50 tau_m after the chirp: what is missing is e^-50; 7 digits are printed.
awk '
  /^[0-9]+ / {
    pi = atan2(0, -1); T = 1e-6; rho = 5 / 20; k = 1 - exp(-T / 20e-6); w = 2 * pi * $1 * T
    re = cos(w) - 1 + k; im = sin(w); d = re * re + im * im
    hr = 0.8 * (rho + (1 - rho) * k * re / d); hi = -0.8 * (1 - rho) * k * im / d
    gain = sqrt(hr * hr + hi * hi); phase = atan2(hi, hr) * 180 / pi
    if (($2 - gain) ^ 2 > (2e-9) ^ 2 || ($3 - phase) ^ 2 > (2e-7) ^ 2) { print "expected", gain, phase; bad = 1 }
    # a continuous neuron: the difference is what the hold costs, small at low frequencies
    ideal = (atan2(w * 5, 1) - atan2(w * 20, 1)) * 180 / pi
    if (($3 - ideal) ^ 2 > (180 * $1 * T) ^ 2) { print "far from", ideal; bad = 1 }
    lines++
  }
  /^energy_j / {
    if (($2 - $4 - $6) ^ 2 > (1e-8 * $2) ^ 2 || $6 <= 0 || ($8 * 21e-3 - $2) ^ 2 > (1e-8 * $2) ^ 2) { print "energy"; bad = 1 }
    energies++
  }
  END { exit bad || lines != 6 || energies != 1 }' neuron_chirp.txt || fail "chirp"

# Moving target: the weights are the teacher's, then those of the changed teacher; frozen, they stay and the power falls.
awk '
  function near(x, y, by) { return (x - y) ^ 2 <= by ^ 2 }
  NR > 1 { w0[$1] = $3; w1[$1] = $4; e[$1] = $5; energy[$1] = $6; power[$1] = $8; time[$1] = $2; lines++ }
  END {
    ok = lines == 5 && near(w0["learnt"], 0.75, 1e-6) && near(w1["learnt"], -0.5, 1e-6) && near(e["learnt"], 0, 1e-6)
    ok = ok && !near(e["changed"], 0, 0.05)
    ok = ok && near(w0["learnt_again"], -0.25, 1e-6) && near(w1["learnt_again"], 0.5, 1e-6) && near(e["learnt_again"], 0, 1e-6)
    ok = ok && w0["frozen"] == w0["learnt_again"] && w1["frozen"] == w1["learnt_again"]
    ok = ok && time["frozen"] == 5000 && power["frozen"] > 0 && power["frozen"] < power["learnt"]
    ok = ok && near(energy["frozen"] - energy["learnt_again"], power["frozen"] * 1e-3, 1e-6 * energy["frozen"])
    exit !ok
  }' moving_target.txt || fail "moving target"

# The program of docs/testbench.md, as printed there. Softplus of 0.5, then of 0.7 times that, long after the step.
mkdir bench && cd bench || exit 1
for block in cmake:CMakeLists.txt cpp:bench.cpp; do
  awk -v open="\`\`\`${block%%:*}" '$0 == open { on = 1; next } /^```/ { on = 0 } on' "$source/docs/testbench.md" >"${block#*:}"
done
"$leadlag" new mine >/dev/null || fail "new"
(cmake -S . -B build -D CMAKE_PREFIX_PATH="$work/moved" && cmake --build build) >log 2>&1 || { cat log; fail "docs/testbench.md does not build"; }
build/bench >out 2>log || { cat out log; fail "docs/testbench.md does not run"; }
awk '
  /^cycle 2500/ { hidden = log(1 + exp(0.5)); output = log(1 + exp(0.7 * hidden))
                  ok = ($4 - output) ^ 2 < 1e-12 && ($6 - hidden) ^ 2 < 1e-12 && $8 > 0 }
  /^LL-TIME-1 .*: MET$/ { rules++ }
  END { exit !ok || rules < 4 }' out || { cat out; fail "docs/testbench.md"; }
cd "$work" || exit 1

# What a user sees who wires a pin wrongly, or draws a wrong chip.
cd examples/moving_target || exit 1
sed -i 's/chip.x_i(x), //' moving_target.cpp
cmake --build build >../../log 2>&1 || { cat ../../log; fail "rebuild"; }
build/moving_target >../../out.txt 2>&1
[ $? -ne 0 ] || fail "an open pin is no error"
grep -q "chip.x_i_0 is not bound" ../../out.txt && grep -q "chip.x_i_1 is not bound" ../../out.txt || { cat ../../out.txt; fail "open pin"; }
sed -i 's/clock:/clok:/; s/size: 2/size: two/' follower.yaml
build/moving_target >../../out.txt 2>&1
[ $? -ne 0 ] || fail "a wrong blueprint is no error"
grep -qE "follower.yaml:3:[0-9]+: error\[unknown-key\].*did you mean 'clock'" ../../out.txt &&
  grep -qE "follower.yaml:5:[0-9]+: error" ../../out.txt || { cat ../../out.txt; fail "wrong blueprint"; }
echo passed
