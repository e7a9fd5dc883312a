#!/bin/bash
# What a user sees of the program itself: exit codes, messages, files. Usage: cli_test.sh CASE LEADLAG SOURCE_DIR
set -u
source "$3/testbenches/cli/common.sh"
tree() { find "$1" -type f -exec md5sum {} + | sort; }

case $case_name in
  version)
    expect 0 "$leadlag" --version
    grep -qE '^leadlag [0-9]+\.[0-9]+\.[0-9]+$' stdout || fail "version line"
    [ ! -s stderr ] || fail "noise on standard error"
    ;;
  help)
    expect 0 "$leadlag" --help
    for word in run check study new blocks schema data technology --out --set --preset --threads "Exit codes"; do has stdout "$word"; done
    ;;
  usage)
    expect 2 "$leadlag"
    expect 2 "$leadlag" rnu x.yaml; has stderr "did you mean 'run'?"
    expect 2 "$leadlag" run x.yaml; has stderr "needs --out"
    expect 2 "$leadlag" run absent.yaml --out out; has stderr "absent.yaml"
    expect 2 "$leadlag" run absent.yaml --out out --set nonsense; has stderr "PATH=VALUE"
    expect 2 "$leadlag" run absent.yaml --out out --threads 0
    expect 2 "$leadlag" blocks neuron; has stderr "no block"
    expect 2 "$leadlag" --frobnicate
    [ ! -e out ] || fail "out was made"
    ;;
  starter)  # new -> check -> run -> report, as the README teaches
    expect 0 "$leadlag" new starter
    expect 2 "$leadlag" new starter; has stderr "exists already"
    expect 0 "$leadlag" check starter.yaml; has stdout "LL-TIME-1"
    expect 0 "$leadlag" run starter.yaml --out out
    for file in report.html report.txt report.json timing.csv energy.csv learning.csv waves.vcd weights/w1.npy; do
      [ -s "out/$file" ] || fail "out/$file is missing"
    done
    for file in report.txt timing.csv energy.csv learning.csv; do
      head -1 "out/$file" | grep -qE '^# leadlag .*blueprint starter.yaml \([0-9a-f]{16}\), seed 1, tick 100 ns' || fail "provenance in $file"
    done
    has out/waves.vcd "starter.yaml"
    has out/waves.vcd '$scope module starter'
    expect 0 "$leadlag" run starter.yaml --out ./out/       # a report folder may be written again
    mkdir other && touch other/precious
    expect 2 "$leadlag" run starter.yaml --out other        # anything else may not
    [ -e other/precious ] || fail "a foreign folder was touched"
    [ "$(ls -A | grep -c partial)" -eq 0 ] || fail "partial folder left behind"
    ;;
  violated)  # a limit that is not met, and one that is not measured
    "$leadlag" new c >/dev/null
    sed -i 's/final_mse: {max: 1e-6}/final_mse: {max: 1e-20}\n  throughput: {min: 1 Hz}/; s/cycles: 150000/cycles: 3000/; s/start: 5000/start: 100/' c.yaml
    expect 1 "$leadlag" run c.yaml --out out
    grep -E '^ +VIOLATED +limit +final_mse .*c.yaml:[0-9]+$' stdout >/dev/null || { cat stdout; fail "VIOLATED line"; }
    grep -E '^ +NOT MEASURED +limit +throughput ' stdout >/dev/null || { cat stdout; fail "NOT MEASURED line"; }
    has out/report.txt "NOT ALL MET"
    ;;
  malformed)  # nothing is written, whatever is wrong
    count=0
    for file in "$source"/testbenches/golden/malformed/*.yaml; do
      cp "$file" .
      name=$(basename "$file")
      "$leadlag" run "$name" --out out >stdout 2>stderr
      [ $? -eq 2 ] || fail "$name: exit code"
      [ ! -e out ] || fail "$name: out was made"
      [ ! -s stdout ] || fail "$name: text on standard output"
      grep -qE "error\[[a-z-]+\]: " stderr || fail "$name: no diagnostic"
      count=$((count + 1))
    done
    [ "$count" -ge 30 ] || fail "only $count malformed blueprints"
    "$leadlag" new good >/dev/null
    expect 0 "$leadlag" run good.yaml --out out --set schedule.cycles=200 --set learning.start=10 --set 'limits.final_mse={max: 1000}'
    before=$(tree out)
    cp "$source"/testbenches/golden/malformed/bad_units.yaml .
    expect 2 "$leadlag" run bad_units.yaml --out out
    [ "$before" = "$(tree out)" ] || fail "an existing report was touched"
    ;;
  data_errors)
    cp "$source/models/chips/fashion_mnist_gle.yaml" c.yaml
    expect 2 "$leadlag" run c.yaml --out out --set task.data="$work/none"; has stderr "no such file"
    mkdir d
    printf '\x00\x00\x08\x03\x00\x00\x00\x02' > d/train-images-idx3-ubyte
    expect 2 "$leadlag" run c.yaml --out out --set task.data="$work/d"; has stderr "cut short"
    echo "not gzip" > d/train-images-idx3-ubyte.gz; rm d/train-images-idx3-ubyte
    expect 2 "$leadlag" run c.yaml --out out --set task.data="$work/d"; has stderr "gzip"
    [ ! -e out ] || fail "out was made"
    ;;
  threads)  # the same bytes with one and two threads, but for the field that names them
    for n in 1 2; do
      "$leadlag" run "$source/models/chips/fashion_mnist_gle.yaml" --out "out$n" --threads $n --set schedule.train_samples=600 \
        --set schedule.test_samples=200 --set 'limits.test_accuracy={min: 0.2}' >/dev/null || fail "run with $n threads"
    done
    [ -s out1/weights/w1.npy ] || fail "no weights"
    cmp out1/weights/w1.npy out2/weights/w1.npy || fail "weights differ"
    cmp out1/weights/w2.npy out2/weights/w2.npy || fail "weights differ"
    [ "$(diff out1/report.json out2/report.json | grep -c '^[<>]')" -eq 2 ] || fail "report.json differs in more than a line"
    diff out1/report.json out2/report.json | grep -q '"threads": 2' || fail "the differing line is not the threads"
    [ "$(diff out1/report.html out2/report.html | grep -c '^[<>].*"threads"')" -eq 2 ] || fail "report.html does not name the threads"
    [ "$(diff out1/report.html out2/report.html | grep -c '^[<>]')" -eq 2 ] || fail "report.html differs in more than a line"
    ;;
  report_keys)  # every key of report.json is documented
    "$leadlag" new c >/dev/null
    "$leadlag" run c.yaml --out out --set schedule.cycles=500 --set learning.start=10 --set 'limits.final_mse={max: 1000}' >/dev/null || fail "run"
    keys=$(grep -oE '^ +"[a-z_]+":' out/report.json | tr -d ' ":' | sort -u)
    [ "$(wc -l <<<"$keys")" -ge 60 ] || fail "suspiciously few keys"
    for key in $keys; do
      grep -qE "\`[][a-z_.]*$key\`" "$source/docs/report_keys.md" || { echo "undocumented key: $key"; missing=1; }
    done
    [ -z "${missing:-}" ] || fail "docs/report_keys.md is incomplete"
    ;;
  golden_report)  # a reviewed report, compared whole; LEADLAG_ACCEPT=1 rewrites it
    cp "$source/testbenches/golden/reports/tiny.yaml" .
    expect 0 "$leadlag" run tiny.yaml --out out --threads 1
    for file in report.txt timing.csv energy.csv; do
      golden=$source/testbenches/golden/reports/tiny.$file
      [ "${LEADLAG_ACCEPT:-0}" = 1 ] && cp "out/$file" "$golden"
      diff "$golden" "out/$file" || fail "$file differs from its golden"
    done
    ;;
  diverging)  # a circuit that diverges is a finding, and the report is written
    "$leadlag" new c >/dev/null
    sed -i "s/activation: softplus/activation: linear/; s/weights: \[\[0.7\]\]/weights: [[1e9]]/; s/beta: 0.01/beta: 100/" c.yaml
    expect 1 "$leadlag" run c.yaml --out out --set schedule.cycles=20000 --set learning.start=19000
    grep -E "VIOLATED +LL-FINITE-1 " stdout >/dev/null || { cat stdout; fail "LL-FINITE-1"; }
    has out/report.txt "infinite or not a number in cycle"
    ;;
  continuous)  # LagNet learns as one analog island, and its report says what the island did
    expect 0 "$leadlag" run "$source/models/chips/lag_net.yaml" --preset continuous --out out
    has out/report.txt "continuous coupling"
    grep -E "MET +LL-LOOP-3 +loops of the island +first \+ second \+ output" stdout >/dev/null || fail "LL-LOOP-3"
    jq -e '.results.final_mse < 5e-6' out/report.json >/dev/null || fail "did not learn"
    jq -e '.islands | length == 1 and .[0].newton.solves == 100100 and .[0].newton.residual <= 1e-12 and .[0].loops' \
      out/report.json >/dev/null || fail "islands of report.json"
    ;;
  open_loop)  # a loop without solution, r = x + r, is a finding with its path
    cat >c.yaml <<'CHIP'
leadlag: 1
chip: {name: c, clock: 1 MHz, coupling: continuous, full_scale: {voltage: 25 mV, current: 300 pA}}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  n: {block: prospective_neuron, size: 1, activation: linear, tau_m: 100 us, tau_r: 100 us}
crossbars:
  w: {from: in, to: n, weights: [[1]], tile: 8x8}
  r: {from: n, to: n, weights: [[1]], tile: 8x8}
learning: {system: none, plastic: []}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 100}
CHIP
    expect 1 "$leadlag" run c.yaml --out out
    grep -E "VIOLATED +LL-LOOP-3 +loops of the island +n.rate" stdout >/dev/null || { cat stdout; fail "LL-LOOP-3"; }
    has out/report.txt "no solution in cycle"
    ;;
  chip)  # a shipped blueprint exits 0 at its default budget
    expect 0 "$leadlag" run "$source/models/chips/$4.yaml" --out out
    has stdout "MET"
    ;;
  short_chip)  # the same with few samples, when there is nothing learnt yet to limit
    expect 0 "$leadlag" run "$source/models/chips/$4.yaml" --out out --set schedule.train_samples=400 --set schedule.test_samples=100 \
      --set 'limits.test_accuracy={min: 0}' --set 'limits.control_margin={min: -1}'
    for limit in test_accuracy control_margin; do
      grep -E "^ +MET +limit +$limit " stdout >/dev/null || { cat stdout; fail "$limit"; }
    done
    "$leadlag" run "$source/models/chips/$4.yaml" --out alone --no-controls --set schedule.train_samples=400 --set schedule.test_samples=100 \
      --set 'limits.test_accuracy={min: 0}' --set 'limits.control_margin={min: -1}' >stdout
    grep -E "^ +NOT MEASURED +limit +control_margin " stdout >/dev/null || { cat stdout; fail "margin without controls"; }
    cmp out/weights/w7.npy alone/weights/w7.npy || fail "controls changed the weights"
    ;;
  few_samples)  # the same without a limit on what so few can teach
    expect 0 "$leadlag" run "$source/models/chips/$4.yaml" --out out --set schedule.train_samples=300 --set schedule.test_samples=100 \
      --set 'limits.test_accuracy={min: 0}'
    grep -E "^ +MET +limit +test_accuracy " stdout >/dev/null || { cat stdout; fail "test_accuracy"; }
    [ -s out/report.html ] || fail "no report"
    ;;
  data)  # drawn data are what a task draws itself, in both formats
    expect 0 "$leadlag" data mnist1d --out npy --samples 300 --length 30 --seed 5; has stdout "240 training and 60 test samples of 30 points"
    expect 0 "$leadlag" data mnist1d --out csv --samples 300 --length 30 --seed 5 --csv
    expect 0 "$leadlag" data mnist1d --out npy --samples 300 --length 30 --seed 5      # its own folder may be written again
    [ "$(cd npy && ls | tr '\n' ' ')" = "x.npy x_test.npy y.npy y_test.npy " ] || fail "files of npy"
    [ "$(wc -l < csv/x.csv)" -eq 240 ] || fail "rows of csv"
    run() {  # out settings...
      local out=$1
      shift
      expect 0 "$leadlag" run c.yaml --out "$out" --no-controls "$@"
    }
    sed -E '/^limits:/,/^trace:/{/^trace:/!d}; s/train_samples: .*/train_samples: 200/; s/test_samples: .*/test_samples: 60/; s/^task: .*/task: TASK/' \
      "$source/models/chips/mnist1d_gle.yaml" > chip
    task() { sed "s|TASK|$1|" chip > c.yaml; }
    task "{kind: series, generated: mnist1d, samples: 300, length: 30, data_seed: 5}"; run drawn
    task "{kind: series, data: npy}"; run from_npy
    task "{kind: series, data: csv}"; run from_csv
    cmp drawn/weights/w1.npy from_npy/weights/w1.npy || fail "NPY files teach something else"
    cmp drawn/weights/w1.npy from_csv/weights/w1.npy || fail "CSV files teach something else"
    echo "1,2,x" > csv/x.csv
    expect 2 "$leadlag" run c.yaml --out bad; has stderr "csv/x.csv:1: 'x' is no number"
    task "{kind: series, data: nowhere}"
    expect 2 "$leadlag" run c.yaml --out bad; has stderr "nowhere: no such folder"
    [ ! -e bad ] || fail "bad was made"
    expect 2 "$leadlag" data mnist1d; has stderr "needs --out"
    expect 2 "$leadlag" data mnist --out d; has stderr "did you mean 'mnist1d'?"
    expect 2 "$leadlag" data mnist1d --out d --samples 3 --length 1 --seed -1
    has stderr "--samples 3 is out of range"; has stderr "--length 1 is out of range"; has stderr "--seed -1 is out of range"
    mkdir other && touch other/precious
    expect 2 "$leadlag" data mnist1d --out other
    [ -e other/precious ] && [ ! -e d ] || fail "a folder was touched or made"
    [ "$(ls -A | grep -c partial)" -eq 0 ] || fail "partial folder left behind"
    ;;
  window_sweep)  # a longer window is nearer to the exact gradient and costs memory; GLE has no memory
    expect 0 "$source/testbenches/cli/window_sweep.sh" "$leadlag" "$source" out 100 500 5000
    [ "$(wc -l < out/vle_window.csv)" -eq 6 ] || fail "rows"
    [ -s out/vle_window.svg ] || fail "no plot"
    awk -F, 'NR == 2 { gle = $4; if ($2 != "gle" || $6 != 0) exit 1 } NR == 3 && !($2 == "vle_local" && $4 > gle) { exit 1 }
      NR > 4 && !($4 > last && $6 > bytes) { exit 1 } NR == 6 && !($4 > 0.999) { exit 1 } { last = $4; bytes = $6 }' out/vle_window.csv ||
      { cat out/vle_window.csv; fail "figures"; }
    [ "$(awk -F, 'NR == 4 { print $6 }' out/vle_window.csv)" = 1100 ] || fail "11 channels of 100 words of 8 bits are 1100 bytes"
    ;;
  study)  # a short one: figures are the business of docs/results.md
    short="--set schedule.train_samples=300 --set schedule.test_samples=100 --set study.seeds=[1,2] --quiet"
    sed -e 's/^  systems: .*/  systems: [le, pc]/' -e 's/^  seeds: .*/  converged: 0.1/' "$source/models/chips/study_fashion_mnist.yaml" > s.yaml
    expect 0 "$leadlag" study learning s.yaml --out out $short
    for file in study.txt study.csv curves.csv study.html runs/le-1.json runs/pc-2.json; do [ -s "out/$file" ] || fail "no $file"; done
    [ "$(grep -cE '^(le|pc),' out/study.csv)" -eq 2 ] || fail "rows of study.csv"
    [ "$(grep -cE '^(le|pc),[12],' out/curves.csv)" -eq 240 ] || fail "points of curves.csv"
    has stdout "converged"
    # Interrupted after one run: the others are made again, that one is taken over, the figures are the same.
    cp out/study.csv all.csv
    rm out/study.csv out/runs/le-1.json out/runs/pc-1.json out/runs/pc-2.json
    touch -d '2000-01-01' out/runs/le-2.json
    expect 0 "$leadlag" study learning s.yaml --out out $short
    cmp out/study.csv all.csv || fail "a resumed study differs"
    [ out/runs/le-2.json -ot s.yaml ] || fail "a finished run was made again"
    # What was made with other options is not taken over.
    expect 0 "$leadlag" study learning s.yaml --out out $short --set learning.rate=2e-3
    cmp -s out/study.csv all.csv && fail "an old run was taken over"
    expect 1 "$leadlag" study learning s.yaml --out out2 $short --set study.converged=0.99
    has stdout "NOT CONVERGED"
    expect 2 "$leadlag" study learning "$source/models/chips/two_neurons.yaml" --out out3; has stderr "no study: section"
    mkdir mine && touch mine/thesis.txt
    expect 2 "$leadlag" study learning s.yaml --out mine; has stderr "choose another"
    expect 2 "$leadlag" study s.yaml --out out3; has stderr "the word learning"
    [ ! -e out3 ] || fail "out3 was made"
    ;;
  robustness)  # a short one, of a netlist at circuit fidelity
    cat > r.yaml <<'END'
