// SPDX-License-Identifier: Apache-2.0

// Neuron-cycles per second, one core (items_per_second): how often one neuron advances by one tick.
//
//   structural_neurons   1000 ProspectiveNeuronModules (tanh), a module and four wires each. held: drives are
//   constant,
//                        so outputs settle and no wire moves; moving: every drive changes in every cycle, and
//                        writing the drives is part of what is timed.
//   learning_chip        a chip of 8-16-4 neurons that learns on the die, in either detail; items are
//   block-cycles, of
//                        the blocks on its bill
//   neuron_column        the tile detail's kernel alone
//   tile_die            a chip of 1 input, 1000 tanh neurons and 1 output in tile detail, inference; only
//   the 1000 count ngspice              the same neuron as behavioural sources, items are neuron-steps:
//   accepted time points times
//                        neurons. One time point per tick.
//
// A process elaborates once, so all chips share a kernel and all are built before it starts. Each has a clock
// of its own which toggles only while that chip is measured (one event per edge, as in sc_clock); chips at
// rest have no events and cost nothing. The kernel runs many cycles per call. ngspice runs as a child process
// with one thread; its time is the processor time of the child less that of the same deck with a single step,
// so that neither start-up nor parsing count. LEADLAG_TECHNOLOGY_DIR comes from CMake.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <systemc>
#include <vector>

#include "arrays/column_kernel.hpp"
#include "blocks/prospective_neuron.hpp"
#include "design/die.hpp"
#include "design/reader.hpp"
#include "elaborate/elaborate.hpp"
#include "elaborate/structural_arrays.hpp"
#include "measure/bill.hpp"

namespace {

using namespace leadlag;

constexpr std::size_t neuron_count = 1000;
constexpr std::int64_t cycles_per_call = 100;
constexpr Time tick = 1_us;
const ProspectiveNeuron::Params drawn{.tau_m = 20_us, .tau_r = 10_us};

/// A drive that moves in every cycle, in units of full scale.
double moving(std::size_t unit, std::int64_t cycle) {
  static const std::vector<double> wave = [] {
    std::vector<double> w(64);
    for (std::size_t k = 0; k < w.size(); ++k) w[k] = 0.1 + std::sin(0.098 * static_cast<double>(k));
    return w;
  }();
  return wave[(unit + static_cast<std::size_t>(cycle)) % wave.size()];
}

/// What a chip stands on while it is measured: a clock that rests between calls of run().
class Stand : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Stand);
  explicit Stand(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_METHOD(toggle);
    sensitive << edge_;
    dont_initialize();
  }
  void run(std::int64_t cycles) {
    edges_left_ = 2 * cycles;
    edge_.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start(2 * half_ * static_cast<double>(cycles));
  }

 protected:
  sc_core::sc_signal<bool> clk_{"clk"}, rst_n_{"rst_n", true};

 private:
  void toggle() {
    clk_.write(!clk_.read());
    if (--edges_left_ > 0) edge_.notify(half_);
  }

  const sc_core::sc_time half_{0.5, sc_core::SC_US};
  sc_core::sc_event edge_;
  std::int64_t edges_left_ = 0;
};

class NeuronRow final : public Stand {
 public:
  SC_HAS_PROCESS(NeuronRow);
  NeuronRow(const sc_core::sc_module_name& name, bool drives_move)
      : Stand(name), drive_(neuron_count), rate_(neuron_count), slope_(neuron_count) {
    for (std::size_t i = 0; i < neuron_count; ++i) {
      neurons_.push_back(
          std::make_unique<ProspectiveNeuronModule>(("neuron_" + std::to_string(i)).c_str(), drawn,
                                                    ProspectiveNeuron::coefficients(drawn, tick, Input::held),
                                                    Hop::registered, full_scale_, activity_));
      ProspectiveNeuronModule& n = *neurons_.back();
      n.clk_i(clk_), n.rst_ni(rst_n_), n.drive_i(drive_[i]), n.error_i(error_), n.rate_o(rate_[i]);
      n.slope_o(slope_[i]);
    }
    SC_METHOD(write_drives);
    if (drives_move) sensitive << clk_.negedge_event();
  }

 private:
  void write_drives() {
    for (std::size_t i = 0; i < neuron_count; ++i) drive_[i].write(moving(i, cycle_) * full_scale_.current);
    ++cycle_;
  }

  FullScale full_scale_;
  Activity activity_;
  Wires<Current> drive_;
  Wires<Voltage> rate_;
  Wires<double> slope_;
  sc_core::sc_signal<Voltage> error_{"error"};
  std::vector<std::unique_ptr<ProspectiveNeuronModule>> neurons_;
  std::int64_t cycle_ = 0;
};

