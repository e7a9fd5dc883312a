// SPDX-License-Identifier: Apache-2.0

// What a whole run costs beside its kernels. A shortened Fashion-MNIST run (784-512-10, models/chips/
// fashion_mnist_gle.yaml, training and test images in the blueprint's proportion) goes through simulate() as
// in `leadlag run`. After each chunk of cycles the kernel calls of the same cycles (sweep, error_column,
// neuron_column; what this chip calls) are repeated alone on data of the same sizes, in tiles of the same
// shapes shared out to threads as in CrossbarArray. Both halves of a chunk follow each other at once, so that
// other users of the machine slow both.
//
//   items_per_second   clock cycles of the run
//   outside            1 - time of the kernels / time of the run: SystemC, bench and task, event counts,
//   copies between
//                      tiles, biases, supply meter, host. Starting and waiting for threads counts as kernel;
//                      on a machine that others use, threads that wait by spinning make two threads slower
//                      than one: compare with OMP_WAIT_POLICY=passive.
//   kernel_us          kernels' time per cycle
//
// Arguments: threads; host 1: Adam on the host every 32 samples, as drawn, 0: the host never steps, which
// leaves the simulator's own share. Real time. The first chunk, which contains elaboration, is left out.
// circuit_fidelity compares the float run of one thread with the same at circuit fidelity, all effects on:
// of_ideal_speed is their ratio, synapse_cycles/s the crosspoints of the chip times cycles per second.
//
// SystemC elaborates once in a process: each run is a child process, and the parent has neither kernel nor
// threads. LEADLAG_CHIPS_DIR and LEADLAG_TECHNOLOGY_DIR come from CMake.
#include <benchmark/benchmark.h>
#include <omp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "app/simulate.hpp"
#include "arrays/column_kernel.hpp"
#include "arrays/crossbar_kernel.hpp"
#include "design/reader.hpp"
#include "instruments/task.hpp"
#include "learning/microcircuit.hpp"

namespace {

using namespace leadlag;

/// The kernel calls of a chip in tile detail with registered hops and one die, without the chip.
template <class T>
class Kernels {
 public:
  explicit Kernels(const Design& design) : design_(design) {
    const Wiring wiring = wire(design.learning.params.system, design.topology());
    for (std::size_t a = 0; a < design.arrays.size(); ++a) {
      if (design.arrays[a].is_neuron()) columns_.emplace_back(design, a, wiring);
    }
  }

  void cycle(std::int64_t n) {
    const ScheduleDesign& s = design_.schedule;
    const std::int64_t per_sample = s.params.cycles_per_sample;
    const bool learn = n / per_sample < s.params.train_samples && s.plasticity.contains(n % per_sample);
    const auto update = !learn                                            ? SweepMode::Update::none
                        : design_.learning.params.update == UpdateBy::die ? SweepMode::Update::online
                                                                          : SweepMode::Update::accumulate;
    for (Column& c : columns_) c.edge(update, design_.learning.params.errors == ErrorPath::instantaneous);
  }

 private:
  struct Tile {
    CrossbarTile<T> cells;
    AlignedVector<T> weight, accumulator, rate, error, drive, back;

    Tile(std::size_t rows, std::size_t columns)
        : rate(padded(columns)), error(rows), drive(rows), back(padded(columns)) {
      const std::size_t stride = padded(columns);
      weight.resize(rows * stride), accumulator.resize(rows * stride);
      for (std::size_t k = 0; k < columns; ++k) rate[k] = wave(k, 1.0);
      for (std::size_t i = 0; i < rows; ++i) {
        error[i] = wave(i, 1e-3);
        for (std::size_t j = 0; j < columns; ++j) weight[i * stride + j] = wave(i + j, 0.1);
      }
      cells = {weight.data(), accumulator.data(), rows, columns, stride, 1};
    }
  };
  struct Crossbar {
    std::deque<Tile> tiles;  // cells point into their own tile
    bool sends_back;
    std::size_t crosspoints;
  };
  struct Column {
    Activation activation;
    LeadLagLanes<T> neurons, errors;
    AlignedVector<T> drive, nudging, rate, slope, back, epsilon, error;
    std::vector<Crossbar> crossbars;

