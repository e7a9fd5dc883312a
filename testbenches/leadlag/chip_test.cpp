// SPDX-License-Identifier: Apache-2.0
// A chip on a user's testbench: pins, what is done when they are left open, probes, host port, energy.
#include "leadlag/chip.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "leadlag/on_disk.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using sc_core::sc_signal;
using sc_core::sc_start;

namespace {

/// Two inputs, one linear neuron with memory, no learning. Weights 0.5 and -0.25.
const std::string one_neuron = R"(
leadlag: 1
chip: {name: die, clock: 1 MHz, full_scale: {voltage: 20 mV, current: 5 nA}}
arrays:
  in: {block: input_driver, size: 2}
  out: {block: prospective_neuron, size: 1, activation: linear, tau_m: 4 us, tau_r: 2 us}
crossbars:
  w: {from: in, to: out, weights: [[0.5, -0.25]], tile: 4x4}
learning: {system: none}
task: {kind: tones, frequencies: [1]}
)";

/// One input, one memoryless linear neuron that learns on the die.
const std::string learner = R"(
leadlag: 1
chip: {name: die, clock: 1 MHz}
arrays:
  in: {block: input_driver, size: 1}
  out: {block: prospective_neuron, size: 1, activation: linear, tau_m: 4 us, tau_r: 4 us}
crossbars:
  w: {from: in, to: out, weights: [[0.5]], tile: 4x4}
blocks: {target_unit: {beta: 1}}
learning: {system: gle, rate: 0.1}
task: {kind: tones, frequencies: [1]}
)";

/// x at the falling edge before edge n is in[n]; what value_o shows after edge n. Held input, exact: the
/// capacitor at the start of the interval, then one register, then the readout's.
std::vector<double> neuron_by_hand(const std::vector<double>& drive, double tau_m, double tau_r) {
  std::vector<double> value{0.0};
  const double rho = tau_r / tau_m, k = 1.0 - std::exp(-1.0 / tau_m);
  double capacitor = 0.0;
  for (const double d : drive) {
    value.push_back(rho * d + (1.0 - rho) * capacitor);
    capacitor += k * (d - capacitor);
  }
  return value;
}

}  // namespace

TEST_CASE("chip: a clock and inputs are enough, value_o is the neuron's closed form, sum_o its sum",
          "[chip]") {
  const OnDisk file("neuron.yaml", one_neuron);
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_signal<double> a{"a"}, b{"b"}, value{"value"}, sum{"sum"};
  chip.clk_i(clk), chip.x_i[0](a), chip.x_i[1](b), chip.value_o[0](value), chip.sum_o[0](sum);
  REQUIRE(chip.clock_period() == sc_core::sc_time(1, sc_core::SC_US));
  CHECK_THAT(chip.period().si, WithinRel(1e-6, 1e-14));
  REQUIRE(chip.x_i.size() == 2);
  std::vector<double> drive;
  for (int n = 0; n < 50; ++n) drive.push_back(0.5 * std::sin(0.3 * n) - 0.25 * (n % 7 == 0 ? 1.0 : -0.5));
  const std::vector<double> expected = neuron_by_hand(drive, 4.0, 2.0);
  double total = 0.0;
  for (int n = 0; n < 50; ++n) {
    a.write(std::sin(0.3 * n)), b.write(n % 7 == 0 ? 1.0 : -0.5);
    sc_start(chip.clock_period());
    total += expected[static_cast<std::size_t>(n)];
    CHECK_THAT(value.read(), WithinAbs(expected[static_cast<std::size_t>(n)], 1e-14));
    CHECK_THAT(sum.read(), WithinAbs(total, 1e-13));
    CHECK_THAT(chip.probe("out.rate"), WithinAbs(expected[static_cast<std::size_t>(n) + 1], 1e-14));
  }
  CHECK(chip.cycles() == 50);
}

TEST_CASE("chip: the structural detail has the same pins and the same answers", "[chip]") {
  const OnDisk file("neuron.yaml", one_neuron);
  Chip tile{"tile", file.path}, wires{"wires", file.path, {.settings = {{"chip.detail", "structural"}}}};
  Clock clk{"clk", tile};
  sc_core::sc_vector<sc_signal<double>> x{"x", 2}, value{"value", 2};
  tile.clk_i(clk), wires.clk_i(clk), tile.x_i(x), wires.x_i(x);
  tile.value_o[0](value[0]), wires.value_o[0](value[1]);
  for (int n = 0; n < 20; ++n) {
    x[0].write(0.1 * n), x[1].write(1.0 - 0.2 * n);
    sc_start(tile.clock_period());
    CHECK_THAT(value[1].read(), WithinAbs(value[0].read(), 1e-14));
  }
  CHECK(std::abs(value[0].read()) > 0.1);
  CHECK_THAT(wires.energy().total().si, WithinRel(tile.energy().total().si, 1e-12));
}