/// A chip from a blueprint with moving inputs and constant targets.
class ChipStand final : public Stand {
 public:
  SC_HAS_PROCESS(ChipStand);
  ChipStand(const sc_core::sc_module_name& name, const std::string& blueprint,
            const std::vector<std::pair<std::string, std::string>>& settings)
      : Stand(name),
        design_(parse_design("benchmark", blueprint, {{}, settings, LEADLAG_TECHNOLOGY_DIR})),
        x_("x", design_.inputs(), 1),
        target_("target", design_.outputs(), 1),
        value_("value", design_.outputs(), 1),
        sum_("sum", design_.outputs(), 1) {
    const Die die = fabricate(design_);
    for (const BlockGroup& g : bill_of_blocks(design_, die)) blocks_ += g.instances;
    chip_ = elaborate(design_, die);
    chip_->clk_i(clk_), chip_->rst_ni(rst_n_), chip_->target_on_i(learn_), chip_->learn_i(learn_);
    chip_->window_i(window_), chip_->eta_i(eta_), chip_->x_i(x_), chip_->target_i(target_);
    chip_->value_o(value_), chip_->sum_o(sum_);
    learn_.write(design_.learning.params.system != System::none);
    eta_.write(design_.learning.params.rate);
    std::fill(target_.next().begin(), target_.next().end(), 0.3);
    target_.commit();
    SC_METHOD(write_inputs);
    sensitive << clk_.negedge_event();
  }
  std::size_t blocks() const { return blocks_; }

 private:
  void write_inputs() {
    for (std::size_t i = 0; i < x_.next().size(); ++i) x_.next()[i] = moving(i, cycle_);
    x_.commit();
    ++cycle_;
  }

  Design design_;
  std::size_t blocks_ = 0;
  sc_core::sc_signal<bool> learn_{"learn"}, window_{"window"};
  sc_core::sc_signal<double> eta_{"eta"};
  LaneBus<double> x_, target_, value_, sum_;
  std::unique_ptr<DieModule> chip_;
  std::int64_t cycle_ = 0;
};

const std::string learning_blueprint = R"(leadlag: 1
chip: {name: learning, clock: 1 MHz}
arrays:
  input:  {block: input_driver, size: 8}
  hidden: {block: prospective_neuron, size: 16, tau_m: 20 us, tau_r: 10 us}
  output: {block: prospective_neuron, size: 4, activation: linear, tau_m: 20 us, tau_r: 10 us}
crossbars:
  w1: {from: input, to: hidden, weights: he, bias: true}
  w2: {from: hidden, to: output, weights: he, bias: true}
learning: {system: gle, rate: 1e-3}
task: {kind: idx_images}
)";
const std::string inference_blueprint = R"(leadlag: 1
chip: {name: inference, clock: 1 MHz}
arrays:
  input:  {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 1000, tau_m: 20 us, tau_r: 10 us}
  output: {block: prospective_neuron, size: 1, activation: linear}
crossbars:
  w1: {from: input, to: hidden, weights: {uniform: 1}}
  w2: {from: hidden, to: output, weights: {uniform: 0.1}}
learning: {system: none}
task: {kind: idx_images}
)";

void run_stand(benchmark::State& state, Stand& stand, std::size_t items) {
  stand.run(cycles_per_call);  // settles
  for (auto _ : state) stand.run(cycles_per_call);
  state.SetItemsProcessed(state.iterations() * cycles_per_call * static_cast<std::int64_t>(items));
}

