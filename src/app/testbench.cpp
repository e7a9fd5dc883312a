// SPDX-License-Identifier: Apache-2.0
#include "app/testbench.hpp"

#include <omp.h>

#include <iostream>

#include "app/bench_report.hpp"
#include "app/commands.hpp"
#include "app/progress.hpp"
#include "design/diagnostic.hpp"

namespace leadlag {

void refuse_circuit(const Design& design) {
  if (!design.has_circuit()) return;
  throw DesignError(design.file,
                    {{"illegal-combination", design.learning.at,
                      "system: " + std::string(name_of(design.learning.params.system)) +
                          " moves through the phases of a sequencer, and a response to one pin has no "
                          "reference here; use "
                          "leadlag testbench gradient, or look at its signals with trace: and leadlag run",
                      ""}});
}

int finish_testbench(const TestbenchCommand& command, const BenchReport& report, const Design& design,
                     const OutputFolder& out) {
  const std::string missing = write_bench_report(report, design, out);
  out.publish();
  std::cout << report.subject << ", against " << report.reference << "\n"
            << findings_text(report.findings, design) << missing << "report in " << command.out
            << "/report.html and report.txt\n";
  return all_met(report.findings) ? exit_met : exit_violated;
}

namespace {

Subject subject_of(const TestbenchOptions& o, const Design& design) {
  if (o.kind == BenchKind::gradient) return learning_chip(design);
  refuse_circuit(design);
  // A generator is analog; a step is an edge.
  Subject s =
      make_subject(design, o.ends, o.kind == BenchKind::step ? Reconstruction::hold : Reconstruction::ramp);
  const bool relu = s.alone && s.design.arrays[s.array].neurons()[s.unit].activation == Activation::relu;
  s.offset = o.offset.value_or(relu ? 0.5 : 0.0);
  return s;
}

BenchReport measured(const TestbenchOptions& o, const Subject& s, Progress& progress) {
  // What is wrong with the range or the operating point is said before anything is elaborated.
  const Sweep sweep = o.kind == BenchKind::ac ? make_sweep(s, o.ac) : Sweep{};
  if (o.kind != BenchKind::gradient) operating_point(s, reference_network(s.design, s.die).network);
  Rig rig(s.design, s.die);
  std::size_t done = 0;
  const std::size_t all = std::max<std::size_t>(1, sweep.frequencies.size());
  rig.watch = [&](std::int64_t) {
    throw_if_interrupted();
    if (o.kind == BenchKind::ac)
      progress.show(s.name, static_cast<std::int64_t>(done), static_cast<std::int64_t>(all), "");
  };
  switch (o.kind) {
    case BenchKind::ac:
      return ac_report(s, sweep, measure_response(rig, s, sweep, o.ac, [&](std::size_t k) { done = k; }));
    case BenchKind::step:
      return step_report(s, measure_step(rig, s, o.step));
    case BenchKind::chirp:
      return chirp_report(s, measure_chirp(rig, s, o.chirp));
    case BenchKind::gradient:
    case BenchKind::spice:   // has a command of its own
    case BenchKind::settle:  // of a row of neurons or of cells
    case BenchKind::linearity:
    case BenchKind::noise:
    case BenchKind::retention:
    case BenchKind::mismatch:
      break;
  }
  return gradient_report(s, measure_gradient(rig, s, o.gradient), o.min_cosine);
}

/// A circuit that cannot be measured is a result: it has no rest, or its signals leave the finite numbers.
BenchReport unmeasured(const TestbenchOptions& o, const Subject& s, const std::string& what,
                       const std::string& why) {
  BenchReport r;
  r.kind = name_of(o.kind), r.subject = s.name, r.reference = "none";
  r.findings = {{"testbench", what, s.seen_name, "finite", why, "", Verdict::violated, s.at}};
  return r;
}

}  // namespace

int testbench_command(const TestbenchCommand& command) {
  const TestbenchOptions options = read_testbench_options(command);
  if (options.kind == BenchKind::spice) return spice_testbench(command, options);
  if (options.sweep) return gradient_sweep(command, options);
  if (options.kind >= BenchKind::settle) return row_testbench(command, options);
  const Design design = read_design(command.blueprint, command.read);
  const Subject subject = subject_of(options, design);
  const OutputFolder out(command.out, "report.json");
  Progress progress(!command.quiet);
  catch_interruption();
  omp_set_num_threads(1);
  BenchReport report;
  try {
    report = measured(options, subject, progress);
  } catch (const sc_core::sc_report& e) {
    const std::string type = e.get_msg_type(), where = e.get_msg();
    if (type != "leadlag/non-finite" && type != "leadlag/loop") throw;
    report = unmeasured(
        options, subject, "signals",
        type == "leadlag/loop" ? "no solution of the loop " + where : "infinite or not a number in " + where);
  } catch (const DesignError&) {
    throw;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::runtime_error& e) {  // an oracle's
    report = unmeasured(options, subject, "reference", e.what());
  }
  progress.finish();
  return finish_testbench(command, report, design, out);
}

}  // namespace leadlag
