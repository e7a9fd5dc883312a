// SPDX-License-Identifier: Apache-2.0
// Measurements of blocks that are taken out of their chip and stand side by side on one bench.
#include <omp.h>

#include "app/bench_report.hpp"
#include "app/commands.hpp"
#include "app/progress.hpp"

namespace leadlag {
namespace {

BenchReport measured(const TestbenchOptions& o, const NeuronRow& row) {
  Rig rig(row.design, row.die);
  rig.watch = [](std::int64_t) { throw_if_interrupted(); };
  if (o.kind == BenchKind::settle) return settle_report(row, measure_settling(rig, row, o.settle));
  if (o.kind == BenchKind::linearity) return linearity_report(row, measure_linearity(rig, row, o.linearity));
  return noise_report(row, measure_noise(rig, row, o.noise));
}

BenchReport measured(const DieRow& dies) {
  Rig rig(dies.row.design, dies.row.die);
  rig.watch = [](std::int64_t) { throw_if_interrupted(); };
  return mismatch_report(dies, measure_mismatch(rig, dies));
}

BenchReport measured(const RetentionRow& row, Progress& progress) {
  Rig rig(row.design, row.die);
  rig.watch = [](std::int64_t) { throw_if_interrupted(); };
  const auto show = [&](std::int64_t done, std::int64_t all) {
    progress.show("cells of " + row.chip->chip.name, done, all, "");
  };
  return retention_report(row, measure_retention(rig, row, show));
}

}  // namespace

int row_testbench(const TestbenchCommand& command, const TestbenchOptions& options) {
  const Design design = read_design(command.blueprint, command.read);
  catch_interruption();
  omp_set_num_threads(1);
  // What is wrong with the device is said before a folder is made.
  const auto finished = [&](auto&& device, auto&&... more) {
    const OutputFolder out(command.out, "report.json");
    return finish_testbench(command, measured(more..., device), design, out);
  };
  if (options.kind == BenchKind::retention) {
    const RetentionRow row = make_retention_row(design, options.retention);
    Progress progress(!command.quiet);
    const OutputFolder out(command.out, "report.json");
    const BenchReport report = measured(row, progress);
    progress.finish();
    return finish_testbench(command, report, design, out);
  }
  refuse_circuit(design);
  if (options.kind == BenchKind::mismatch)
    return finished(make_die_row(design, options.ends.of, options.mismatch));
  return finished(options.kind == BenchKind::noise ? noisy_row(design, options.ends.of)
                                                   : make_row(design, options.ends.of),
                  options);
}

}  // namespace leadlag