template <class T>
void neuron_column_tanh(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  LeadLagLanes<T> lanes(n);
  lanes.set(0, n, ProspectiveNeuron::coefficients(drawn, tick, Input::held));
  AlignedVector<T> drive(n), nudging(n), rate(n), slope(n);
  for (std::size_t k = 0; k < n; ++k) drive[k] = static_cast<T>(moving(k, 0));
  for (auto _ : state) {
    neuron_column<T>(Activation::tanh, lanes, drive.data(), nudging.data(), nullptr, rate.data(),
                     slope.data(), {});
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// ----------------------------------------------------------------------------------------------------
// ngspice

/// A row of neurons in volts per unit: RC membrane, weighted adder, output curve; drives of different phases.
std::string spice_deck(std::size_t neurons, std::int64_t cycles) {
  std::ostringstream deck;
  deck << "prospective neurons\n";
  for (std::size_t i = 0; i < neurons; ++i) {
    deck << "Vs" << i << " s" << i << " 0 SIN(0.1 1 15.6k 0 0 " << static_cast<double>(i) * 5.6 << ")\n"
         << "Rm" << i << " s" << i << " u" << i << " 20Meg\n"
         << "Cm" << i << " u" << i << " 0 1p\n"
         << "Bh" << i << " h" << i << " 0 V=0.5*V(s" << i << ")+0.5*V(u" << i << ")\n"
         << "Br" << i << " r" << i << " 0 V=tanh(V(h" << i << "))\n";
  }
  deck << ".control\nsave v(r0)\ntran 1u " << cycles << "u 0 1u\nrusage accept\nquit\n.endc\n.end\n";
  return deck.str();
}

struct SpiceRun {
  double seconds = 0.0;  // processor time
  double points = 0.0;   // accepted
};

std::optional<SpiceRun> run_ngspice(const std::string& deck) {
  const auto file =
      std::filesystem::temp_directory_path() / ("leadlag_benchmark_" + std::to_string(getpid()) + ".cir");
  std::ofstream(file) << deck;
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return std::nullopt;
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO), dup2(ends[1], STDERR_FILENO);
    close(ends[0]), close(ends[1]);
    setenv("OMP_NUM_THREADS", "1", 1);
    execlp("ngspice", "ngspice", "-b", file.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(ends[1]);
  std::string text;
  std::array<char, 4096> part;
  for (ssize_t n = 0; (n = read(ends[0], part.data(), part.size())) > 0;)
    text.append(part.data(), std::size_t(n));
  close(ends[0]);
  int status = 0;
  rusage used{};
  const bool waited = child > 0 && wait4(child, &status, 0, &used) == child;
  std::filesystem::remove(file);
  const std::string key = "Accepted timepoints = ";
  const auto at = text.find(key);
  if (!waited || !WIFEXITED(status) || WEXITSTATUS(status) != 0 || at == std::string::npos)
    return std::nullopt;
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return SpiceRun{seconds(used.ru_utime) + seconds(used.ru_stime),
                  std::strtod(text.c_str() + at + key.size(), nullptr)};
}

void ngspice(benchmark::State& state) {
  const auto neurons = static_cast<std::size_t>(state.range(0));
  const std::int64_t cycles = 500000 / state.range(0);
  std::vector<double> startups;
  for (int k = 0; k < 5; ++k) {
    const auto startup = run_ngspice(spice_deck(neurons, 1));
    if (!startup) return state.SkipWithError("ngspice is not installed or does not run");
    startups.push_back(startup->seconds);
  }
  std::nth_element(startups.begin(), startups.begin() + 2, startups.end());
  double points = 0.0;
  for (auto _ : state) {
    const auto run = run_ngspice(spice_deck(neurons, cycles));
    if (!run) return state.SkipWithError("ngspice failed");
    points += run->points;
    state.SetIterationTime(run->seconds - startups[2]);
  }
  const auto iterations = static_cast<double>(state.iterations());
  state.counters["points_per_cycle"] = points / iterations / static_cast<double>(cycles);
  state.counters["startup"] = startups[2];
  state.SetItemsProcessed(static_cast<std::int64_t>(points) * state.range(0));
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  NeuronRow held("held", false), moves("moving", true);
  ChipStand learning_structural("learning_structural", learning_blueprint, {{"chip.detail", "structural"}});
  ChipStand learning_tile("learning_tile", learning_blueprint, {});
  ChipStand tile_double("tile_double", inference_blueprint, {});
  ChipStand tile_float("tile_float", inference_blueprint, {{"chip.precision", "float"}});

  benchmark::Initialize(&argc, argv);
  const auto add = [](const char* name, Stand& stand, std::size_t items) {
    benchmark::RegisterBenchmark(name, [&stand, items](benchmark::State& s) { run_stand(s, stand, items); });
  };
  add("structural_neurons/held", held, neuron_count);
  add("structural_neurons/moving", moves, neuron_count);
  add("learning_chip/structural", learning_structural, learning_structural.blocks());
  add("learning_chip/tile", learning_tile, learning_tile.blocks());
  add("tile_die/double", tile_double, neuron_count);
  add("tile_die/float", tile_float, neuron_count);
  benchmark::RegisterBenchmark("neuron_column/double", neuron_column_tanh<double>)->Arg(1000)->Arg(100000);
  benchmark::RegisterBenchmark("neuron_column/float", neuron_column_tanh<float>)->Arg(1000)->Arg(100000);
  benchmark::RegisterBenchmark("ngspice", ngspice)
      ->Arg(10)
      ->Arg(100)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

int main(int argc, char* argv[]) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}
