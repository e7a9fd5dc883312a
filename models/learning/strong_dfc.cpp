// SPDX-License-Identifier: Apache-2.0
#include "learning/strong_dfc.hpp"

namespace leadlag {

std::vector<std::string> StrongDfc::objections(const ForwardChip& chip, const Params& p) {
  auto all = feedback_control_objections(chip, "Strong-DFC");
  if (p.target_value < 1.0 && chip.arrays[chip.output].size < 2)
    all.emplace_back("strong_dfc.target_value below 1 needs two outputs or more to share what is left");
  if (p.phases == ControlPhases::single && p.sleep > 0)
    all.emplace_back("strong_dfc.phases: single has no sleep phase; leave strong_dfc.sleep out");
  return all;
}

Circuit StrongDfc::draw(const ForwardChip& chip, const Params& p) {
  ControlAim aim;
  aim.label = true;
  aim.high = p.target_value;
  const double others = static_cast<double>(chip.arrays[chip.output].size) - 1.0;
  aim.low = p.target_value < 1.0 ? (1.0 - p.target_value) / others : 0.0;
  aim.single_phase = p.phases == ControlPhases::single;
  aim.tau_high_pass = p.tau_high_pass;
  return draw_feedback_control(chip, p, aim);
}

}  // namespace leadlag