TEST_CASE("chip: reset clears the state at once and keeps the weights, the window gates the readout",
          "[chip]") {
  const OnDisk file("neuron.yaml", one_neuron);
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_core::sc_vector<sc_signal<double>> x{"x", 2}, sum{"sum", 1};
  sc_signal<bool> rst_n{"rst_n", true}, window{"window", false};
  chip.clk_i(clk), chip.x_i(x), chip.rst_ni(rst_n), chip.window_i(window), chip.sum_o(sum);
  x[0].write(1.0);
  sc_start(chip.clock_period() * 10);
  CHECK(chip.probe("out.rate") > 0.3);
  CHECK(sum[0].read() == 0.0);
  const double conversions = chip.energy().dynamic_energy.si;
  window.write(true), rst_n.write(false);
  sc_start(chip.clock_period() / 8);  // no edge
  CHECK(chip.probe("out.rate") == 0.0);
  CHECK(chip.read("w") == std::vector<double>{0.5, -0.25});
  rst_n.write(true);
  sc_start(chip.clock_period() * 2);
  CHECK(chip.probe("out.rate") > 0.2);
  CHECK(sum[0].read() != 0.0);
  CHECK(chip.energy().dynamic_energy.si > conversions);
}

TEST_CASE("chip: pins left open mean no target, no learning, the blueprint's rate", "[chip]") {
  const OnDisk file("learner.yaml", learner);
  Chip open{"open", file.path}, taught{"taught", file.path}, learning{"learning", file.path},
      faster{"faster", file.path}, off{"off", file.path};
  Clock clk{"clk", open};
  sc_signal<double> x{"x", 1.0}, target{"target", 0.75}, eta{"eta", 0.2};
  sc_signal<bool> high{"high", true}, low{"low", false};
  for (Chip* chip : {&open, &taught, &learning, &faster, &off}) chip->clk_i(clk), chip->x_i[0](x);
  for (Chip* chip : {&taught, &learning, &faster, &off}) chip->target_i[0](target);
  learning.learn_i(high), faster.learn_i(high), faster.eta_i(eta), off.learn_i(high), off.target_on_i(low);
  sc_start(open.clock_period() * 2);
  // At edge 0 the neuron's slope is still 0, and so is its error; edge 1 compares the target with 0.5 x.
  const double error = 0.75 - 0.5;
  CHECK(open.probe("out.error") == 0.0);
  CHECK_THAT(taught.probe("out.error"), WithinAbs(error, 1e-15));
  CHECK(off.probe("out.error") == 0.0);
  CHECK(taught.read("w")[0] == 0.5);
  CHECK(off.read("w")[0] == 0.5);
  CHECK_THAT(learning.read("w")[0], WithinAbs(0.5 + 0.1 * error, 1e-15));
  CHECK_THAT(faster.read("w")[0], WithinAbs(0.5 + 0.2 * error, 1e-15));
}

TEST_CASE("chip: sources on the rising edge of any clock move all pins for the next edge", "[chip]") {
  struct Registered : sc_core::sc_module {
    sc_core::sc_in<bool> SC_NAMED(clk_i);
    sc_signal<double> SC_NAMED(x), SC_NAMED(target), SC_NAMED(eta);
    sc_signal<bool> SC_NAMED(learn), SC_NAMED(target_on);
    int edge = 0;
    SC_HAS_PROCESS(Registered);
    explicit Registered(const sc_core::sc_module_name& source) : sc_module(source) {
      SC_METHOD(next);
      sensitive << clk_i.pos();
      dont_initialize();
    }
    void next() {  // after edge 3 for edge 4, and back after it
      const bool on = ++edge == 4;
      x.write(on ? 1.0 : 0.5), target.write(on ? 0.75 : 5.0), eta.write(on ? 0.1 : 7.0);
      learn.write(on), target_on.write(on);
    }
  };
  const OnDisk file("learner.yaml", learner);
  Chip chip{"chip", file.path};
  Registered source{"source"};
  sc_core::sc_clock clk{"clk", chip.clock_period()};
  chip.clk_i(clk), source.clk_i(clk), chip.x_i[0](source.x), chip.target_i[0](source.target);
  chip.learn_i(source.learn), chip.target_on_i(source.target_on), chip.eta_i(source.eta);
  sc_start(chip.clock_period() * 10);
  // Before, x was 0.5 and the weight 0.5: a rate of 0.25. One update: rate 0.1, error 0.75 - 0.25, input 1.
  CHECK_THAT(chip.read("w")[0], WithinAbs(0.5 + 0.1 * 0.5 * 1.0, 1e-15));
}