    Column(const Design& design, std::size_t a, const Wiring& wiring)
        : activation(design.arrays[a].neurons()[0].activation),
          neurons(design.arrays[a].size),
          errors(wiring.has_errors[a] ? design.arrays[a].size : 0),
          drive(neurons.size()),
          nudging(neurons.size()),
          rate(neurons.size()),
          slope(neurons.size()),
          back(neurons.size()),
          epsilon(wiring.has_target && a == design.learning.output ? neurons.size() : 0),
          error(neurons.size()) {
      const auto c =
          ProspectiveNeuron::coefficients(design.arrays[a].neurons()[0], design.chip.period(), Input::held);
      neurons.set(0, neurons.size(), c);
      errors.set(0, errors.size(), c);
      for (std::size_t k = 0; k < neurons.size(); ++k) drive[k] = wave(k, 1.0), back[k] = wave(k, 1e-3);
      for (std::size_t k = 0; k < design.crossbars.size(); ++k) {
        const CrossbarDesign& drawn = design.crossbars[k];
        if (drawn.to != a) continue;
        const std::size_t columns = design.arrays[drawn.from].size, rows = neurons.size();
        const std::size_t tile_rows = drawn.tile.rows == 0 ? rows : drawn.tile.rows;
        const std::size_t tile_columns = drawn.tile.columns == 0 ? columns : drawn.tile.columns;
        Crossbar crossbar{{}, static_cast<bool>(wiring.sends_back[k]), rows * columns};
        for (std::size_t r = 0; r < rows; r += tile_rows) {
          for (std::size_t s = 0; s < columns; s += tile_columns) {
            crossbar.tiles.emplace_back(std::min(tile_rows, rows - r), std::min(tile_columns, columns - s));
          }
        }
        crossbars.push_back(std::move(crossbar));
      }
    }

    void edge(SweepMode::Update update, bool wires) {
      if (errors.size() > 0) {
        error_column(errors, wires, slope.data(), back.data(), epsilon.empty() ? nullptr : epsilon.data(),
                     error.data());
      }
      for (Crossbar& x : crossbars) {
        const auto tiles = static_cast<std::ptrdiff_t>(x.tiles.size());
        const bool worth_sharing = tiles > 1 && x.crosspoints >= 32768;  // as CrossbarArray decides
#pragma omp parallel for schedule(static) if (worth_sharing)
        for (std::ptrdiff_t k = 0; k < tiles; ++k) {
          Tile& t = x.tiles[static_cast<std::size_t>(k)];
          sweep(t.cells, {x.sends_back, update}, t.rate.data(), t.error.data(), T(1e-6), t.drive.data(),
                t.back.data());
        }
      }
      neuron_column<T>(activation, neurons, drive.data(), nudging.data(), nullptr, rate.data(), slope.data(),
                       {});
    }
  };

  /// Numbers of both signs and of ordinary size.
  static T wave(std::size_t k, double scale) {
    return static_cast<T>(scale * std::sin(1.0 + 7.0 * static_cast<double>(k)));
  }

