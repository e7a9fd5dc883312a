#!/bin/bash
# leadlag characterize --digital. Usage: synth_test.sh CASE LEADLAG SOURCE_DIR
set -u
source "$3/testbenches/cli/common.sh"
export XDG_CACHE_HOME=$work/cache
osu=/usr/share/qflow/tech/osu018/osu018_stdcells
value() { awk -v key="    $1:" 'index($0, key) == 1 { print $2; exit }' "${2:-d/digital.yaml}"; }
case $case_name in
  flow)  # a register: cells, area and the energy of its clock are those of the library by hand
    expect 0 "$leadlag" characterize sample_hold --digital --out d --quiet
    has stdout "MET"
    expect 0 "$leadlag" technology d/digital.yaml
    flops=$(awk '/^cell \(DFFSR\)/ { inside = 1 } inside && /area/ { gsub(/[^0-9.]/, ""); print; exit }' $osu.lib)
    awk -v a="$(value area)" -v f="$flops" 'BEGIN { exit !(a > 16 * f && a < 32 * f) }' || fail "area $(value area)"
    # internal_power of CLK at slew 0, from the library's first two columns: rise + fall, 16 flip-flops, waiting.
    awk -v idle="$(value idle)" 'BEGIN { rise = 0.041704 - 0.06 / 0.18 * (0.046706 - 0.041704); fall = 0.123008 - 0.06 / 0.18 * (0.130168 - 0.123008)
      x = idle / (16 * (rise + fall)); exit !(x > 0.99 && x < 1.01) }' || fail "idle $(value idle)"
    awk -v t="$(value critical_path)" 'BEGIN { exit !(t > 0.2 && t < 2) }' || fail "critical path $(value critical_path)"
    grep -q 'critical_pins: "held_[oq]\[' d/digital.yaml || fail "no path by name"
    # Half the bits: half the registers.
    expect 0 "$leadlag" characterize sample_hold --digital --words signal_bits=8,signal_fraction=5 --out half --quiet
    awk -v a="$(value idle)" -v b="$(value idle half/digital.yaml)" 'BEGIN { x = a / b; exit !(x > 1.99 && x < 2.01) }' || fail "idle of 8 bits"
    # A second run reads what the first kept: this Yosys cannot synthesise.
    mkdir fake && printf '#!/bin/sh\n[ "$1" = -V ] && exec %s -V\nexit 1\n' "$(command -v yosys)" >fake/yosys && chmod +x fake/yosys
    expect 0 env PATH="$work/fake:$PATH" "$leadlag" characterize sample_hold --digital --out again --quiet
    cmp d/digital.yaml again/digital.yaml || fail "another file from the same gates"
    expect 1 env PATH="$work/fake:$PATH" "$leadlag" characterize lane_link --digital --out failed --quiet
    has stderr "NOT MEASURED: lane_link"
    [ ! -e failed ] || fail "a folder of nothing"
    # A user's own library by path.
    mkdir "own cells" && cp $osu.lib "own cells/my.lib" && cp $osu.v "own cells/my.v"
    expect 0 "$leadlag" characterize sample_hold --digital --liberty "own cells/my.lib" --cells "own cells/my.v" --out own --quiet
    cmp d/digital.yaml own/digital.yaml || fail "another file from the same library"
    ;;
  export)  # a die that learns, from the simulator alone, against its RTL in two others
    expect 0 "$leadlag" export verilog "$3/models/chips/digital_tile.yaml" --out d --cycles 300
    has stdout "300 ticks, 19 weights"
    cmp -s d/weights.hex d/weights_end.hex && fail "nothing was learnt"
    expect 0 sh d/run.sh
    [ "$(grep -c 'PASS: 300 ticks, 19 weights' stdout)" -eq 2 ] || fail "not twice PASS"
    # One bit of one tick, and one of a weight, must not pass.
    cp d/expected.hex kept.hex
    sed -i '150s/.$/x/; 150s/0x$/1/; 150s/[1-9a-f]x$/0/; 150s/x$/0/' d/expected.hex
    cmp -s d/expected.hex kept.hex && fail "the expected words did not change"
    expect 1 sh d/run.sh
    [ "$(grep -c FAIL stdout)" -eq 2 ] || fail "a wrong word passes"
    cp kept.hex d/expected.hex
    sed -i '3s/^0/1/; 3s/^[^1]/0/' d/weights_end.hex
    expect 1 sh d/run.sh
    # What stands there may be written again; what is not ours may not.
    expect 0 "$leadlag" export verilog "$3/models/chips/digital_tile.yaml" --out d --cycles 10
    mkdir other && touch other/mine
    expect 2 "$leadlag" export verilog "$3/models/chips/digital_tile.yaml" --out other
    ;;
  export_wrong)
    expect 2 "$leadlag" export verilog "$3/models/chips/fashion_mnist_fixed.yaml" --out d
    for wrong in "update: die" "loss: mse"; do has stderr "$wrong"; done
    expect 2 "$leadlag" export verilog "$3/models/chips/two_neurons.yaml" --out d
    has stderr "chip.fidelity: fixed"
    expect 2 "$leadlag" export verilog "$3/models/chips/digital_tile.yaml" --out d --level transistor
    has stderr "--level"
    expect 2 "$leadlag" export verilg "$3/models/chips/digital_tile.yaml" --out d
    has stderr "verilog"
    [ ! -e d ] || fail "something was written"
    ;;
  wrong)
    expect 2 "$leadlag" characterize sample_hld --digital --words signal_bits=99,signal_fractoin=3,x --jobs 0 --liberty none.lib
    for wrong in "did you mean 'sample_hold'" "signal_bits needs" "did you mean 'signal_fraction'" "'x' is not NAME=NUMBER" --jobs --out --cells "no such file"; do has stderr "$wrong"; done
    expect 2 "$leadlag" characterize sample_hld --digital --points 12 --draws 0 --models mine.lib --seed 2
    for wrong in "did you mean 'sample_hold'" "--models, --points, --draws, --seed of leadlag characterize: for transistors" --out; do has stderr "$wrong"; done
    expect 2 "$leadlag" characterize --digital --technology cmos190 --out x
    has stderr "did you mean 'cmos180'"
    expect 2 env PATH=/nonexistent "$leadlag" characterize sample_hold --digital --out x
    has stderr "apt-get install yosys"
    expect 2 "$leadlag" characterize all --words signal_bits=8 --out x
    has stderr "--words belongs to leadlag characterize --digital"
    expect 2 "$leadlag" check --digital x.yaml
    has stderr "--digital belongs to leadlag characterize"
    [ ! -e x ] || fail "something was written"
    ;;
  *) fail "no case $case_name" ;;
esac
