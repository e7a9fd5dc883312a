// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "design/design.hpp"
#include "measure/robustness.hpp"
#include "report/report.hpp"

namespace leadlag {

/// What `leadlag study robustness` renders: values only.
struct RobustnessReport {
  const Design& design;
  std::vector<RobustnessRun> runs;
  std::vector<RobustnessPoint> points;
  Provenance provenance;
};

std::string robustness_text(const RobustnessReport& report);
/// One line per run.
std::string robustness_csv(const RobustnessReport& report);
std::string robustness_html(const RobustnessReport& report);

}  // namespace leadlag