leadlag: 1
chip: {name: r, clock: 100 kHz, time_scale: 10 us, fidelity: circuit, full_scale: {voltage: 25 mV, current: 0.5 nA}}
physics: {effects: [offset]}
arrays:
  in: {block: input_driver, size: 16}
  out: {block: leaky_neuron, size: 10, activation: linear, tau: 14.4 us}
crossbars:
  w: {from: in, to: out, weights: glorot, tile: 16x16}
learning: {system: pc, update: host}
task: {kind: idx_images, pool: 7}
schedule: {train_samples: 200, test_samples: 100}
study:
  seeds: [1, 2]
  curves:
    offset: {vary: physics.comparator_offset, values: [0 V, 5 mV]}
    rate: {vary: learning.rate, values: [1e-2, 1e-1], presets: [slow, fast], measure: energy_per_sample}
presets:
  slow: {chip.clock: 10 kHz}
  fast: {chip.clock: 100 kHz}
END
    expect 0 "$leadlag" study robustness r.yaml --out out --quiet
    for file in robustness.txt robustness.csv robustness.html runs/offset-r-0-1.json runs/rate-fast-1-2.json; do [ -s "out/$file" ] || fail "no $file"; done
    [ "$(grep -cE '^offset,' out/robustness.csv)" -eq 4 ] || fail "runs of offset"
    [ "$(grep -cE '^rate,learning.rate,(slow|fast),' out/robustness.csv)" -eq 8 ] || fail "runs of rate"
    # Seeds are dies: with an offset two of them differ more than weights alone explain; each run is itself again.
    cp out/robustness.csv all.csv; rm out/runs/offset-r-1-1.json; touch -d '2000-01-01' out/runs/offset-r-1-2.json
    expect 0 "$leadlag" study robustness r.yaml --out out --quiet
    cmp out/robustness.csv all.csv || fail "a resumed study differs"
    [ out/runs/offset-r-1-2.json -ot r.yaml ] || fail "a finished run was made again"
    sed -e 's/5 mV\]/5 mA]/' -e 's/presets: \[slow, fast\]/presets: [slow, fats]/' -e 's/energy_per_sample/energy_per_sampel/' r.yaml > wrong.yaml
    expect 2 "$leadlag" check wrong.yaml
    has stderr "wrong.yaml:15:61: error[bad-unit]"; has stderr "did you mean 'fast'"; has stderr "did you mean 'energy_per_sample'"
    expect 2 "$leadlag" study robustness "$source/models/chips/two_neurons.yaml" --out out3; has stderr "lists curves to draw"
    [ ! -e out3 ] || fail "out3 was made"
    ;;
  netlist_gradient)  # circuits against differences of the loss after the chip's own inference, and the failures theory predicts
    cat > n.yaml <<'END'
