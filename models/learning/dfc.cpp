// SPDX-License-Identifier: Apache-2.0
#include "learning/dfc.hpp"

namespace leadlag {

std::vector<std::string> Dfc::objections(const ForwardChip& chip, const Params&) {
  return feedback_control_objections(chip, "deep feedback control");
}

Circuit Dfc::draw(const ForwardChip& chip, const Params& p) {
  ControlAim aim;
  aim.step = p.lambda;
  return draw_feedback_control(chip, p, aim);
}

}  // namespace leadlag
