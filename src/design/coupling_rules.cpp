// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>

#include "design/sections.hpp"
#include "design/values.hpp"

// Rules of analog islands: what may be continuous, and how its loops may close.
namespace leadlag {
namespace {

class CouplingRules {
 public:
  explicit CouplingRules(Draft& draft) : draft_(draft), design_(draft.design), chip_(draft.design.chip) {}

  void check() {
    check_adaptation();
    bool any = false;
    for (std::size_t a = 0; a < design_.arrays.size(); ++a) {
      any = any || (draft_.sound(a) && design_.arrays[a].is_continuous());
    }
    if (!any) {
      for (const std::string key : {"chip.ticks_per_clock", "chip.loops"}) {
        if (!draft_.states(key) || (key == "chip.ticks_per_clock" && chip_.ticks_per_clock == 1)) continue;
        illegal(key, key + " belongs to analog islands, but no array has coupling: continuous");
      }
      return;
    }
    if (chip_.integration == Integration::euler) {
      illegal("chip.integration",
              "integration: euler steps from clock edge to clock edge; analog islands "
              "(coupling: continuous) need integration: exact");
    }
    if (chip_.schedule == Ordering::ordered) {
      illegal("chip.schedule",
              "schedule: ordered is for chips without analog islands, which order their "
              "signals themselves; use schedule: registered");
    }
    for (const CrossbarDesign& c : design_.crossbars) check_one_tile(c);
    if (chip_.loops == Loops::parasitic_pole) {
      check_poles();
    } else if (chip_.precision == Precision::float_ && has_island_loop()) {
      illegal("chip.precision",
              "precision: float cannot close the loops of an analog island to 1e-12 of full "
              "scale; use precision: double, or loops: parasitic_pole");
    }
  }

 private:
  /// An adaptation current is a capacitor more in the neuron, stepped as a pole of an analog island.
  void check_adaptation() {
    for (std::size_t a = 0; a < design_.arrays.size(); ++a) {
      const ArrayDesign& array = design_.arrays[a];
      if (!draft_.sound(a) || !array.is_neuron()) continue;
      const auto adapting = std::count_if(array.neurons().begin(), array.neurons().end(),
                                          [](const auto& n) { return n.adapts(); });
      const std::string path = "arrays." + array.name + ".tau_a";
      if (adapting == 0) continue;
      if (!array.is_continuous()) {
        illegal(path,
                "an adaptation current (tau_a) leads between clock edges: it needs coupling: continuous");
      } else if (static_cast<std::size_t>(adapting) != array.size) {
        illegal(path, "either every neuron of '" + array.name + "' has a tau_a or none");
      } else {
        check_adaptation_tick(array, path);
      }
    }
  }
  void check_adaptation_tick(const ArrayDesign& array, const std::string& path) {
    const auto fastest = std::min_element(array.neurons().begin(), array.neurons().end(),
                                          [](const auto& x, const auto& y) { return x.tau_a < y.tau_a; });
    const Time tick = chip_.island_tick();
    if (tick.si <= fastest->tau_a.si / 5.0 * (1.0 + 1e-12)) return;
    illegal(path, "tau_a needs tick <= tau_a / 5, but the tick is " + to_text(tick, 3) + " and tau_a is " +
                      to_text(fastest->tau_a, 3) + "; use ticks_per_clock: " +
                      std::to_string(
                          static_cast<std::int64_t>(std::ceil(5.0 * (chip_.period() / fastest->tau_a)))) +
                      " or more");
  }

  /// An analog island lies within one tile: only sampled signals travel between tiles.
  void check_one_tile(const CrossbarDesign& c) {
    if (!draft_.sound(c.from) || !draft_.sound(c.to) || c.tile.rows == 0) return;
    const ArrayDesign &from = design_.arrays[c.from], &to = design_.arrays[c.to];
    if (!from.is_continuous() || !to.is_continuous()) return;
    if (to.size <= c.tile.rows && from.size <= c.tile.columns) return;
    illegal("crossbars." + c.name + ".tile",
            "crossbar '" + c.name + "' joins two continuous arrays, so one tile must hold its " +
                std::to_string(to.size) + "x" + std::to_string(from.size) + " synapses, not " +
                std::to_string(c.tile.rows) + "x" + std::to_string(c.tile.columns) +
                "; or give one of the arrays coupling: sampled");
  }

  void check_poles() {
    const Time tick = chip_.island_tick();
    const auto check = [&](const std::string& path, const std::string& what, Current bias) {
      const Time pole = parasitic_pole(design_.technology, bias);
      if (tick.si <= pole.si / 5.0 * (1.0 + 1e-12)) return;
      illegal(path, "loops: parasitic_pole needs tick <= tau_p / 5, but the tick is " + to_text(tick, 3) +
                        " and tau_p of " + what + " is " + to_text(pole, 3) + "; use ticks_per_clock: " +
                        std::to_string(static_cast<std::int64_t>(std::ceil(5.0 * (chip_.period() / pole)))) +
                        " or more");
    };
    for (const ArrayDesign& array : design_.arrays) {
      if (!array.is_neuron() || !array.is_continuous() || array.neurons().empty()) continue;
      Current fastest{};
      for (const auto& n : array.neurons()) fastest = std::max(fastest, n.adder_bias);
      check("chip.ticks_per_clock", "the adders of '" + array.name + "'", fastest);
    }
    if (has_error_filters(design_)) {
      check("chip.ticks_per_clock", "the error units' adders", design_.blocks.error_unit.adder_bias);
    }
  }

  bool has_island_loop() const {
    const bool nudged = std::any_of(design_.arrays.begin(), design_.arrays.end(), [&](const ArrayDesign& a) {
      if (!a.is_neuron() || !a.is_continuous()) return false;
      return std::any_of(a.neurons().begin(), a.neurons().end(),
                         [](const auto& n) { return n.nudging != 0.0; });
    });
    return (nudged && (design_.learning.params.system != System::none)) ||
           !recurrent_array(draft_, true).empty();
  }

  void illegal(const std::string& path, const std::string& message) {
    draft_.log.add("illegal-combination", draft_.mark(path), message);
  }

  Draft& draft_;
  const Design& design_;
  const ChipParams& chip_;
};

}  // namespace

void check_coupling(Draft& draft) { CouplingRules(draft).check(); }

bool has_error_filters(const Design& design) {
  return design.learning.params.system != System::none &&
         design.learning.params.errors == ErrorPath::prospective;
}

std::string recurrent_array(const Draft& draft, bool in_islands) {
  const auto& arrays = draft.design.arrays;
  std::vector<int> state(arrays.size(), 0);  // 0 new, 1 on the path, 2 done
  std::string found;
  const std::function<void(std::size_t)> visit = [&](std::size_t at) {
    state[at] = 1;
    const auto follow = [&](std::size_t to) {
      if (state[to] == 1 && found.empty()) found = arrays[to].name;
      if (state[to] == 0) visit(to);
    };
    const auto counts = [&](std::size_t to) {
      return draft.sound(to) && (!in_islands || (arrays[at].is_continuous() && arrays[to].is_continuous()));
    };
    for (const CrossbarDesign& c : draft.design.crossbars) {
      if (c.from == at && counts(c.to)) follow(c.to);
    }
    for (std::size_t k = 0; k < arrays.size(); ++k) {
      if (arrays[k].is_low_pass() && arrays[k].source == at && counts(k)) follow(k);
    }
    state[at] = 2;
  };
  for (std::size_t k = 0; k < arrays.size(); ++k) {
    if (draft.sound(k) && state[k] == 0) visit(k);
  }
  return found;
}

}  // namespace leadlag