leadlag: 1
chip: {name: n, clock: 100 kHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 0.5 nA}}
arrays:
  in: {block: input_driver, size: 3}
  a: {block: leaky_neuron, size: 4, activation: tanh, tau: 14.4 us}
  b: {block: leaky_neuron, size: 3, activation: tanh, tau: 14.4 us}
  out: {block: leaky_neuron, size: 2, activation: linear, tau: 14.4 us}
crossbars:
  w1: {from: in, to: a, weights: glorot, bias: true, tile: 8x8}
  w2: {from: a, to: b, weights: glorot, bias: true, tile: 8x8}
  w3: {from: b, to: out, weights: glorot, bias: true, tile: 8x8}
learning: {system: bp}
task: {kind: idx_images}
END
    cosine() {  # learning -> cosine of all parameters
      "$leadlag" testbench gradient n.yaml --out out --quiet --set learning="$1" >stdout 2>stderr
      [ "$?" -le 1 ] || { cat stdout stderr; fail "$1"; }
      jq -r '.figures["all.cosine"]' out/report.json
    }
    at_least() { awk -v a="$(cosine "$1")" -v b="$2" 'BEGIN { exit !(a >= b) }' || fail "$1: cosine below $2"; }
    below() { awk -v a="$(cosine "$1")" -v b="$2" 'BEGIN { exit !(a < b) }' || fail "$1: cosine not below $2"; }
    at_least "{system: bp, bp: {settle: 100}}" 0.99999999
    below "{system: bp, bp: {settle: 100, feedback: random}}" 0.95
    at_least "{system: pc, pc: {lambda: 1e-3, relax: 300}}" 0.99999
    below "{system: pc, pc: {lambda: 1, relax: 300}}" 0.9999
    at_least "{system: ep, ep: {energy: leaky, form: symmetric, beta: 0.02, free: 200, nudged: 200}}" 0.9999
    below "{system: ep, ep: {energy: leaky, form: one_sided, beta: 1, free: 200, nudged: 200}}" 0.9999
    at_least "{system: chl, chl: {feedback: 0.02, free: 200, clamped: 200}}" 0.999
    below "{system: chl, chl: {feedback: 1, free: 200, clamped: 200}}" 0.9
    at_least "{system: coupled_learning, coupled_learning: {energy: leaky, eta: 0.01, free: 300, clamped: 300}}" 0.99
    # Gauss-Newton directions: less than 90 degrees from the gradient, and away from it with a feedback that destabilises
    at_least "{system: dfc, dfc: {lambda: 0.01, alpha: 1e-4, tau_u: 300 us, control: 1500}}" 0.7
    below "{system: dfc, dfc: {lambda: 0.01, alpha: 1e-4, tau_u: 300 us, control: 100, feedback_scale: -1}}" 0
    at_least "{system: strong_dfc, strong_dfc: {alpha: 1e-4, tau_u: 300 us, control: 1500}}" 0.5
    # Layers learn at rates of their own, so that the whole is not parallel; with feedback of the wrong sign every other layer climbs.
    at_least "{system: dendritic, dendritic: {feedback: transpose, nudge: 1e-3, settle: 60, nudged: 60}}" 0.93
    below "{system: dendritic, dendritic: {feedback: transpose, feedback_scale: -1, nudge: 1e-3, settle: 60, nudged: 60}}" 0.85
    # One-sided nudging is the worse the harder it is.
    expect 0 "$leadlag" testbench gradient n.yaml --out sweep --quiet --sweep learning.ep.beta=0.01,0.1,1 \
      --set learning="{system: ep, ep: {energy: leaky, form: one_sided, free: 200, nudged: 200}}"
    [ "$(grep -cE '^(0.01|0.1|1),' sweep/gradient.csv)" -eq 3 ] || { cat sweep/gradient.csv; fail "rows of the sweep"; }
    awk -F, '/^(0.01|0.1|1),/ { if (NR > 3 && !($2 < last)) exit 1; last = $2 }' sweep/gradient.csv || fail "cosines of the sweep"
    [ -s sweep/gradient.svg ] || fail "no plot of the sweep"
    expect 2 "$leadlag" testbench gradient n.yaml --out out2 --sweep learning.bp.settel=1,2; has stderr "settle"
    expect 2 "$leadlag" testbench gradient n.yaml --out out2 --sweep nonsense; has stderr "PATH=VALUE"
    expect 2 "$leadlag" testbench ac n.yaml --out out2; has stderr "use leadlag testbench gradient"
    [ ! -e out2 ] || fail "out2 was made"
    ;;
  schema)
    expect 0 "$leadlag" schema
    for key in tau_m full_scale cross_entropy cycles_per_sample additionalProperties; do has stdout "$key"; done
    ;;
  technologies)  # every chip in every process and, where a corner bites, at every corner: findings, but no mistakes
    checked=0
    for chip in "$source"/models/chips/*.yaml; do
      for technology in cmos180 cmos65 cmos28; do
        "$leadlag" check "$chip" --set "chip.technology=$technology" >stdout 2>stderr
        [ $? -le 1 ] || { cat stderr; fail "$chip with $technology"; }
        checked=$((checked + 1))
      done
    done
    [ "$checked" -ge 57 ] || fail "only $checked checks"
    for technology in cmos180 cmos65 cmos28; do
      expect 0 "$leadlag" technology "$source/models/technology/$technology.yaml"
      for corner in cold fast hot slow; do has stdout "corner $corner: "; done
      has stdout "(from 233.2 K to 398.1 K)"
    done
    gle=$source/models/chips/fashion_mnist_gle.yaml
    expect 0 "$leadlag" check "$gle"
    expect 0 "$leadlag" check "$gle" --set chip.corner=typical
    # 25 mV are too much for a tanh at -40 C, and at 125 C too little for the synapses' full current.
    for bites in "cold LL-RANGE-1" "fast LL-RANGE-1" "hot LL-RANGE-2" "slow LL-RANGE-2"; do
      expect 1 "$leadlag" check "$gle" --set "chip.corner=${bites% *}"
      [ "$(grep -c VIOLATED stdout)" -eq 1 ] || { cat stdout; fail "more than one finding at the corner ${bites% *}"; }
      grep -E "VIOLATED +${bites#* } " stdout >/dev/null || { cat stdout; fail "no ${bites#* } at the corner ${bites% *}"; }
    done
    expect 2 "$leadlag" check "$gle" --set chip.corner=warm
    has stderr "technology 'cmos180' has no corner 'warm'"
    ;;
  *) fail "unknown case $case_name" ;;
esac
echo passed