TEST_CASE("chip: pins written at the instant of a rising edge move together, for the next edge", "[chip]") {
  const OnDisk file("learner.yaml", learner);
  Chip die{"die", file.path};
  Chip host{"host", file.path, {.settings = {{"learning.update", "host"}, {"learning.every", "1 tick"}}}};
  sc_core::sc_clock clk{"clk", die.clock_period()};  // rises at 0, 1, 2 us: when each sc_start ends
  sc_signal<double> x{"x", 0.5}, target{"target", 5.0}, eta{"eta", 7.0};
  sc_signal<bool> learn{"learn"}, target_on{"target_on"};
  for (Chip* chip : {&die, &host}) {
    chip->clk_i(clk), chip->x_i[0](x), chip->target_i[0](target), chip->eta_i(eta);
    chip->learn_i(learn), chip->target_on_i(target_on);
  }
  sc_start(die.clock_period() * 4);
  x.write(1.0), target.write(0.75), eta.write(0.1), learn.write(true), target_on.write(true);
  sc_start(die.clock_period());
  x.write(0.5), target.write(5.0), eta.write(7.0), learn.write(false), target_on.write(false);
  sc_start(die.clock_period() * 5);
  CHECK_THAT(die.read("w")[0], WithinAbs(0.5 + 0.1 * 0.5 * 1.0, 1e-15));  // as above: one update
  CHECK_THAT(host.read("w")[0], WithinAbs(0.5 + 0.1 * 0.5 * 1.0, 1e-15));
}

TEST_CASE("chip: works inside a module of the user's, bound to its ports", "[chip]") {
  struct Board : sc_core::sc_module {
    sc_core::sc_in<bool> SC_NAMED(clk_i);
    sc_core::sc_vector<sc_core::sc_in<double>> x_i{"x_i", 2};
    sc_core::sc_out<double> SC_NAMED(out_o);
    Chip chip;
    Board(const sc_core::sc_module_name& board, const std::string& blueprint)
        : sc_module(board), chip("chip", blueprint) {
      chip.clk_i(clk_i), chip.x_i(x_i), chip.value_o[0](out_o);
    }
  };
  const OnDisk file("neuron.yaml", one_neuron);
  Board board{"board", file.path};
  Clock clk{"clk", board.chip};
  sc_core::sc_vector<sc_signal<double>> x{"x", 2};
  sc_signal<double> out{"out"};
  board.clk_i(clk), board.x_i(x), board.out_o(out);
  x[0].write(1.0);
  sc_start(board.chip.clock_period() * 200);
  CHECK_THAT(out.read(), WithinAbs(0.5, 1e-12));  // settled: the static gain is the weight
  CHECK(std::string(board.chip.clk_i.name()) == "board.chip.clk_i");
}

TEST_CASE("chip: probes name one signal, or say what is wrong with the path", "[chip]") {
  const OnDisk file("neuron.yaml", one_neuron);
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_core::sc_vector<sc_signal<double>> x{"x", 2};
  chip.clk_i(clk), chip.x_i(x);
  CHECK_THROWS_WITH(chip.probe("out.rate"),
                    Contains("chip: cannot probe 'out.rate'") && Contains("sc_start"));
  x[1].write(0.5);
  sc_start(chip.clock_period());
  CHECK(chip.probe("in[0].rate") == 0.0);
  CHECK(chip.probe("in[1].rate") == 0.5);
  CHECK(chip.probe("w[0,1].weight") == -0.25);
  CHECK(chip.probe("out.slope") == 1.0);
  CHECK_THAT(chip.probe("out[0].rate"), WithinAbs(-0.25 * 0.5 * 0.5, 1e-15));  // rho times drive
  CHECK_THAT(chip.full_scale().si, WithinRel(20e-3, 1e-14));
  CHECK_THROWS_WITH(chip.probe("uot.rate"), Contains("nothing is called 'uot'; did you mean 'out'?"));
  CHECK_THROWS_WITH(chip.probe("in.rate"), Contains("it names 2 signals; name one, such as in[0].rate"));
  CHECK_THROWS_WITH(chip.probe("in[2].rate"), Contains("legal indices are 0 to 1"));
  CHECK_THROWS_WITH(chip.probe("out.error"), Contains("leaves the chip without error units"));
  CHECK_THROWS_AS(chip.probe("out"), std::invalid_argument);
}

