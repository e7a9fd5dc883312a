#!/bin/bash
# leadlag testbench against figures worked out by hand. Usage: testbench_test.sh CASE LEADLAG SOURCE_DIR
set -u
source "$3/testbenches/cli/common.sh"
figure() { jq -er ".figures[\"$2\"]" "$1/report.json" || fail "$1 has no figure $2"; }
near() {  # what actual wanted absolute
  awk -v a="$2" -v b="$3" -v d="$4" 'BEGIN { e = a - b; exit !(e <= d && -e <= d) }' || fail "$1 is $2, not $3 +- $4"
}
calc() { awk "BEGIN { pi = atan2(0, -1); printf \"%.15g\", $1 }"; }
column() {  # folder/file.csv name row(1...): a cell by its header
  awk -F, -v name="$2" -v row="$3" '/^#/ { next } !head { head = 1; for (k = 1; k <= NF; ++k) if ($k == name) c = k; next }
    ++n == row && c { print $c; found = 1 } END { exit !found }' "$1" || fail "$1 has no row $3 of $2"
}

# One unit of model time is 10 us: tau_m = 1, tau_r = 0.1.
blueprint() {  # name coupling clock tau_r activation learning
  cat >"$1.yaml" <<YAML
leadlag: 1
chip: {name: $1, clock: $3, time_scale: 10 us, coupling: $2}
arrays:
  line: {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 2, activation: $5, tau_m: 10 us, tau_r: $4}
  output: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: $4}
crossbars:
  w1: {from: line, to: hidden, weights: [[0.4], [0]], tile: 8x8}
  w2: {from: hidden, to: output, weights: [[1.5, 0]], tile: 8x8}
learning: $6
task: {kind: tones, frequencies: [1.000507214]}
schedule: {cycles: 20000}
YAML
}
# Options that turn a shipped chip into one that has noise, leaks and mismatch.
circuit_of() {
  case $1 in
    noise) echo "--set chip.fidelity=circuit --set chip.integration=exact --set chip.coupling=sampled --cycles 40000" ;;
    mismatch) echo "--set chip.fidelity=circuit --set chip.integration=exact --set chip.coupling=sampled --dies 40" ;;
    retention)
      echo "--set chip.fidelity=circuit --set chip.integration=exact --set chip.coupling=sampled --set blocks.weight_register.storage=capacitor --duration 1ms"
      ;;
  esac
}
gle="{system: gle, update: host, plastic: [w1, w2]}"

case $case_name in
  ac_neuron)  # the Bode table of tau_m = 1, tau_r = 0.1, and its inverse from the error unit
    blueprint c continuous "50 MHz" "1 us" tanh "$gle"
    rows=0
    while read -r omega gain phase; do
      f="$(calc "$omega / (2 * pi * 1e-5)") Hz"
      expect 0 "$leadlag" testbench ac c.yaml --of 'hidden[1]' --min "$f" --max "$f" --out n
      expect 0 "$leadlag" testbench ac c.yaml --of 'hidden[1].error' --min "$f" --max "$f" --out e
      near "gain at $omega" "$(column n/ac.csv gain 1)" "$gain" "$(calc "1e-4 * $gain")"
      near "phase at $omega" "$(column n/ac.csv phase_deg 1)" "$phase" 5e-3
      near "error gain at $omega" "$(column e/ac.csv gain 1)" "$(calc "1 / $gain")" "$(calc "1e-4 / $gain")"
      near "error phase at $omega" "$(column e/ac.csv phase_deg 1)" "$(calc "- ($phase)")" 5e-3
      near "residual" "$(column n/ac.csv residual 1)" 0 1e-6
      rows=$((rows + 1))
    done <<<"0.1 .995087 -5.1377
1 .710634 -39.2894
3.1623 .316226 -54.9032
10 .140720 -39.2894"
    [ "$rows" -eq 4 ] || fail "only $rows rows"
    expect 0 "$leadlag" testbench ac c.yaml --of 'hidden[1]' --out sweep
    [ "$(grep -vc '^#' sweep/ac.csv)" -eq 26 ] || fail "25 points and a header"
    # gain^2 = (1 + 0.01 x) / (1 + x) = 1/2 at x = 1 / 0.98
    near "-3 dB" "$(figure sweep minus_3_db)" "$(calc "sqrt(1 / 0.98) / (2 * pi * 1e-5)")" 5
    near "delay" "$(figure sweep low_delay)" 9e-6 2e-9                  # tau_m - tau_r
    near "delay by slope" "$(column sweep/ac.csv group_delay_s 2)" 9e-6 5e-9
    ;;
  ac_adaptation)  # item T13's table for tau_a = 0.05 tau; half a tick of 1/5000 tau late
    blueprint c continuous "50 MHz" "10 us" linear "{system: none}"
    adaptive="--set arrays.hidden.tau_a=0.5us --set arrays.output.tau_a=0.5us --set chip.ticks_per_clock=10"
    while read -r omega gain phase; do
      f="$(calc "$omega / (2 * pi * 1e-5)") Hz"
      # shellcheck disable=SC2086
      expect 0 "$leadlag" testbench ac c.yaml --of 'hidden[1]' --min "$f" --max "$f" --out a $adaptive
      near "gain at $omega" "$(column a/ac.csv gain 1)" "$gain" "$(calc "2e-4 * $omega * $gain")"
      near "phase at $omega" "$(column a/ac.csv phase_deg 1)" "$phase" "$(calc "0.01 * $omega")"
    done <<<"1 1.0240256 -1.465224199
