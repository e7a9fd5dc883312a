// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "design/design.hpp"
#include "measure/study.hpp"
#include "report/report.hpp"

namespace leadlag {

/// What `leadlag study learning` renders: values only.
struct StudyReport {
  const Design& design;  ///< of the blueprint without a preset
  std::vector<StudyRun> runs;
  std::vector<StudyRow> rows;
  Provenance provenance;
};

std::string study_text(const StudyReport& report);
/// One line per system; SI units, a column per figure of StudyRow.
std::string study_csv(const StudyReport& report);
/// One line per system, seed and point of its learning curve.
std::string study_curves_csv(const StudyReport& report);
std::string study_html(const StudyReport& report);

}  // namespace leadlag