TEST_CASE("chip: parameters are read and written by name while the clock is low", "[chip]") {
  const OnDisk file("neuron.yaml", one_neuron);
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_core::sc_vector<sc_signal<double>> x{"x", 2}, value{"value", 1};
  chip.clk_i(clk), chip.x_i(x), chip.value_o(value);
  CHECK(chip.parameters() == std::vector<std::string>{"w", "out.tau_m", "out.tau_r"});
  CHECK(chip.read("w") == std::vector<double>{0.5, -0.25});
  chip.write("w", std::vector<double>{0.25, 2.0});  // before the first sc_start
  x[0].write(1.0), x[1].write(1.0);
  const auto writes = [&] {
    std::uint64_t count = 0;
    for (const EnergyRow& row : chip.energy().rows) {
      for (const auto& e : row.events) count += e.event == Event::weight_write ? e.count : 0;
    }
    return count;
  };
  const double spent = chip.energy().dynamic_energy.si;
  CHECK(spent > 0.0);
  CHECK(writes() == 2);
  sc_start(chip.clock_period() * 200);
  CHECK_THAT(value[0].read(), WithinAbs(2.25, 1e-12));
  chip.write("w", std::vector<double>{1.0, 0.0});
  CHECK(writes() == 4);
  sc_start(chip.clock_period() * 200);
  CHECK_THAT(value[0].read(), WithinAbs(1.0, 1e-12));
  CHECK(chip.read("out.tau_m").size() == 1);
  chip.write("out.tau_m", std::vector<double>{2.0});  // chip.time_scale is 1 us: the neuron loses its memory
  x[0].write(0.5);
  sc_start(chip.clock_period() * 2);
  CHECK_THAT(value[0].read(), WithinAbs(0.5, 1e-12));

  const std::vector<double> one{1.0}, two{1.0, 1.0}, nan{1.0, std::numeric_limits<double>::quiet_NaN()};
  CHECK_THROWS_WITH(chip.read("v"), Contains("chip: no parameter is called 'v'"));
  CHECK_THROWS_WITH(chip.write("out.tau_n", one), Contains("did you mean 'out.tau_m'?"));
  CHECK_THROWS_WITH(chip.write("w", one), Contains("it has 2 values, not 1"));
  CHECK_THROWS_WITH(chip.write("w", nan), Contains("value 1 is nan"));
  CHECK_THROWS_WITH(chip.write("out.tau_m", std::vector<double>{0.0}), Contains("legal: at least"));
  sc_start(chip.clock_period() / 2);  // between the rising and the falling edge
  REQUIRE(clk.read());
  CHECK_THROWS_AS(chip.write("w", two), std::logic_error);
  CHECK(chip.read("w") == std::vector<double>{1.0, 0.0});
}

TEST_CASE("chip: a time constant that Euler steps or the blueprint forbid cannot be written", "[chip]") {
  const OnDisk file("learner.yaml", learner);
  const std::string plastic = "[w, out.tau_m]";
  Chip euler{"euler", file.path, {.settings = {{"chip.integration", "euler"}}}};
  Chip low{"low",
           file.path,
           {.settings = {{"learning.update", "host"},
                         {"learning.every", "1 tick"},
                         {"learning.plastic", plastic},
                         {"learning.tau_m_low", "2 us"}}}};
  CHECK_NOTHROW(euler.write("out.tau_m", std::vector<double>{1.0}));  // one tick
  CHECK_THROWS_WITH(euler.write("out.tau_m", std::vector<double>{0.99}), Contains("legal: at least 1.0"));
  CHECK_NOTHROW(low.write("out.tau_m", std::vector<double>{2.0}));
  CHECK_THROWS_WITH(low.write("out.tau_m", std::vector<double>{1.9}), Contains("legal: at least 2.0"));
}