10 0.9387162078 -26.29479007"
    # shellcheck disable=SC2086
    expect 0 "$leadlag" testbench step c.yaml --of 'hidden[1]' --out s $adaptive
    # shellcheck disable=SC2086
    expect 2 "$leadlag" testbench step c.yaml --from line --to output --out no --set learning.system=gle $adaptive; has stderr "measure it with ac"
    ;;
  ac_path)  # two neurons in a row, target to error, and the operating point of a curve
    blueprint c continuous "50 MHz" "1 us" tanh "$gle"
    f="$(calc "1 / (2 * pi * 1e-5)") Hz"
    expect 0 "$leadlag" testbench ac c.yaml --from line --to output --min "$f" --max "$f" --out p
    near "gain" "$(column p/ac.csv gain 1)" "$(calc "0.6 * .710634 ^ 2")" 1e-4
    near "phase" "$(column p/ac.csv phase_deg 1)" -78.5788 0.01
    expect 0 "$leadlag" testbench ac c.yaml --from 'target[0]' --to 'hidden[0].error' --min "$f" --max "$f" --out t
    near "error gain" "$(column t/ac.csv gain 1)" "$(calc "1.5 / .710634 ^ 2")" 1e-3
    near "error phase" "$(column t/ac.csv phase_deg 1)" 78.5788 0.01
    expect 0 "$leadlag" testbench ac c.yaml --of 'hidden[0]' --offset 0.5 --min "$f" --max "$f" --out o
    slope=$(calc "4 / (exp(0.5) + exp(-0.5)) ^ 2")  # of tanh
    near "gain at 0.5" "$(column o/ac.csv gain 1)" "$(calc "$slope * .710634")" 1e-4
    # An error unit alone is gated by the slope of its neuron, and no nudging reaches it.
    expect 0 "$leadlag" testbench ac c.yaml --of 'hidden[0].error' --offset 0.5 --set arrays.hidden.nudging=5 --min "$f" --max "$f" --out g
    near "error gain at 0.5" "$(column g/ac.csv gain 1)" "$(calc "$slope / .710634")" 2e-4
    # Nudged by its own error: K = gamma beta at the output, whatever the frequency (H G = 1).
    expect 0 "$leadlag" testbench ac c.yaml --from target --to output --set arrays.output.nudging=3 --min "$f" --max "$f" --out k
    near "nudged by the target" "$(column k/ac.csv gain 1)" 0.75 1e-5
    near "phase of that" "$(column k/ac.csv phase_deg 1)" 0 1e-3
    ;;
  ac_sampled)  # held input, one pole: phase -wT - atan(d sin wT / (1 - d cos wT)), which is half a period more than -atan(w tau)
    blueprint c sampled "1 MHz" "0 s" linear "{system: none, plastic: []}"
    expect 0 "$leadlag" testbench ac c.yaml --of 'hidden[0]' --max "5 kHz" --points 4 --out s
    wt=$(calc "2 * pi * 5e3 * 1e-6") d=$(calc "exp(-0.1)")
    near "phase" "$(column s/ac.csv phase_deg 4)" "$(calc "-180 / pi * ($wt + atan2($d * sin($wt), 1 - $d * cos($wt)))")" 1e-4
    near "gain" "$(column s/ac.csv gain 4)" "$(calc "(1 - $d) / sqrt(1 - 2 * $d * cos($wt) + $d ^ 2)")" 1e-6
    near "phase without a clock" "$(column s/ac.csv continuous_time_phase_deg 4)" "$(calc "-180 / pi * atan2(2 * pi * 5e3 * 1e-5, 1)")" 1e-4
    near "cost of sampling" "$(figure s sampling_phase)" "$(calc "-180 * 5e3 * 1e-6")" 0.02
    near "half a period" "$(figure s half_period_phase)" -0.9 1e-9
    # Two in a row: the second reads the first one period late; the phase passes -180 degrees without a jump.
    expect 0 "$leadlag" testbench ac c.yaml --max "100 kHz" --points 12 --out p
    wt=$(calc "2 * pi * 1e5 * 1e-6")
    near "phase of two" "$(column p/ac.csv phase_deg 12)" "$(calc "-180 / pi * (3 * $wt + 2 * atan2($d * sin($wt), 1 - $d * cos($wt)))")" 1e-3
    near "gain of two" "$(column p/ac.csv gain 12)" "$(calc "0.6 * (1 - $d) ^ 2 / (1 - 2 * $d * cos($wt) + $d ^ 2)")" 1e-6
    near "reference beside it" "$(column p/ac.csv reference_phase_deg 12)" "$(column p/ac.csv phase_deg 12)" 1e-3
    ;;
  step)  # 1 - (1 - rho) exp(-t / tau): within eps after tau ln((1 - rho) / eps)
    blueprint c continuous "10 MHz" "1 us" linear "$gle"
    expect 0 "$leadlag" testbench step c.yaml --of 'hidden[0]' --amplitude 0.2 --settle-to 0.01 --out n
    near "settling" "$(figure n settling)" "$(calc "1e-7 * int(100 * log(0.9 / 0.01) + 1)")" 1e-12  # the next edge
    near "first value" "$(figure n first_value)" "$(calc "0.2 * (1 - 0.9 * exp(-0.01))")" 1e-12
    near "last value" "$(figure n final_value)" 0.2 1e-12
    near "before" "$(column n/step.csv measured 1)" 0 1e-15
    expect 0 "$leadlag" testbench step c.yaml --of 'hidden[0].error' --amplitude 0.2 --out e
    near "peak" "$(figure e peak)" "$(calc "0.2 * (1 + 9 * exp(-0.1))")" 1e-12
    near "overshoot" "$(figure e overshoot)" "$(calc "9 * exp(-0.1)")" 1e-11
    near "settling of errors" "$(figure e settling)" "$(calc "1e-7 * int(10 * log(9 * 256) + 1)")" 1e-12
    # The clocked one: rho at its first edge, one period late.
    expect 0 "$leadlag" testbench step c.yaml --of 'hidden[0]' --settle-to 0.01 --set chip.coupling=sampled --out s
    near "first clocked value" "$(figure s first_value)" 0.01 1e-12
    near "clocked settling" "$(figure s settling)" "$(calc "$(figure n settling) + 1e-7")" 1e-12
    # H^2 as a step: 1 - (0.99 + 0.81 t / tau) exp(-t / tau), by partial fractions
    expect 0 "$leadlag" testbench step c.yaml --out p
    near "rest of the path" "$(figure p final_value)" 0.06 1e-10
    rows=0
    for row in 2 11 101 301; do
      t=$(calc "$(column p/step.csv time_s $row) / 1e-5")
      near "path at $t tau" "$(column p/step.csv measured $row)" "$(calc "0.06 * (1 - (0.99 + 0.81 * $t) * exp(-$t))")" 2e-6
      rows=$((rows + 1))
    done
    [ "$rows" -eq 4 ] || fail "rows of the path"
    ;;
  chirp)  # a sweep that stays where it is: a sine of amplitude 0.1 |H|
    blueprint c continuous "50 MHz" "1 us" linear "$gle"
    f="$(calc "1 / (2 * pi * 1e-5)") Hz"
    expect 0 "$leadlag" testbench chirp c.yaml --of 'hidden[0]' --sweep linear --min "$f" --max "$f" --duration "400 us" --out s
    peak=$(awk -F, '!/^#/ && $1 + 0 > 3e-4 && $3 + 0 > m { m = $3 + 0 } END { print m }' s/chirp.csv)
    near "peak" "$peak" 0.0710634 1e-5
    expect 0 "$leadlag" testbench chirp c.yaml --out p
    # 4 periods of the lowest frequency, and the pin starts as a sine.
    near "duration" "$(calc "$(figure p duration) * $(figure p from)")" 4 1e-9
    near "start" "$(column p/chirp.csv pin 2)" "$(calc "0.1 * sin(2 * pi * $(figure p from) * $(column p/chirp.csv time_s 2))")" 1e-6
    ;;
  gradient)  # one tone through 1-1-1, linear: the chip over-weights by (1 + w^2) / (1 + 0.01 w^2) per hop
    blueprint c continuous "10 MHz" "1 us" linear "$gle"
    # 628 cycles are a period of the tone: 8 to settle, 10 to gather.
    expect 0 "$leadlag" testbench gradient c.yaml --start 5024 --cycles 11304 --out g
    w=$(calc "2 * pi / 6.28") one=$(calc "(1 + (2 * pi / 6.28) ^ 2) / (1 + 0.01 * (2 * pi / 6.28) ^ 2)")
    near "w1, two hops" "$(calc "$(column g/gradient.csv chip 1) / $(column g/gradient.csv exact 1)")" "$(calc "$one ^ 2")" 4e-3
    near "w2, one hop" "$(calc "$(column g/gradient.csv chip 3) / $(column g/gradient.csv exact 3)")" "$one" 2e-3
    near "w1 against the table" "$(figure g w1.norm_ratio)" 3.9212 0.01
    near "w2 against the table" "$(figure g w2.norm_ratio)" 1.9802 0.005
    near "errors as wires" "$(calc "$(column g/gradient.csv instantaneous 1) / $(column g/gradient.csv exact 1)")" 0.3921 2e-3
    # The exact gradient: output 0.6 H^2 against target 0.
    h2=$(calc "((1 + 0.01 * $w ^ 2) / (1 + $w ^ 2))")
    near "exact w1" "$(column g/gradient.csv exact 1)" "$(calc "-0.5 * 0.6 * 1.5 * $h2 ^ 2")" 2e-4
    near "cosine" "$(figure g w2.cosine)" 1 1e-6
    # Two hops turn instantaneous errors by more than 90 degrees at w = 2: the control points the wrong way.
    expect 0 "$leadlag" testbench gradient c.yaml --set 'task.frequencies=[2.00101]' --start 5024 --cycles 11304 --out b
    near "wrong sign" "$(calc "$(column b/gradient.csv instantaneous 1) / $(column b/gradient.csv exact 1)")" -1.1834 0.01
    near "its cosine" "$(figure b w1.instantaneous_cosine)" -1 1e-6
    # Gathering chips of the other kind, updates on the die, give the same.
    expect 0 "$leadlag" testbench gradient c.yaml --set learning.update=die --start 5024 --cycles 11304 --out d
    cmp g/gradient.csv d/gradient.csv >/dev/null && fail "provenance should differ"
    [ "$(tail -n +2 g/gradient.csv)" = "$(tail -n +2 d/gradient.csv)" ] || fail "update: die gathers something else"
    # beta scales errors, not the figure.
    expect 0 "$leadlag" testbench gradient c.yaml --set blocks.target_unit.beta=0.125 --start 5024 --cycles 11304 --out f
    near "beta" "$(column f/gradient.csv chip 1)" "$(column g/gradient.csv chip 1)" 1e-12
    expect 1 "$leadlag" testbench gradient c.yaml --set 'task.frequencies=[0.5, 2, 4]' --min-cosine 0.9999 --out v
    has stdout "VIOLATED"
    # Three tones: gain stages turn LagNet's gradient towards the exact one, a replayed window finds it.
    at_least() { awk -v a="$2" -v b="$3" 'BEGIN { exit !(a >= b) }' || fail "$1 is $2, not $3 or more"; }
    expect 0 "$leadlag" testbench gradient "$source/models/chips/lag_net_vle.yaml" --min-cosine 0.8 --out l
    at_least "VLE local" "$(figure l w1.cosine)" 0.85
    expect 1 "$leadlag" testbench gradient "$source/models/chips/lag_net_vle.yaml" --set learning.system=gle --min-cosine 0.8 --out l
    at_least "0.6" 0.6 "$(figure l w1.cosine)"
    expect 0 "$leadlag" testbench gradient "$source/models/chips/lag_net_window.yaml" --set learning.window=5000 --set 'learning.every=5000 ticks' \
      --set 'learning.plastic=[w1, w2, w3, first.tau_r, second.tau_r]' --min-cosine 0.99 --out l
    at_least "VLE exact" "$(figure l all.cosine)" 0.999
    expect 2 "$leadlag" testbench gradient "$source/models/chips/lag_net_window.yaml" --start 2000 --cycles 2400 --out n; has stderr "must hold a window of 500 cycles"
    # A host's gradient is as good as its converters; the die it reads has rates, but no errors to be measured.
    for bits in 4 8; do
      expect 0 "$leadlag" testbench gradient "$source/models/chips/lag_net_bptt.yaml" --set learning.window=5000 --set 'learning.every=5000 ticks' \
        --set 'learning.plastic=[w1, w2, w3]' --set blocks.readout.bits=$bits --min-cosine 0.9 --out l
      figure l all.cosine > cosine$bits
    done
    awk 'NR == FNR { a = $1; next } END { exit !(1 - $1 < 0.5 * (1 - a) && $1 > 0.999) }' cosine4 cosine8 || { cat cosine4 cosine8; fail "bits do not tell"; }
    expect 0 "$leadlag" testbench step "$source/models/chips/lag_net_bptt.yaml" --out n
    expect 2 "$leadlag" testbench ac "$source/models/chips/lag_net_bptt.yaml" --from target --out n; has stderr "learning.system: bptt leaves the chip without a target"
    for system in vle_local vle_exact; do
      expect 2 "$leadlag" testbench ac c.yaml --set learning.system=$system --set learning.update=die --set chip.coupling=sampled --from target --out n
      has stderr "errors of system: $system have no reference"
    done
    expect 0 "$leadlag" testbench ac "$source/models/chips/lag_net_vle.yaml" --of 'first[1]' --out n   # rates have one
    ;;
  violated)  # what the reference does not explain is a finding
    blueprint c continuous "1 MHz" "1 us" tanh "$gle"
    expect 0 "$leadlag" testbench ac c.yaml --of 'hidden[0]' --out a                    # a coarse tick, allowed for
    expect 1 "$leadlag" testbench ac c.yaml --of 'hidden[0]' --tolerance 1e-6 --out a   # and not
    has stdout "VIOLATED"; has a/report.txt "NOT ALL MET"
    expect 0 "$leadlag" testbench ac c.yaml --of 'hidden[0]' --out d                    # 1.1 (wT)^2/12 |1 - rho| / |1 + jw tau_r|
    near "derived tolerance" "$(column d/ac.csv tolerance 25)" "$(calc "1e-6 + 1.1 * (2 * pi / 20) ^ 2 / 12 * 0.9 / sqrt(1 + (0.1 * pi) ^ 2)")" 1e-6
    near "cost of the tick" "$(figure a largest_difference)" "$(calc "(2 * pi / 20) ^ 2 / 12 * 0.9 / sqrt(1 + 0.01 * (20 * pi / 20) ^ 2)")" 5e-4
    expect 1 "$leadlag" testbench ac c.yaml --of 'hidden[0]' --amplitude 1 --out a      # not a small signal
    expect 1 "$leadlag" testbench step c.yaml --tolerance 1e-9 --out a
    expect 1 "$leadlag" testbench chirp c.yaml --tolerance 1e-9 --out a
    # An unstable registered loop leaves the finite numbers.
    blueprint u sampled "1 MHz" "1 us" linear "{system: gle, plastic: [w1]}"
    expect 1 "$leadlag" testbench ac u.yaml --from target --set arrays.hidden.nudging=10 --set blocks.target_unit.beta=100 --out a
    has stdout "infinite or not a number"
    ;;
  settle)  # tau ln(|1 - tau_r/tau_m| 2^(b+1)), seen at the next clock edge, one later in a clocked chip
    blueprint c continuous "50 MHz" "1 us" linear "$gle"
    expect 0 "$leadlag" testbench settle c.yaml --of hidden --set 'arrays.hidden.tau_m=[10 us, 3 us]' --set 'arrays.hidden.tau_r=[1 us, 9 us]' --out s
    [ "$(grep -vcE '^#|^unit' s/settle.csv)" -eq 2 ] || fail "two neurons"
    near "closed form" "$(column s/settle.csv closed_form_s 1)" "$(calc "1e-5 * log(0.9 * 512)")" 1e-12
    near "closed form, leading" "$(column s/settle.csv closed_form_s 2)" "$(calc "3e-6 * log(2 * 512)")" 1e-12
    for unit in 1 2; do
      off=$(column s/settle.csv difference_s $unit)
      awk -v d="$off" 'BEGIN { exit !(d >= 0 && d <= 2.0001e-8) }' || fail "neuron $unit settles $off after its closed form"
    done
    near "slowest" "$(figure s settling)" "$(calc "1e-5 * log(0.9 * 512)")" 2.1e-8
    [ -s s/settle.svg ] && [ -s s/report.html ] || fail "not all files"
    # A clocked chip, and a curve: tanh(a (1 - 0.9 x)) = tanh(a) - 2^-9 (tanh(a) - 0), x = exp(-t/tau)
    expect 0 "$leadlag" testbench settle c.yaml --of 'hidden[1]' --amplitude 1 --set chip.coupling=sampled --set arrays.hidden.activation=tanh --out t
    wanted=$(awk 'BEGIN { y = (1 - 1/512) * (exp(2) - 1) / (exp(2) + 1); u = 0.5 * log((1 + y) / (1 - y)); printf "%.15g", -1e-5 * log((1 - u) / 0.9) }')
    near "closed form of tanh" "$(column t/settle.csv closed_form_s 1)" "$wanted" 1e-12
    awk -v d="$(column t/settle.csv difference_s 1)" 'BEGIN { exit !(d >= 1.9999e-8 && d <= 4.0001e-8) }' || fail "a clocked chip hears of the step one period later"
    # Euler's steps decay by 1 - T/tau: T = 1 us, tau = 10 us.
    expect 0 "$leadlag" testbench settle c.yaml --of 'hidden[1]' --set chip.coupling=sampled --set chip.integration=euler --set chip.clock="1 MHz" --out e
    near "closed form of Euler" "$(column e/settle.csv closed_form_s 1)" "$(calc "-1e-6 / log(0.9) * log(0.9 * 512)")" 1e-12
    # More bits take longer, by tau ln 2 each.
    expect 0 "$leadlag" testbench settle c.yaml --of 'hidden[1]' --set chip.settle_bits=12 --out b
    near "four bits more" "$(column b/settle.csv closed_form_s 1)" "$(calc "1e-5 * log(0.9 * 8192)")" 1e-12
    expect 2 "$leadlag" testbench settle c.yaml --of 'hidden[1].error' --out no; has stderr "of neurons, not of error units"
    expect 2 "$leadlag" testbench settle c.yaml --of hiden --points 9 --out no; has stderr "belongs to ac linearity"
    expect 2 "$leadlag" testbench settle c.yaml --of hiden --out no; has stderr "did you mean 'hidden'?"
    ;;
  linearity)  # tanh: THD A^2 / 12 (1 + A^2 / 4...) of a slow sine; a linear neuron has none
    blueprint c sampled "1 MHz" "1 us" tanh "$gle"
    expect 0 "$leadlag" testbench linearity c.yaml --of hidden --amplitude 0.1 --out l
    near "THD" "$(figure l thd)" "$(calc "0.01 / 12")" 5e-6
    near "gain" "$(figure l gain)" "$(calc "1 - 0.01 / 4")" 1e-5         # of the least-squares line at sine levels
    awk -v d="$(figure l largest_difference)" 'BEGIN { exit !(d < 1e-9) }' || fail "not the closed form"
    [ "$(jq '.tables.units | length' l/report.json)" -eq 2 ] || fail "two neurons"
    expect 0 "$leadlag" testbench linearity c.yaml --of hidden --amplitude 1 --points 128 --out m
    near "THD at A = 1" "$(figure m thd)" "$(figure m closed_form_thd)" 1e-9
    awk -v a="$(figure m thd)" -v b="$(figure l thd)" 'BEGIN { exit !(a > 50 * b && a < 100 * b) }' || fail "distortion grows with the square"
    expect 0 "$leadlag" testbench linearity c.yaml --out n                # the output array is linear
    near "no distortion" "$(figure n thd)" 0 1e-9
    near "no bend" "$(figure n inl)" 0 1e-9
    [ -s n/linearity.svg ] || fail "no plot"
    expect 2 "$leadlag" testbench linearity c.yaml --points 8 --out no; has stderr "whole number from 32 to 1024"
    expect 1 "$leadlag" testbench linearity c.yaml --of hidden --tolerance 1e-17 --out v; has stdout VIOLATED
    ;;
  noise)  # gamma k T / C of 1 pF at 300 K, 1 / (2 pi 10 us); the adder's 10 fF
    blueprint c sampled "1 MHz" "1 us" tanh "$gle"
    circuit="--set chip.fidelity=circuit --set chip.integration=exact"
    # shellcheck disable=SC2086
    expect 0 "$leadlag" testbench noise c.yaml --of hidden $circuit --out n
    [ "$(jq '.tables.units | length' n/report.json)" -eq 2 ] || fail "two neurons"
    kt=$(calc "2.6 * 1.380649e-23 * 300")
    for unit in 0 1; do
      near "membrane" "$(jq ".tables.units[$unit].membrane_variance" n/report.json)" "$(calc "$kt / 1e-12")" "$(calc "0.05 * $kt / 1e-12")"
      near "corner" "$(jq ".tables.units[$unit].corner" n/report.json)" "$(calc "1e5 / (2 * pi)")" "$(calc "0.05 * 1e5 / (2 * pi)")"
    done
    near "mean of the membranes" "$(figure n variance_error)" 0 0.03
    near "rms in closed form" "$(figure n closed_form_membrane_rms)" 1.0377e-4 1e-8
    # rho = 0.1: 0.81 of the membrane, the adder, and a little 1/f noise.
    near "output" "$(figure n output_rms)" "$(calc "sqrt(0.81 * $kt / 1e-12 + $kt / 1e-14)")" 2e-5
    [ -s n/noise.svg ] && [ -s n/report.html ] || fail "not all files"
    # Hotter, smaller, slower; and thermal noise alone.
    # shellcheck disable=SC2086
    expect 0 "$leadlag" testbench noise c.yaml --of 'hidden[1]' $circuit --set physics.temperature="400 K" --set physics.effects=[noise] --set arrays.hidden.membrane_capacitance="100 fF" --set arrays.hidden.tau_m="30 us" --out h
    near "hotter" "$(figure h membrane_rms)" "$(calc "sqrt($kt * 4 / 3 / 1e-13)")" "$(calc "0.025 * sqrt($kt * 4 / 3 / 1e-13)")"
    near "its corner" "$(figure h corner)" "$(calc "1e5 / (6 * pi)")" "$(calc "0.05 * 1e5 / (6 * pi)")"
    # 1/f noise of hungry little transistors: seen in the output, not in the membrane.
    sed 's/value: 3.4 uV um/value: 340 uV um/' "$source/models/technology/cmos180.yaml" >loud.yaml
    # shellcheck disable=SC2086
    expect 0 "$leadlag" testbench noise c.yaml --of 'hidden[1]' $circuit --set chip.technology=./loud.yaml --out f
    near "membrane without it" "$(figure f membrane_rms)" 1.0377e-4 3e-6
    awk -v a="$(figure f output_rms)" -v b="$(figure n output_rms)" 'BEGIN { exit !(a > 1.05 * b) }' || fail "no 1/f noise"
    expect 2 "$leadlag" testbench noise c.yaml --out no; has stderr "chip.fidelity: circuit"
    expect 2 "$leadlag" testbench noise c.yaml --cycles 5 --dies 9 --out no; has stderr "belongs to mismatch"; has stderr "whole number from 32768"
    [ ! -e no ] || fail "something was written"
    ;;
  retention)  # I t / (C V_unit) to the low end, t^-drift, and the holds of a netlist
    blueprint c sampled "1 MHz" "1 us" tanh "$gle"
    circuit="--set chip.fidelity=circuit --set chip.integration=exact --set crossbars.w1.range.min=-1 --set crossbars.w1.range.max=1 --set crossbars.w2.range.min=-1 --set crossbars.w2.range.max=3"
    capacitor="--set blocks.weight_register.storage=capacitor --set blocks.weight_register.capacitance=100fF --set blocks.weight_register.volts_per_unit=0.2V"
    # shellcheck disable=SC2086
    expect 0 "$leadlag" testbench retention c.yaml $circuit $capacitor --set physics.temperature="354 K" --duration "200 ms" --out r
    [ "$(jq '.tables.cells | length' r/report.json)" -eq 18 ] || fail "nine levels of two crossbars"
    lost=$(calc "8e-15 * 0.2 / (1e-13 * 0.2)")      # 54 K hotter: eight times 1 fA
    near "a weight of 1 lost" "$(jq '.tables.cells[8] | .first - .last' r/report.json)" "$lost" 1e-9
    near "the lowest one" "$(jq '.tables.cells[0].last' r/report.json)" -1 1e-12
    near "half an LSB" "$(jq '.tables.cells[8].half_lsb_s' r/report.json)" "$(calc "0.2 * 0.5 * 2 / 256 / $lost")" 1e-9
    near "of the wider one" "$(jq '.tables.cells[17].half_lsb_s' r/report.json)" "$(calc "0.2 * 0.5 * 4 / 256 / $lost")" 1e-9
    [ "$(grep -vcE '^#|^cell' r/retention.csv)" -eq "$(calc "18 * 201")" ] || fail "200 points and the start"
    [ -s r/retention.svg ] && [ -s r/report.html ] || fail "not all files"
    # shellcheck disable=SC2086
    expect 0 "$leadlag" testbench retention c.yaml $circuit --set blocks.weight_register.storage=rram --set blocks.weight_register.drift_start="50 ms" --out d
    share=$(calc "exp(-0.049 * log(5))")            # 200 ms over 50 ms; g = 0.01 + 0.99 x
    near "drift" "$(jq '.tables.cells[4].last' d/report.json)" "$(calc "-1 + 2 * ((0.01 + 0.99 / 2) * $share - 0.01) / 0.99")" 1e-9
    # shellcheck disable=SC2086
    expect 0 "$leadlag" testbench retention c.yaml $circuit --set blocks.weight_register.storage=sram --out s
    near "SRAM keeps" "$(figure s lost)" 0 0
    # shellcheck disable=SC2086
    expect 2 "$leadlag" testbench retention c.yaml $circuit $capacitor --duration "1 day" --out no; has stderr "--duration"
    expect 2 "$leadlag" testbench retention c.yaml --out no; has stderr "nothing on this chip leaks"
    expect 2 "$leadlag" testbench retention c.yaml $circuit --of hidden --out no; has stderr "belongs to step"
    [ ! -e no ] || fail "something was written"
    # A sample-and-hold of deep feedback control: 1 fA, 200 fF, 25 mV.
    expect 0 "$leadlag" testbench retention "$source/models/chips/fashion_mnist_dfc.yaml" --set chip.fidelity=circuit --set chip.integration=exact --set physics.effects=[leakage] --duration "10 ms" --out e
    hold=$(jq '[.tables.cells[] | select(.cell | test("range") | not)][0]' e/report.json)
    near "a hold" "$(jq '.first - .last' <<<"$hold")" "$(calc "1e-15 * 0.01 / 200e-15 / 0.025")" 1e-12
    ;;
  mismatch)  # Pelgrom by hand from cmos180: mirrors of 4 um2, 5 mV um: 0.7 x 2.5 mV / 25.85 mV; rho = 0.5
    blueprint c sampled "1 MHz" "5 us" tanh "$gle"
    circuit="--set chip.fidelity=circuit --set chip.integration=exact"
    # shellcheck disable=SC2086
    expect 0 "$leadlag" testbench mismatch c.yaml --of hidden $circuit --dies 300 --out m
    [ "$(grep -vcE '^#|^unit' m/mismatch.csv)" -eq 600 ] || fail "two neurons on 300 dies"
    lag=$(calc "0.7 * 2.5 / 25.852")
    near "sigma of the lag, by hand" "$(figure m lag.closed_form)" "$lag" 1e-4
    near "sigma of the lag" "$(figure m lag.sigma)" "$lag" "$(calc "0.1 * $lag")"
    lead=$(calc "$lag * sqrt(1 + 1 + 1 / 2)")
    near "sigma of the lead" "$(figure m lead.sigma)" "$lead" "$(calc "0.1 * $lead")"
    near "correlation" "$(figure m lag_lead.correlation)" "$(calc "$lag / $lead")" 0.1
    near "gain" "$(figure m gain.sigma)" 0.058 0.006
    # |1 - rho| of the membrane, rho of the pair, the load in two units; a curve of six transistors; 2.5 mV each
    near "offset" "$(figure m offset.closed_form)" "$(calc "2.5e-3 * sqrt(2 * (0.25 + 0.25 + 0.5) + 3)")" 1e-8
    near "offset found" "$(figure m offset.sigma)" 5.59e-3 5.6e-4
    for key in error_lag error_lead error_offset; do figure m $key.sigma >/dev/null; done
    # Analog islands are as fabricated, too; a stated spread replaces Pelgrom's.
    # shellcheck disable=SC2086
    expect 0 "$leadlag" testbench mismatch c.yaml --of 'hidden[0]' $circuit --set chip.coupling=continuous --set physics.effects=[mismatch,offset] --set physics.tau_mismatch=0.2 --dies 300 --out t
    near "stated" "$(figure t lag.closed_form)" 0.2 1e-12
    near "stated, found" "$(figure t lag.sigma)" 0.2 0.03
    near "lead of that" "$(figure t lead.sigma)" 0.2828 0.04
    [ -s m/mismatch.svg ] && [ -s m/report.html ] || fail "not all files"
    expect 2 "$leadlag" testbench mismatch c.yaml --out no; has stderr "chip.fidelity: circuit"
    expect 2 "$leadlag" testbench mismatch c.yaml --dies 2 --tolerance 1 --out no; has stderr "whole number from 5"; has stderr "belongs to step ac"
    [ ! -e no ] || fail "something was written"
    ;;
  wrong)  # all mistakes at once, nothing written
    blueprint c continuous "1 MHz" "1 us" tanh "$gle"
    expect 2 "$leadlag" testbench ac c.yaml --of 'hiden[0].eror' --out a
    has stderr "did you mean 'hidden'?"; has stderr "did you mean 'error'?"
    expect 2 "$leadlag" testbench ac c.yaml --from linne --to 'output[3]' --out a
    has stderr "did you mean 'line'?"; has stderr "index from 0 to 0"
    expect 2 "$leadlag" testbench ac c.yaml --min 5 --max "5 mV" --amplitude 0 --points 1.5 --cycles 3 --out a
    [ "$(grep -c 'error\[' stderr)" -eq 5 ] || { cat stderr; fail "five mistakes"; }
    expect 2 "$leadlag" testbench ac c.yaml --max "1 MHz" --out a; has stderr "below 500 kHz"
    expect 2 "$leadlag" testbench ac c.yaml --min "2 kHz" --max "1 kHz" --out a; has stderr "ascend"
    expect 2 "$leadlag" testbench ac c.yaml --to 'hidden[1]' --out a; has stderr "nothing of line[0] arrives"
    expect 2 "$leadlag" testbench ac c.yaml --of line --out a; has stderr "not an array of neurons"
    expect 2 "$leadlag" testbench ac c.yaml --of output --from line --out a; has stderr "belong to a path"
    expect 2 "$leadlag" testbench ac c.yaml --set arrays.hidden.activation=relu --out a; has stderr "kink of relu"
    expect 2 "$leadlag" testbench ac c.yaml --set arrays.hidden.coupling=sampled --out a; has stderr "has no reference"
    expect 2 "$leadlag" testbench gradient c.yaml --set 'learning.plastic=[]' --out a; has stderr "no plastic parameters"
    expect 2 "$leadlag" testbench gradient c.yaml --start 7 --cycles 7 --out a; has stderr "--start 7"
    expect 2 "$leadlag" testbench chirp c.yaml --sweep lin --out a; has stderr "did you mean 'linear'?"
    expect 2 "$leadlag" testbench steep c.yaml --out a; has stderr "did you mean 'step'?"
    expect 2 "$leadlag" testbench ac c.yaml; has stderr "needs --out"
    expect 2 "$leadlag" testbench; has stderr "spice, settle, linearity, noise, retention or mismatch"
    expect 2 "$leadlag" run c.yaml --points 5 --out a; has stderr "belongs to leadlag testbench"
    [ "$(ls -A | grep -cE '^a|partial')" -eq 0 ] || fail "something was written"
    mkdir foreign && touch foreign/precious
    expect 2 "$leadlag" testbench ac c.yaml --out foreign
    [ -e foreign/precious ] || fail "a foreign folder was touched"
    ;;
  files)  # every kind writes its files; the same bytes again; without gnuplot all but the image
    chip=$source/models/chips/two_neurons.yaml
    # shellcheck disable=SC2086
    for kind in ac step chirp gradient settle linearity noise retention mismatch; do
      more=$(circuit_of $kind)
      expect 0 "$leadlag" testbench "$kind" "$chip" $more --out one
      expect 0 "$leadlag" testbench "$kind" "$chip" $more --out two
      for file in $kind.csv $kind.svg $kind.gnuplot report.txt report.json report.html; do
        [ -s "one/$file" ] || fail "$kind: $file is missing"
        cmp "one/$file" "two/$file" || fail "$kind: $file differs from run to run"
      done
      head -1 "one/$kind.csv" | grep -qE '^# leadlag .*two_neurons.yaml \([0-9a-f]{16}\), seed 1' || fail "provenance"
      [ "$(jq -r .testbench one/report.json)" = "$kind" ] || fail "report.json of $kind"
      [ "$(jq '.findings | length' one/report.json)" -ge 1 ] || fail "findings of $kind"
      [ "$(jq '[.figures[] | select(type != "number")] | length' one/report.json)" -eq 0 ] || fail "$kind: a figure that is none"
      # One of its presets is an analog island, which has no noise.
      [ -n "$more" ] || expect 0 "$leadlag" testbench "$kind" "$source/models/chips/lag_net.yaml" --out three
    done
    expect 0 env PATH=/nowhere "$leadlag" testbench ac "$chip" --out bare
    has stdout "gnuplot"
    [ -s bare/ac.csv ] && [ -s bare/report.html ] && [ ! -e bare/ac.svg ] || fail "files without gnuplot"
    # Structural detail answers the same.
    expect 0 "$leadlag" testbench ac "$source/models/chips/lag_net.yaml" --set chip.detail=structural --points 5 --out tall
    ;;
  big)  # a neuron and an error unit of a chip that is too large to be solved whole
    chip=$source/models/chips/fashion_mnist_gle.yaml
    expect 0 "$leadlag" testbench ac "$chip" --of 'hidden[511]' --out n
    expect 0 "$leadlag" testbench ac "$chip" --of 'hidden[511].error' --out e
    # gle exchanges lead and lag: the product of the gains at rest is 1.
    near "gains at rest" "$(calc "$(figure n low_gain) * $(figure e low_gain)")" 1 1e-4
    expect 2 "$leadlag" testbench ac "$chip" --out p; has stderr "measure one with --of"
    ;;
  documented)  # options of --help and keys of report.json stand on the page
    page=$source/docs/testbench_commands.md
    expect 0 "$leadlag" --help
    options=$(sed -n '/^Options of testbench/,$p' stdout | grep -oE '^  --[a-z-]+' | tr -d ' ')
    [ "$(wc -l <<<"$options")" -ge 15 ] || fail "suspiciously few options"
    for option in $options; do grep -qE "^\| \`$option( |\`)" "$page" || fail "$option is not documented"; done
    count=0
    # shellcheck disable=SC2086
    for kind in ac step chirp gradient settle linearity noise retention mismatch; do
      more=$(circuit_of $kind) chip=lag_net
      [ -z "$more" ] || chip=two_neurons
      expect 0 "$leadlag" testbench "$kind" "$source/models/chips/$chip.yaml" $more --out out
      for key in $(jq -r '.figures | keys[]' out/report.json) $(jq -r 'keys[]' out/report.json); do
        grep -qF "\`${key##*.}\`" "$page" || fail "$kind: key $key is not documented"
        count=$((count + 1))
      done
      for column in $(grep -v '^#' "out/$kind.csv" | head -1 | tr ',' ' '); do
        grep -qF "\`$column\`" "$page" || fail "$kind: column $column is not documented"
      done
    done
    [ "$count" -ge 60 ] || fail "only $count keys"
    ;;
  *) fail "unknown case $case_name" ;;
esac
echo passed
