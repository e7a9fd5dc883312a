// SPDX-License-Identifier: Apache-2.0
// leadlag export verilog: a digital chip as a tile of rtl_ref that checks itself.
#include <cmath>
#include <filesystem>
#include <iostream>

#include "app/commands.hpp"
#include "app/output_folder.hpp"
#include "app/testbench.hpp"
#include "benches/rig.hpp"
#include "benches/spice_bench.hpp"
#include "design/die.hpp"
#include "measure/digital.hpp"
#include "spice/tool.hpp"
#include "synth/tile_export.hpp"

namespace leadlag {
namespace {

constexpr std::int64_t default_ticks = 500;

class TileRecorder {
 public:
  TileRecorder(const Design& design, const Die& die)
      : design_(design), at_(tile_arrays(design)), rig_(design, die) {}

  TileRun record(const Stimulus& stimulus) {
    TileRun run;
    rig_.reset();
    run.first = weights();
    for (std::size_t n = 0; n < stimulus.cycles(); ++n) {
      TileRun::Tick t;
      for (std::size_t k = 0; k < rig_.x.size(); ++k)
        rig_.x[k] = stimulus.x[n][k], t.rates.push_back(word(rig_.x[k]));
      for (std::size_t k = 0; k < rig_.target.size(); ++k) {
        t.targets.push_back(word(stimulus.target[n][k]));
        rig_.target[k] = fixed::value(t.targets.back(), design_.words.signal_fraction);
      }
      t.learn = stimulus.learn[n] > 0.0;
      rig_.target_on = true, rig_.learn = t.learn, rig_.eta = design_.learning.params.rate;
      rig_.cycle();
      t.hidden_error = signals(at_.hidden, "error"), t.error = signals(at_.output, "error");
      t.hidden_rate = signals(at_.hidden, "rate"), t.rate = signals(at_.output, "rate");
      run.ticks.push_back(std::move(t));
    }
    run.last = weights();
    return run;
  }

 private:
  std::int64_t word(double x) const { return fixed::quantise(x, design_.words.signal()); }
  std::vector<std::int64_t> signals(std::size_t array, const char* signal) const {
    std::vector<std::int64_t> words;
    for (std::size_t i = 0; i < design_.arrays[array].size; ++i)
      words.push_back(word(rig_.read(array, i, signal)));
    return words;
  }
  std::vector<double> group(const std::string& name) {
    const auto& groups = rig_.chip().groups();
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (groups[g].name != name) continue;
      std::vector<double> values(groups[g].size);
      rig_.chip().read(g, values);
      return values;
    }
    return {};
  }
  std::vector<std::int64_t> weights() {
    const std::string &first = design_.crossbars[at_.first].name,
                      &second = design_.crossbars[at_.second].name;
    return tile_weights(design_, group(first), group(first + ".bias"), group(second),
                        group(second + ".bias"));
  }

  const Design& design_;
  TileArrays at_;
  Rig rig_;
};

}  // namespace

int export_verilog_command(const TestbenchCommand& command) {
  for (const auto& [name, value] : command.options) {
    if (name != "cycles") throw UsageError("--" + name + " does not belong to leadlag export verilog");
  }
  const TestbenchOptions options = read_testbench_options(command);
  const Design design = read_design(command.blueprint, command.read);
  tile_arrays(design);
  const Die die = fabricate(design);
  const OutputFolder out(command.out, "tile.sv");
  const TileRun run =
      TileRecorder(design, die).record(task_stimulus(design, options.spice.cycles.value_or(default_ticks)));
  const Frequency clock = digital_figures(design, die).clock;
  std::string files;
  out.subfolder("rtl");
  for (const auto& entry : std::filesystem::directory_iterator(rtl_folder())) {
    if (entry.path().extension() != ".sv") continue;
    const std::string name = "rtl/" + entry.path().filename().string();
    out.write(name, file_contents(entry.path().string()));
    if (name != "rtl/leadlag_pkg.sv") files += name + "\n";
  }
  out.write("files.f", "rtl/leadlag_pkg.sv\n" + files + "tile.sv\n");
  for (const auto& [name, text] :
       tile_files(design, die, run, clock > Frequency{} ? 1.0 / clock : Time{20e-9})) {
    out.write(name, text);
  }
  out.publish();
  std::cout << run.ticks.size() << " ticks, " << run.first.size() << " weights; run it: sh " << command.out
            << "/run.sh\n";
  return exit_met;
}

}  // namespace leadlag