TEST_CASE("chip: energy at any time: bias power times whole cycles, and the supply meter agrees", "[chip]") {
  const OnDisk file("learner.yaml", learner);
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_signal<double> x{"x"}, target{"target", 0.5};
  sc_signal<bool> learn{"learn", true};
  chip.clk_i(clk), chip.x_i[0](x), chip.target_i[0](target), chip.learn_i(learn);
  const auto before = chip.measurements();
  CHECK(before.at("area") > 0.0);
  CHECK(before.at("total_energy") == 0.0);
  CHECK(before.count("average_power") == 0);  // nothing has run
  double last = 0.0;
  for (int n = 1; n <= 40; ++n) {
    x.write(std::sin(0.4 * n));
    sc_start(chip.clock_period());
    const EnergyLedger e = chip.energy();
    REQUIRE(e.rows.size() == 9);
    double power = 0.0, conversions = 0.0, samples = 0.0;
    for (const EnergyRow& row : e.rows) {
      power += row.static_power.si;
      for (const auto& event : row.events) {
        if (event.event == Event::conversion) conversions += static_cast<double>(event.count);
        if (event.event == Event::hold_sample) samples += static_cast<double>(event.count);
      }
    }
    CHECK(conversions == n);
    CHECK(samples == 2 * n);  // the neuron's and the error unit's
    CHECK_THAT(e.static_energy.si, WithinRel(power * n * 1e-6, 1e-12));
    CHECK_THAT(e.supply.si, WithinRel(e.total().si, 1e-12));
    CHECK(e.total().si > last);
    last = e.total().si;
    const auto m = chip.measurements();
    CHECK_THAT(m.at("total_energy"), WithinRel(last, 1e-14));
    CHECK_THAT(m.at("average_power"), WithinRel(last / (n * 1e-6), 1e-12));
  }
  // Half a cycle later there was an edge: its events count, its bias not before its cycle is over.
  sc_start(chip.clock_period() / 2);
  CHECK(chip.cycles() == 40);
  CHECK(chip.energy().total().si > last);
  CHECK_THAT(chip.energy().supply.si, WithinRel(chip.energy().total().si, 1e-12));
}

TEST_CASE("chip: findings are the static rules, the limits, and whether all stayed finite", "[chip]") {
  const OnDisk file("neuron.yaml", one_neuron + "limits: {average_power: {max: 1 W}, final_mse: {max: 1}}\n");
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_core::sc_vector<sc_signal<double>> x{"x", 2};
  chip.clk_i(clk), chip.x_i(x);
  const auto verdict = [&](const std::string& id, const std::string& what) {
    std::vector<Verdict> found;
    for (const Finding& f : chip.findings()) {
      if (f.id == id && f.what == what) found.push_back(f.verdict);
    }
    REQUIRE(found.size() == 1);
    return found[0];
  };
  CHECK(verdict("limit", "average_power") == Verdict::not_measured);
  x[0].write(std::numeric_limits<double>::max());
  sc_start(chip.clock_period());
  CHECK(verdict("limit", "average_power") == Verdict::met);
  CHECK(verdict("limit", "final_mse") == Verdict::not_measured);  // only a task has an error
  CHECK(verdict("LL-MAP-1", "tile map") == Verdict::met);
  CHECK(verdict("LL-FINITE-1", "signals") == Verdict::met);
  chip.write("w", std::vector<double>{1e10, 0.0});
  CHECK_THROWS_WITH(sc_start(chip.clock_period() * 3),
                    Contains("leadlag/non-finite") && Contains("chip.die.out"));
  CHECK(verdict("LL-FINITE-1", "signals") == Verdict::violated);
}

TEST_CASE("chip: findings name the loops of an analog island and how they closed", "[chip]") {
  const OnDisk file("island.yaml", R"(
leadlag: 1
chip: {name: island, clock: 1 MHz, coupling: continuous}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  n: {block: prospective_neuron, size: 1, activation: tanh, tau_m: 100 us, tau_r: 100 us}
crossbars:
  w: {from: in, to: n, weights: [[1]], tile: 8x8}
  r: {from: n, to: n, weights: [[-0.5]], tile: 8x8}
learning: {system: none, plastic: []}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 10}
)");
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_core::sc_vector<sc_signal<double>> x{"x", 1};
  chip.clk_i(clk), chip.x_i(x);
  x[0].write(0.3);
  sc_start(chip.clock_period() * 5);
  std::vector<Finding> loops;
  for (const Finding& f : chip.findings()) {
    if (f.id == "LL-LOOP-3") loops.push_back(f);
  }
  REQUIRE(loops.size() == 1);
  CHECK(loops[0].verdict == Verdict::met);
  CHECK_THAT(loops[0].actual, Contains("in 5 solves"));
}
