#!/bin/bash
# The simulator against ngspice on behavioural decks. Usage: spice_test.sh CASE LEADLAG SOURCE_DIR [POINTS [CYCLES]]
# POINTS: how many blocks with parameters of their own are drawn (seeded); CYCLES: length of the learning runs.
set -u
source "$3/testbenches/cli/common.sh"
points=${4:-5} cycles=${5:-2000}
draw() { awk -v seed="$1" -v n="$points" -v low="$2" -v high="$3" -v unit="${4:-}" 'BEGIN {  # log-uniform if low > 0
  srand(seed)
  for (k = 0; k < n; ++k) {
    u = rand(); x = low > 0 ? low * (high / low) ^ u : low + (high - low) * u
    printf "%s%.6g%s", k ? ", " : "", x, unit } }'; }
column_of() { printf '[%s]' "$(draw "$1" "$2" "$3" "" | sed 's/, /], [/g; s/^/[/; s/$/]/')"; }
node() { jq -er "[.tables.nodes[] | select(.node | test(\"$2\")) | .$3 | select(. != null) | fabs] | max" "$1/report.json" || fail "$1 has no $3 of $2"; }
nodes() { jq -er "[.tables.nodes[] | select(.node | test(\"$2\")) | select(.$3 != null)] | length" "$1/report.json"; }
below() { awk -v a="$2" -v b="$3" 'BEGIN { exit !(a < b) }' || fail "$1: $2 is not below $3"; }
# Of one unit.
within() {  # folder rms pattern count
  [ "$(nodes "$1" "$3" rms)" -eq "$4" ] || fail "$(nodes "$1" "$3" rms) nodes of $3 instead of $4"
  below "rms of $3" "$(node "$1" "$3" rms)" "$2"
}
# Every node has to move, or nothing has been compared.
all_within() {
  within "$@"
  below "no node of $3 stands still" 1e-3 "$(jq -r "[.tables.nodes[] | select(.node | test(\"$3\")) | .span] | min" "$1/report.json")"
}
phases_within() {  # folder degrees pattern count
  [ "$(nodes "$1" "$3" phase_error_deg)" -eq "$4" ] || fail "$(nodes "$1" "$3" phase_error_deg) phases of $3 instead of $4"
  below "phase of $3" "$(node "$1" "$3" phase_error_deg)" "$2"
  below "gain of $3" "$(node "$1" "$3" gain_error)" 2e-4
}
run() { expect 0 "$leadlag" testbench spice "$@" --quiet; }

# One unit of model time is 10 us; tones at 15.9 and 31.8 kHz, steps of the shorter period / 5000.
chip() {  # name arrays crossbars learning task blocks
  cat >"$1.yaml" <<YAML
leadlag: 1
chip: {name: $1, clock: 4 MHz, ticks_per_clock: 2, time_scale: 10 us, coupling: continuous, full_scale: {voltage: 25 mV, current: 10 nA}}
arrays:
  tone: {block: input_driver, size: 1, reconstruction: ramp}
$2
crossbars:
$3
blocks:
  target_unit: {beta: 1, reconstruction: ramp$6}
learning: $4
task: {kind: tones, frequencies: [1, 2]}
schedule: {cycles: 100000}
YAML
}
step="6.28 ns"

case $case_name in
  neuron)  # linear: a neuron and its error unit per point, nudged, gain and phase at two frequencies
    chip n "  out: {block: prospective_neuron, size: $points, activation: linear, tau_m: [$(draw 1 3 40 us)], tau_r: [$(draw 2 1 40 us)], nudging: [$(draw 3 0.01 0.5)]}" \
      "  w: {from: tone, to: out, weights: $(column_of 4 0.2 1), tile: 64x64}" "{system: gle, update: host, plastic: [w]}" "" ""
    run n.yaml --out n --cycles 1200 --step "$step"
    for signal in membrane rate error; do
      all_within n 1e-3 "$signal" "$points"
      phases_within n 0.01 "$signal" "$points"
    done
    ;;
  poles)  # the same with the parasitic pole of every adder, which is of first order in the tick
    chip n "  out: {block: prospective_neuron, size: $points, activation: linear, tau_m: [$(draw 5 3 40 us)], tau_r: [$(draw 6 1 40 us)], adder_bias: 5 nA}" \
      "  w: {from: tone, to: out, weights: $(column_of 7 0.2 1), tile: 64x64}" "{system: gle, update: host, plastic: [w]}" "" ""
    sed -i 's/clock: 4 MHz/clock: 40 MHz, loops: parasitic_pole/; s/ticks_per_clock: 2/ticks_per_clock: 10/; s/reconstruction: ramp}$/reconstruction: ramp}/' n.yaml
    sed -i 's/^blocks:/blocks:\n  error_unit: {adder_bias: 5 nA}/' n.yaml
    run n.yaml --out n --cycles 4000 --step "$step"
    for signal in membrane rate error; do all_within n 1e-3 "$signal" "$points"; done
    # Without the pole in the deck the phases would be off by w tau_p, 1 degree and more.
    phases_within n 0.1 rate "$points"
    ;;
  curve)  # one array per curve, driven far beyond its bend, and what comes back through each slope
    for curve in linear tanh softplus relu hard_sigmoid; do
      chip "$curve" "  hidden: {block: prospective_neuron, size: $points, activation: $curve, tau_m: [$(draw 8 3 40 us)], tau_r: [$(draw 9 1 40 us)]}
  out: {block: prospective_neuron, size: 2, activation: linear, tau_m: 5 us, tau_r: 4 us}" \
        "  w: {from: tone, to: hidden, weights: $(column_of 10 0.5 1.5), tile: 64x64}
  v: {from: hidden, to: out, weights: [[$(draw 11 0.1 0.4)], [$(draw 12 -0.4 -0.1)]], bias: true, tile: 64x64}" \
        "{system: gle, update: host, plastic: [w]}" "" ", loss: cross_entropy"
      # A slope that jumps gates the error at an instant that the simulator knows to a tick, and the error unit passes
      # the jump times tau_m / tau_r: of those errors only the size is compared.
      error=1e-3
      case $curve in relu | hard_sigmoid) error=0.15 ;; esac
      run "$curve.yaml" --out "$curve" --cycles 500 --step "15 ns" --tolerance "$error"
      for signal in membrane rate; do all_within "$curve" 1e-3 "hidden.*$signal" "$points"; done
      all_within "$curve" "$error" "hidden.*error" "$points"
      all_within "$curve" 1e-3 "out.*error" 2
    done
    ;;
  low_pass)
    chip l "  smooth: {block: synaptic_low_pass, from: tones, tau_s: [$(draw 13 1 40 us)]}
  out: {block: prospective_neuron, size: 1, activation: linear, tau_m: 5 us, tau_r: 5 us}" \
      "  w: {from: smooth, to: out, weights: [[$(draw 14 -0.5 0.5)]], tile: 64x64}" "{system: none, plastic: []}" "" ""
    sed -i "s/tone: {block: input_driver, size: 1/tones: {block: input_driver, size: $points/" l.yaml
    run l.yaml --out l --cycles 1200 --step "$step"
    all_within l 1e-3 smooth "$points"
    phases_within l 0.01 smooth "$points"
    ;;
  cell)  # each weight is a plasticity cell and a synapse of its own, learning
    chip c "  out: {block: prospective_neuron, size: $points, activation: tanh, tau_m: [$(draw 15 3 40 us)], tau_r: [$(draw 16 3 40 us)], nudging: 0.1}" \
      "  w: {from: tone, to: out, weights: $(column_of 17 -1 1), bias: true, tile: 64x64}" "{system: gle, update: die, rate: 2e-3, plastic: [w]}" "" ""
    run c.yaml --out c --cycles "$cycles" --step "$step"
    for signal in weight membrane error; do all_within c 1e-3 "$signal" "$points"; done
    ;;
  gle_232)  # the whole array learns
    run "$source/testbenches/spice/gle_232.yaml" --out g --cycles "$cycles"
    # A short run is held to twice what it measures, so that 2 % of one block cannot hide.
    membrane=1e-3 error=4e-4
    [ "$cycles" -le 2000 ] || membrane=5e-3 error=5e-3
    all_within g "$membrane" membrane 5
    all_within g "$error" error 5
    all_within g "$error" weight 12
    below "weights move" 0.05 "$(node g weight span)"
    [ -s g/spice.svg ] && [ -s g/deck/deck.cir ] && [ -s g/report.html ] || fail "not all files"
    has g/report.txt "it says nothing about transistors"
    ;;
  dfc)  # controllers, compartments, stores and weights over whole samples, at drawn controller parameters
    IFS=, read -ra tau_u <<<"$(draw 18 5 15 us)"
    IFS=, read -ra k_p <<<"$(draw 19 0.5 4)"
    IFS=, read -ra alpha <<<"$(draw 20 0.2 1)"
    [ "${#tau_u[@]}" -eq "$points" ] || fail "${#tau_u[@]} points"
    limit=6e-5  # of the short run: thrice what it measures
    [ "$cycles" -le 2000 ] || limit=1e-3
    for ((k = 0; k < points; ++k)); do
      run "$source/testbenches/spice/dfc_images.yaml" --out d --cycles "$cycles" --set learning.dfc.tau_u="${tau_u[k]}" --set learning.dfc.k_p="${k_p[k]}" \
        --set learning.dfc.alpha="${alpha[k]}" --set learning.dfc.control=900
      all_within d "$limit" soma 13
      all_within d "$limit" control 10
      within d "$limit" "w2.*weight" 30
      below "weights move" 0.02 "$(node d "w2.*weight" span)"
    done
    ;;
  wires)  # a crossbar on wires that resist: what ngspice says is what the tests of the nodal solution hold it to
    cp "$source/testbenches/spice/wired_crossbar.cir" .
    expect 0 ngspice -b wired_crossbar.cir
    for read in drive back power; do
      grep -E "^$read = " stdout | awk '{ printf "%.9f\n", $3 }' >"$read.ngspice"
      jq -r ".$read | if type == \"array\" then .[] else . end" "$source/testbenches/oracles/golden/wired_crossbar_ref.json" | awk '{ printf "%.9f\n", $1 }' >"$read.golden"
    done
    [ "$(cat drive.ngspice back.ngspice power.ngspice | wc -l)" -eq 17 ] || { cat stdout; fail "not all currents"; }
    for read in drive back power; do diff "$read.golden" "$read.ngspice" || fail "$read of the golden file is not ngspice's"; done
    ;;
  relations)  # transistor blocks alone: what the relations of the Datasheets say, and how far this card is from them
    cp "$source"/models/spice/*.lib "$source/testbenches/spice/relations.cir" .
    expect 0 ngspice -b relations.cir
    [ "$(grep -c '^RESULT ' stdout)" -eq 11 ] || { cat stdout; fail "not all results"; }
    result() { awk -v name="$1" -v at="$2" '$1 == "RESULT" && $2 == name && $3 == at { print $4; found = 1 } END { exit !found }' stdout || fail "no $1 at $2"; }
    near() { awk -v a="$2" -v low="$3" -v high="$4" 'BEGIN { exit !(a > low && a < high) }' || fail "$1 is $2, not $3 to $4"; }
    for i in 1n 3n 10n 30n 100n; do near "tau over relation at $i" "$(result membrane $i)" 0.9 1.1; done
    near "moderate inversion slows the membrane at 300n" "$(result membrane 300n)" 1.02 1.3
    near "gain of the lead above its corner (2)" "$(result lead 10n)" 1.8 2.05
    near "offset of the membrane" "$(result offset 10n)" -5e-3 5e-3
    # dw/dt = eta e r = 1000 / s x (10/25) (5/25) = 80 / s, and what the cell does without an error
    near "slope of the weight" "$(result cell 10m)" 72 88
    near "slope of the weight, other sign" "$(result cell -10m)" -88 -72
    near "drift" "$(result cell 0)" -2 2
    ;;
  transistor)  # a loop of transistors learns what the ideal loop learns, within its offset; a designer's own card is used
    run "$source/testbenches/spice/transistor_loop.yaml" --level transistor --cycles 70 --out t
    [ "$(nodes t weight rms)" -eq 2 ] || fail "two weights"
    below "rms of the weights" "$(node t weight rms)" 0.05
    below "weights move" 0.05 "$(node t weight span)"
    below "the deck is not the ideal loop" 0.02 "$(node t rate rms)"
    has t/report.txt "The deck is of transistors"
    awk -v r="$(jq .figures.energy_ratio t/report.json)" 'BEGIN { exit !(r > 0.7 && r < 1.6) }' || fail "energy of Datasheet over ngspice: $(jq .figures.energy_ratio t/report.json)"
    sed 's/vth0=0.4 /vth0=0.5 /' "$source/models/spice/card018.lib" >"my card.lib"
    run "$source/testbenches/spice/transistor_loop.yaml" --level transistor --models "my card.lib" --cycles 4 --out m
    [ ! -e m/deck/card018.lib ] || fail "two cards"
    grep -q 'my card.lib"' m/deck/deck.cir || fail "the designer's card is not included"
    echo "* no models" >empty.lib
    expect 1 "$leadlag" testbench spice "$source/testbenches/spice/transistor_loop.yaml" --level transistor --models empty.lib --cycles 20 --out e
    has e/report.txt "NOT MEASURED"
    expect 2 "$leadlag" export spice "$source/testbenches/spice/gle_232.yaml" --level transistor --models nowhere.lib --out out
    has stderr "no such file"
    expect 2 "$leadlag" export spice "$source/testbenches/spice/gle_232.yaml" --level transistor --out out
    has stderr "tanh and linear"
    ;;
  loop)  # characterised blocks at circuit fidelity against their transistors: a loop that learns, and what the supply gives
    expect 0 "$leadlag" characterize all --points 3 --draws 0 --out mine.yaml --cache "$work/cache" --quiet
    sed 's|technology: cmos180|technology: ./mine.yaml\n  fidelity: {default: ideal, prospective_neuron: circuit, error_unit: circuit, plasticity_cell: circuit}|' "$source/testbenches/spice/transistor_loop.yaml" >chip.yaml
    echo 'physics: {effects: [saturation, settling]}' >>chip.yaml
    share() { jq -er "[.tables.nodes[] | select(.node | test(\"$2\")) | .rms / .span] | max" "$1/report.json" || fail "$1 has no $2"; }
    learns_as_the_deck() {  # folder weights error
      [ "$(nodes "$1" weight rms)" -eq 2 ] && [ "$(nodes "$1" error rms)" -eq 1 ] || fail "two weights and an error"
      below "weights move" 0.1 "$(node "$1" weight span)"
      below "$1: weights, rms of their range" "$(share "$1" weight)" "$2"
      below "$1: error, rms of its range" "$(share "$1" error)" "$3"
    }
    run chip.yaml --level transistor --cycles 4000 --step "200 ns" --out l
    learns_as_the_deck l 0.05 0.15
    # While the weights move; without the pole of the plasticity cells they are 14 % off.
    run chip.yaml --level transistor --cycles 200 --step "100 ns" --out first
    learns_as_the_deck first 0.1 0.15
    run chip.yaml --level transistor --cycles 200 --step "100 ns" --set physics.effects=[saturation] --out without
    below "settling matters" 0.12 "$(share without weight)"
    awk -v r="$(jq .figures.energy_ratio l/report.json)" 'BEGIN { exit !(r > 0.9 && r < 1.1) }' || fail "energy of Datasheet over ngspice: $(jq .figures.energy_ratio l/report.json)"
    has l/report.txt "blocks have the physics"
    ;;
  draws)  # the share that learns, of the deck's dies and of the simulator's; a die on which ngspice gives up counts in neither
    export XDG_CACHE_HOME=$work/cache
    chip=$source/testbenches/spice/mismatch_loop.yaml
    draw_dies() { expect 0 "$leadlag" testbench spice "$chip" --level transistor --step "1 us" --cycles 1500 --mismatch 2 --mismatch-draws 2 --quiet "$@"; }
    draw_dies --mismatch-only plasticity_cell --out only
    has stdout "ngspice: 0 of 2 dies learn"
    draw_dies --mismatch-only plasticity_cell --set blocks.plasticity_cell.offset_removal=chopped --out chopped
    has stdout "ngspice: 2 of 2 dies learn"
    has stdout "simulator: 2 of 2 dies learn"
    [ "$(grep -c . chopped/draws.csv)" -eq 5 ] || { cat chopped/draws.csv; fail "four dies and a header"; }
    # An ngspice that gives up on every deck: no verdict, and no share of dies that learn.
    printf '#!/bin/sh\n[ "$1" = --version ] && echo "** %s" && exit 0\necho "Timestep too small"\nexit 1\n' \
      "$(ngspice --version | grep -o 'ngspice-[0-9.]*' | head -1)" >ngspice && chmod +x ngspice
    expect 1 env PATH="$PWD:$PATH" "$leadlag" testbench spice "$chip" --level transistor --step "1 us" --cycles 60 --mismatch 1 --mismatch-draws 2 --out none --quiet
    has stdout "ngspice: 0 of 0 dies learn"
    has stdout "no verdict on 2"
    has stderr "NO VERDICT: seed 2"
    ;;
  characterize)  # few points: a file that the program reads, kept runs, and relations that hold between the points
    export XDG_CACHE_HOME=$work/cache
    expect 0 "$leadlag" characterize prospective_neuron --points 2 --draws 0 --out mine.yaml --quiet
    mv stdout first.txt
    ! grep -q VIOLATED first.txt || { cat first.txt; fail "a relation does not hold"; }
    for relation in "membrane tau" "lead stage's pole, rho 2" "lead stage's settling, rho 0.5" "supply current of the adder"; do has first.txt "$relation"; done
    has mine.yaml "characterised by ngspice"
    expect 0 "$leadlag" technology mine.yaml
    value() { awk -v key="  $1:" '$0 == key { getline; print $2; exit }' mine.yaml; }
    # The card's slope factor is 1.43 with the source at the bulk; by hand gamma = 2 / kappa, the tail and its mirror draw 2 I_b.
    awk -v k="$(value kappa)" 'BEGIN { exit !(k > 0.66 && k < 0.77) }' || fail "kappa $(value kappa)"
    awk -v g="$(value noise_gamma)" -v k="$(value kappa)" 'BEGIN { exit !(g > 0.8 * 2 / k && g < 1.1 * 2 / k) }' || fail "gamma $(value noise_gamma)"
    awk -v s="$(value supply_ota)" 'BEGIN { exit !(s > 1.95 && s < 2.1) }' || fail "supply $(value supply_ota)"
    # A second run reads what the first kept: this ngspice cannot simulate.
    version=$(ngspice --version | grep -o 'ngspice-[0-9.]*' | head -1)
    mkdir fake && printf '#!/bin/sh\n[ "$1" = --version ] && echo "** %s"\n[ "$1" = --version ]\n' "$version" >fake/ngspice && chmod +x fake/ngspice
    expect 0 env PATH="$work/fake:$PATH" "$leadlag" characterize prospective_neuron --points 2 --draws 0 --out again.yaml --quiet
    cmp mine.yaml again.yaml || fail "another file from the same runs"
    expect 1 env PATH="$work/fake:$PATH" "$leadlag" characterize pi_controller --points 2 --draws 0 --out failed.yaml --quiet
    has stderr "NOT MEASURED"
    [ ! -e failed.yaml ] || fail "a file of nothing"
    # An ngspice whose numbers are none: they are not taken for small errors.
    mkdir nans && printf '#!/bin/sh\n[ "$1" = --version ] && echo "** %s" || echo "RESULT tau nan"\n' "$version" >nans/ngspice && chmod +x nans/ngspice
    expect 1 env PATH="$work/nans:$PATH" "$leadlag" characterize synapse --points 2 --draws 0 --cache "$work/nans" --out failed.yaml --quiet
    has stderr "ngspice printed as tau is not all numbers"
    [ ! -e failed.yaml ] || fail "a file of nothing"
    # A chip on it: its neurons' coefficients are the characterised ones.
    sed 's/technology: cmos180/technology: .\/mine.yaml/' "$source/testbenches/spice/transistor_loop.yaml" >chip.yaml
    expect 1 "$leadlag" run chip.yaml --out chip --quiet --no-controls  # its full-scale current is beyond the measured linear range
    has chip/report.txt "characterised by ngspice"
    expect 2 "$leadlag" characterize neuron --out x.yaml
    has stderr "no transistor-level circuit of 'neuron'"
    expect 2 "$leadlag" characterize all --draws 1 --points 1 --jobs 0
    for wrong in --draws --points --jobs --out; do has stderr "$wrong"; done
    expect 2 "$leadlag" characterize all --technology cmos190 --out x.yaml
    has stderr "did you mean 'cmos180'"
    expect 2 env PATH=/nonexistent "$leadlag" characterize all --out x.yaml
    has stderr "apt-get install ngspice"
    ;;
  inversion)  # what leaves weak inversion: a multiplier's settling and the gain of tanh's slope, at a bias between two measured ones
    for block in synapse activation; do
      expect 0 "$leadlag" characterize $block --points 2 --draws 0 --out $block.yaml --cache "$work/cache" --quiet
      ! grep -q VIOLATED stdout || { cat stdout; fail "a relation does not hold"; }
      mv stdout $block.txt
    done
    value() { awk -v key="  $2:" '$0 == key { getline; print $2, $3; exit }' "$1.yaml"; }
    amperes() { value "$1" "$2" | awk '{ u["pA"] = 1e-12; u["nA"] = 1e-9; u["uA"] = 1e-6; print $1 * ($2 in u ? u[$2] : 1) }'; }
    for relation in "multiplier's settling"; do grep -qE "MET .*$relation .*17.3 nA" synapse.txt || { cat synapse.txt; fail "no $relation at 17 nA"; }; done
    for relation in "its slope, rms of its range" "its slope at its top"; do grep -qE "MET .*$relation .*17.3 nA" activation.txt || { cat activation.txt; fail "no $relation at 17 nA"; }; done
    # By hand: 2 n mu C_ox (W / L) U_T^2 of the card's p-channel mirrors, W / L = 1, is 164 nA; kappa_slope has a share of the fall.
    awk -v i="$(amperes synapse multiplier_specific_current)" 'BEGIN { exit !(i > 164e-9 && i < 3 * 164e-9) }' || fail "specific current $(value synapse multiplier_specific_current)"
    awk -v g="$(value activation slope_gain)" 'BEGIN { split(g, v, " "); exit !(v[1] > 1.08 && v[1] < 1.15) }' || fail "gain $(value activation slope_gain)"
    # The slope of a neuron with that gain, and without, against the deck.
    sed 's|technology: cmos180|technology: ./activation.yaml|' "$source/testbenches/spice/slope_chain.yaml" >chip.yaml
    run chip.yaml --level transistor --step "1 us" --cycles 700 --out with
    run chip.yaml --level transistor --step "1 us" --cycles 700 --set 'physics.effects=[mismatch]' --set chip.fidelity.prospective_neuron=ideal \
      --set chip.fidelity.readout=circuit --out without
    [ "$(nodes with slope rms)" -eq 1 ] && [ "$(nodes without slope rms)" -eq 1 ] || fail "one slope"
    below "slope" "$(node with slope rms)" 0.03
    below "the gain is what is missing" 0.08 "$(node without slope rms)"
    ;;
  pi)  # the transistor channel against PiController's equations: rest error, k_p, settling, supply
    expect 0 "$leadlag" characterize pi_controller --points 2 --draws 0 --out pi.yaml --cache "$work/cache" --quiet
    [ "$(grep -c 'MET .*PI' stdout)" -ge 4 ] || { cat stdout; fail "not all relations of the PI channel"; }
    for relation in "alpha / (1 + alpha k_p)" "PI: k_p" "PI: settling" "supply current of a PI channel"; do has stdout "$relation"; done
    ;;
  mismatch)  # each transistor has a draw of its own, Pelgrom's, which depends on seed and place only
    chip=$source/testbenches/spice/mismatch_loop.yaml
    deck() { expect 0 "$leadlag" export spice "$chip" --level transistor --cycles 20 --out "$@"; }
    draws() { grep -oE ' z=[-0-9.e]+' "$1/deck.cir" | sed 's/ z=//'; }
    deck a --mismatch 3 && deck b --mismatch 3 && deck c --mismatch 4 && deck none
    cmp a/deck.cir b/deck.cir || fail "one seed, two decks"
    [ "$(draws a)" != "$(draws c)" ] || fail "two seeds, one die"
    [ "$(draws none | wc -l)" -eq 0 ] || fail "draws without mismatch"
    # Neuron and error unit: three OTAs and two mirrors each; curve and multipliers with theirs.
    [ "$(draws a | wc -l)" -eq $((2 * (3 * 5 + 2) + 14 + 4 * 20)) ] || fail "$(draws a | wc -l) transistors"
    [ "$(draws a | sort -u | wc -l)" -eq "$(draws a | wc -l)" ] || fail "two transistors share a draw"
    for seed in 10 11 12 13 14 15 16 17; do deck "s$seed" --mismatch "$seed" && draws "s$seed"; done >all.txt
    awk '{ n++; s += $1; q += $1 * $1 } END { m = s / n; v = q / n - m * m; print n, m, v
      exit !(n > 900 && m * m < 16 / n && (v - 1) * (v - 1) < 32 / n) }' all.txt || fail "not standard normal: mean, variance"
    grep -q '^.param g2ut=.* avt=5e-09' a/deck.cir || fail "A_VT is not the technology's"
    deck only --mismatch 3 --mismatch-only plasticity_cell
    deck except --mismatch 3 --mismatch-except plasticity_cell
    [ "$(draws only | wc -l)" -eq 40 ] || fail "two cells have 40 transistors, not $(draws only | wc -l)"
    [ "$(cat <(draws only) <(draws except) | sort)" = "$(draws a | sort)" ] || fail "only and except are not the parts of all"
    expect 2 "$leadlag" export spice "$chip" --out x --mismatch 3 --mismatch-only plasticity_sell
    has stderr "did you mean 'plasticity_cell'"
    has stderr "only --level transistor"
    expect 2 "$leadlag" export spice "$chip" --level transistor --out x --mismatch-except synapse
    has stderr "it needs --mismatch SEED"
    # What the card makes of it: a follower's offset is a draw of ngspice's own, sqrt(A_VT^2 / W L) of pair and mirror.
    sed -i '/^\.save/,$d' a/deck.cir && printf '.control\nop\nlet d = v(xout_0_neuron.x2.xt)-v(xout_0_neuron.x2.dt)\necho RESULT $&d\nquit 0\n.endc\n.end\n' >>a/deck.cir
    (cd a && expect 0 ngspice -b deck.cir && grep -o 'RESULT .*' stdout >../op.txt)
    sed 's/ avt=5e-09/ avt=0/' a/deck.cir >a/same.cir
    (cd a && expect 0 ngspice -b same.cir && grep -o 'RESULT .*' stdout >../same.txt)
    awk 'NR == FNR { a = $2; next } { d = $2 - a; if (d < 0) d = -d; exit !(d > 1e-4 && d < 2.5e-2) }' op.txt same.txt || fail "mismatch moves a membrane by nothing, or too much"
    ;;
  characterize_all)
    expect 0 "$leadlag" characterize all --out all.yaml --cache "$work/cache" --quiet
    ! grep -q VIOLATED stdout || { cat stdout; fail "a relation does not hold"; }
    [ "$(grep -c '^ *MET ' stdout)" -ge 100 ] || { cat stdout; fail "too few relations"; }
    expect 0 "$leadlag" technology all.yaml
    # Eleven held-out biases, which lie elsewhere.
    expect 0 "$leadlag" characterize all --points 12 --draws 0 --out twelve.yaml --cache "$work/cache" --quiet
    ! grep -q VIOLATED stdout || { cat stdout; fail "a relation does not hold"; }
    for relation in "membrane tau" "multiplier's settling" "lead stage's pole, rho 2" "its slope, rms"; do
      [ "$(grep -c "^ *MET .*$relation" stdout)" -eq 11 ] || { cat stdout; fail "not eleven of $relation"; }
    done
    ;;
  export)  # the deck is complete and runs as it is
    expect 0 "$leadlag" export spice "$source/testbenches/spice/gle_232.yaml" --out deck --cycles 50
    mv deck elsewhere && cd elsewhere || fail "no folder"
    [ "$(ls)" = "$(printf '%s\n' README.md behavioural.lib deck.cir options.lib)" ] || fail "files: $(ls)"
    expect 0 ngspice -b deck.cir
    has stdout hidden_2_e_rms
    has README.md "ARRAY_I_u"
    [ -s deck.raw ] || fail "no deck.raw"
    ;;
  wrong)  # what has no deck is said, all at once, and nothing is written
    expect 2 "$leadlag" export spice "$source/models/chips/lag_net_vle.yaml" --out out --level transitor --cycles 1
    has stderr "did you mean 'transistor'"
    has stderr "--cycles 1"
    expect 2 "$leadlag" export spice "$source/models/chips/lag_net_vle.yaml" --out out
    has stderr "blocks without a SPICE subcircuit"
    expect 2 "$leadlag" export spice "$source/models/chips/fashion_mnist_ep.yaml" --out out
    has stderr "state_node"
    has stderr "up to 20000"
    expect 2 "$leadlag" testbench spice "$source/models/chips/lag_net.yaml" --out out
    has stderr "lag_net.yaml:"
    has stderr "chip.coupling=continuous"
    expect 0 "$leadlag" testbench spice "$source/models/chips/lag_net.yaml" --preset continuous --cycles 500 --out lag
    expect 2 "$leadlag" export spice "$source/testbenches/spice/gle_232.yaml" --out out --set 'crossbars.w1.range={max: 1}'
    has stderr "'w1' end at their range"
    expect 2 "$leadlag" export --out out
    expect 2 env PATH=/nonexistent "$leadlag" testbench spice "$source/testbenches/spice/gle_232.yaml" --out out --cycles 20
    has stderr "apt-get install ngspice"
    printf '#!/bin/sh\necho "Timestep too small; cause unrecorded."\nexit 1\n' >ngspice && chmod +x ngspice
    expect 1 env PATH="$PWD:$PATH" "$leadlag" testbench spice "$source/testbenches/spice/gle_232.yaml" --out failed --cycles 20
    has failed/report.txt "Timestep too small"
    [ ! -e out ] || fail "wrote something"
    ;;
  *) fail "no case $case_name" ;;
esac