  const Design& design_;
  std::deque<Column> columns_;
};

struct Times {
  double run = 0.0, kernels = 0.0, cycles = 0.0;
};

template <class T>
Times time_run(const Design& design) {
  using Clock = std::chrono::steady_clock;
  const auto task = make_task(design);
  Kernels<T> kernels(design);
  Times times;
  std::int64_t counted = 0;
  Clock::time_point resumed;
  const auto on_chunk = [&](std::int64_t cycle, std::int64_t, const Observations&) {
    const auto stopped = Clock::now();
    if (counted > 0) {
      for (std::int64_t n = counted; n < cycle; ++n) kernels.cycle(n);
      times.run += std::chrono::duration<double>(stopped - resumed).count();
      times.kernels += std::chrono::duration<double>(Clock::now() - stopped).count();
      times.cycles += static_cast<double>(cycle - counted);
    }
    counted = cycle;
    resumed = Clock::now();
  };
  SimulateOptions options;
  options.progress = on_chunk;
  simulate(design, fabricate(design), *task, options);
  return times;
}

using Settings = std::vector<std::pair<std::string, std::string>>;

[[noreturn]] void child(bool single, int threads, const std::string& chip, Settings settings, int result) {
  omp_set_num_threads(threads);
  try {
    settings.insert(settings.begin(), {{"chip.precision", single ? "float" : "double"},
                                       {"schedule.train_samples", "2400"},
                                       {"schedule.test_samples", "400"}});
    const Design design = read_design(LEADLAG_CHIPS_DIR "/" + chip + ".yaml",
                                      {{}, std::move(settings), LEADLAG_TECHNOLOGY_DIR});
    const Times times = single ? time_run<float>(design) : time_run<double>(design);
    _exit(write(result, &times, sizeof times) == static_cast<ssize_t>(sizeof times) ? 0 : 1);
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    _exit(1);
  }
}

std::optional<Times> time_in_child(bool single, int threads, const std::string& chip,
                                   const Settings& settings) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return std::nullopt;
  const pid_t process = fork();
  if (process == 0) child(single, threads, chip, settings, ends[1]);
  close(ends[1]);
  Times times;
  const bool read_all =
      process > 0 && read(ends[0], &times, sizeof times) == static_cast<ssize_t>(sizeof times);
  close(ends[0]);
  if (process > 0) waitpid(process, nullptr, 0);
  return read_all ? std::optional(times) : std::nullopt;
}

template <class T>
void fashion_mnist(benchmark::State& state) {
  Times sum;
  for (auto _ : state) {
    const auto times =
        time_in_child(sizeof(T) == sizeof(float), static_cast<int>(state.range(0)), "fashion_mnist_gle",
                      {{"learning.every", state.range(1) != 0 ? "32 samples" : "1000000 samples"}});
    if (!times) return state.SkipWithError("the run failed; is the data set there?");
    state.SetIterationTime(times->run);
    sum.run += times->run, sum.kernels += times->kernels, sum.cycles += times->cycles;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sum.cycles));
  state.counters["outside"] = 1.0 - sum.kernels / sum.run;
  state.counters["kernel_us"] = 1e6 * sum.kernels / sum.cycles;
}

void cases(benchmark::internal::Benchmark* b) {
  b->ArgNames({"threads", "host"})->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(1);
  for (const std::int64_t threads : {1, 2}) b->Args({threads, 1})->Args({threads, 0});
}
BENCHMARK(fashion_mnist<float>)->Apply(cases);
BENCHMARK(fashion_mnist<double>)->Apply(cases);

/// A chip at ideal and at circuit fidelity, one run after the other: fashion_mnist_gle, whose weights a host
/// writes, and fashion_mnist_online, whose cells write their own in every cycle. Registers of 8 bits, rounded
/// stochastically.
void circuit_fidelity(benchmark::State& state, const std::string& chip) {
  const Settings circuit{{"chip.fidelity", "circuit"},
                         {"blocks.readout.range", "16"},
                         {"blocks.weight_register.rounding", "stochastic"},
                         {"blocks.plasticity_cell.offset_removal", "chopped"}};
  Times ideal, real;
  for (auto _ : state) {
    const auto a = time_in_child(true, 1, chip, {}), b = time_in_child(true, 1, chip, circuit);
    if (!a || !b) return state.SkipWithError("the run failed; is the data set there?");
    state.SetIterationTime(b->run);
    ideal.run += a->run, ideal.cycles += a->cycles, real.run += b->run, real.cycles += b->cycles;
  }
  constexpr double synapses = 784.0 * 512.0 + 512.0 * 10.0 + 512.0 + 10.0;
  state.counters["ideal_synapse_cycles/s"] = synapses * ideal.cycles / ideal.run;
  state.counters["synapse_cycles/s"] = synapses * real.cycles / real.run;
  state.counters["of_ideal_speed"] = ideal.run / ideal.cycles / (real.run / real.cycles);
}
void paired(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(3);
}
BENCHMARK_CAPTURE(circuit_fidelity, host, std::string("fashion_mnist_gle"))->Apply(paired);
BENCHMARK_CAPTURE(circuit_fidelity, die, std::string("fashion_mnist_online"))->Apply(paired);

}  // namespace

int sc_main(int argc, char* argv[]) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

int main(int argc, char* argv[]) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}
