// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "design/design.hpp"
#include "measure/findings.hpp"
#include "measure/measurements.hpp"
#include "measure/observations.hpp"

namespace leadlag {

/// What a result depends on, written into every file. Threads never change a result; they are named all the
/// same.
struct Provenance {
  std::string version, blueprint, hash;
  std::int64_t seed = 0;
  std::string tick, options;
  int threads = 1;
};
Provenance provenance_of(const Design& design, int threads);
/// "# leadlag 0.1.0, blueprint chip.yaml (9f..), seed 1, tick 1 us, options none": the first line of every
/// CSV and VCD.
std::string provenance_line(const Provenance& p);

/// A run of the same blueprint with something changed that must fail or fall behind.
struct ControlResult {
  std::string name, settings;
  std::map<std::string, double> values;  ///< test_accuracy or final_mse, as measurement_table names them
  std::vector<CurvePoint> curve;         ///< without parameters
};

/// Everything the reports render: values only, nothing is computed from here on.
struct Report {
  const Design& design;
  const Measurements& measurements;
  const Observations& seen;
  std::vector<Finding> findings;
  std::vector<ControlResult> controls;
  Provenance provenance;
};

std::string text_report(const Report& report);
/// Documented in docs/report_keys.md; "schema" is its version.
std::string json_report(const Report& report);
/// One self-contained page: everything of text_report with charts, waveforms, json_report and the blueprint.
std::string html_report(const Report& report);
std::string timing_csv(const Report& report);
std::string energy_csv(const Report& report);
std::string learning_csv(const Report& report);
/// Every number of a technology with its source, or "assumed".
std::string technology_text(const Technology& technology);
/// Findings as aligned lines, for `leadlag check` and report.txt.
std::string findings_text(const std::vector<Finding>& findings, const Design& design);

}  // namespace leadlag
