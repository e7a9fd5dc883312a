// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "design/sections.hpp"
#include "design/values.hpp"

// Rules that need more than one section: legal combinations, nets, time constants.
namespace leadlag {
namespace {

class Rules {
 public:
  explicit Rules(Draft& draft) : draft_(draft), design_(draft.design), chip_(draft.design.chip) {}

  void check() {
    check_chip();
    check_learning();
    check_plastic();
    check_nets();
    check_ordered();
    check_task();
    check_limits();
    for (std::size_t k = 0; k < design_.arrays.size(); ++k) {
      if (draft_.sound(k)) check_time_constants(design_.arrays[k]);
    }
  }

 private:
  void illegal(const std::string& path, const std::string& message) {
    draft_.log.add("illegal-combination", draft_.mark(path), message);
  }
  bool learns() const { return design_.learning.params.system != System::none; }
  bool has_error_filters() const { return leadlag::has_error_filters(design_); }
  bool host() const { return design_.learning.params.update == UpdateBy::host; }
  static std::string instance(const ArrayDesign& array, std::size_t k) {
    return array.size == 1 ? array.name : array.name + "[" + std::to_string(k) + "]";
  }

  void check_chip() {
    if (chip_.schedule == Ordering::ordered && chip_.integration != Integration::euler) {
      illegal("chip.schedule", "schedule: ordered needs integration: euler");
    }
    if (chip_.detail != Detail::structural) return;
    if (chip_.replicas > 1) {
      illegal("chip.detail", "detail: structural models one die, but replicas = " +
                                 std::to_string(chip_.replicas) + "; use detail: tile");
    }
    if (chip_.precision == Precision::float_) {
      illegal("chip.detail", "detail: structural computes in double; precision: float needs detail: tile");
    }
  }

  void check_learning() {
    const LearningParams& p = design_.learning.params;
    for (const std::string key : {"optimiser", "momentum", "every"}) {
      if (!draft_.states("learning." + key) || host()) continue;
      illegal("learning." + key, "learning." + key +
                                     " is the host's, but update: die lets each plasticity cell write "
                                     "its own weight; use update: host");
    }
    if (host() && draft_.states("learning.momentum") && p.optimiser != Optimiser::momentum) {
      illegal("learning.momentum",
              "learning.momentum belongs to optimiser: momentum, not " + std::string(name_of(p.optimiser)));
    }
    if (p.anneal_shape == Anneal::exponential && p.anneal == 0.0) {
      illegal("learning.anneal",
              "anneal_shape: exponential never reaches 0; give anneal a small share such as 1e-4");
    }
    const bool stated_continuous = draft_.states("task.kind") && !design_.task.sampled();
    if (stated_continuous && draft_.states("learning.every") &&
        design_.learning.every_unit == EveryUnit::sample) {
      illegal("learning.every", std::string(name_of(design_.task.params.kind)) +
                                    " is one long sample: count learning.every in ticks, such as 1 tick");
    }
    if (p.system == System::le) check_latent_equilibrium();
  }

  void check_latent_equilibrium() {
    for (const ArrayDesign& array : design_.arrays) {
      if (!array.is_neuron()) continue;
      for (std::size_t k = 0; k < array.neurons().size(); ++k) {
        const auto& n = array.neurons()[k];
        const Time lead = error_lead(design_, n), lag = error_lag(design_, n);
        if (n.tau_r != n.tau_m) {
          illegal("arrays." + array.name + ".tau_r",
                  "system: le needs tau_r = tau_m, but " + instance(array, k) + " has tau_r = " +
                      to_text(n.tau_r) + " and tau_m = " + to_text(n.tau_m) + "; use system: gle");
        } else if (lead != lag && has_error_filters()) {
          illegal("blocks.error_unit", "system: le needs error units with tau_r = tau_m, but that of " +
                                           instance(array, k) + " has tau_r = " + to_text(lag) +
                                           " and tau_m = " + to_text(lead));
        } else {
          continue;
        }
        break;  // one line per array
      }
    }
  }

  void check_plastic() {
    if (!learns() && !design_.learning.plastic.empty()) {
      illegal("learning.plastic", "system: none has no error units to learn from; plastic must be []");
    }
    check_plastic_tau(Plastic::Kind::tau_m, "tau_m", &ProspectiveNeuron::Params::tau_m,
                      design_.learning.tau_m_low);
    check_plastic_tau(Plastic::Kind::tau_r, "tau_r", &ProspectiveNeuron::Params::tau_r,
                      design_.learning.tau_r_low);
  }

  void check_plastic_tau(Plastic::Kind kind, const std::string& name, Time ProspectiveNeuron::Params::*member,
                         const std::optional<Time>& low) {
    const auto& plastic = design_.learning.plastic;
    const bool tau =
        std::any_of(plastic.begin(), plastic.end(), [&](const Plastic& p) { return p.kind == kind; });
    if (tau && chip_.detail != Detail::tile) {
      illegal("learning.plastic", "a plastic " + name + " needs chip.detail: tile, not structural");
    }
    if (tau && !host()) {
      illegal("learning.plastic",
              "a plastic " + name + " needs learning.update: host; no block on the die writes it");
    }
    if (!low) return;
    const std::string key = name + "_low";
    const Node* list = draft_.section("learning").find("plastic");
    const bool misspelt = list != nullptr && list->items.size() != plastic.size();
    if (!tau && !misspelt) {
      illegal("learning." + key,
              key + " bounds a plastic " + name + ", but plastic lists none (ARRAY." + name + ")");
    }
    for (const Plastic& p : plastic) {
      if (p.kind != kind || !draft_.sound(p.index)) continue;
      const ArrayDesign& array = design_.arrays[p.index];
      for (std::size_t k = 0; k < array.size; ++k) {
        const Time start = array.neurons()[k].*member;
        if (start >= *low) continue;
        draft_.log.add("out-of-range", draft_.mark("learning." + key),
                       key + " = " + to_text(*low) + " is above " + name + " = " + to_text(start) + " of " +
                           instance(array, k) + ", where learning starts");
        break;
      }
    }
  }

  // -------------------------------------------------------------------------------------------- nets
  void check_nets() {
    const auto& crossbars = design_.crossbars;
    bool all_resolved = std::none_of(draft_.broken.begin(), draft_.broken.end(), [](bool b) { return b; });
    for (std::size_t k = 0; k < crossbars.size(); ++k) {
      const CrossbarDesign& c = crossbars[k];
      all_resolved = all_resolved && c.from != unresolved && c.to != unresolved;
      if (c.from == unresolved || c.to == unresolved) continue;
      for (std::size_t j = 0; j < k; ++j) {
        if (crossbars[j].from != c.from || crossbars[j].to != c.to) continue;
        draft_.log.add("doubly-driven", Mark{c.at, draft_.mark("crossbars." + c.name).setting},
                       "crossbar '" + c.name + "' drives '" + design_.arrays[c.to].name + "' from '" +
                           design_.arrays[c.from].name + "', as crossbar '" + crossbars[j].name +
                           "' in line " + std::to_string(crossbars[j].at.line) +
                           " does: one crosspoint has one driver");
        break;
      }
    }
    if (!all_resolved || crossbars.empty() || design_.learning.output == unresolved) return;
    for (std::size_t k = 0; k < design_.arrays.size(); ++k) check_net(k);
  }

  void check_net(std::size_t k) {
    const ArrayDesign& array = design_.arrays[k];
    const auto& crossbars = design_.crossbars;
    const bool driven =
        std::any_of(crossbars.begin(), crossbars.end(), [&](const auto& c) { return c.to == k; });
    bool read = std::any_of(crossbars.begin(), crossbars.end(), [&](const auto& c) { return c.from == k; });
    for (const ArrayDesign& a : design_.arrays) read = read || (a.is_low_pass() && a.source == k);
    const Mark mark = draft_.mark("arrays." + array.name);
    if (array.has_drive() && !driven) {
      draft_.log.add("dangling-net", mark,
                     "no crossbar drives '" + array.name + "': its summing nodes float");
    }
    if (!read && !(array.has_drive() && k == design_.learning.output)) {
      std::string why = "nothing reads the rates of '" + array.name + "'";
      if (array.has_drive()) {
        why += ", and the output is '" + design_.arrays[design_.learning.output].name + "' (learning.output)";
      }
      draft_.log.add("dangling-net", mark, why);
    }
  }

  void check_ordered() {
    if (chip_.schedule != Ordering::ordered) return;
    if (const std::string name = recurrent_array(draft_); !name.empty()) {
      illegal("chip.schedule", "schedule: ordered needs arrays without loops, but the rates of '" + name +
                                   "' return to it; use schedule: registered");
    }
    for (const ArrayDesign& array : design_.arrays) {
      if (array.is_low_pass()) {
        illegal("chip.schedule", "schedule: ordered has no registers, but the low-pass filters of '" +
                                     array.name + "' have one each; use schedule: registered");
      }
      if (!array.is_neuron()) continue;
      const auto nudged = std::any_of(array.neurons().begin(), array.neurons().end(),
                                      [](const auto& n) { return n.nudging != 0.0; });
      if (!nudged) continue;
      illegal("chip.schedule", "schedule: ordered has no register to break the loop of nudging, but '" +
                                   array.name + "' has nudging; use schedule: registered or nudging: 0");
    }
  }

  // -------------------------------------------------------------------------------------------- time
  // constants
  void check_time_constants(const ArrayDesign& array) {
    if (array.is_neuron()) check_lag(array);
    if (chip_.integration != Integration::euler || array.is_continuous()) return;
    if (array.is_low_pass()) {
      const auto& filters = std::get<1>(array.blocks);
      check_steps(array, "tau_s", filters.size(), [&](std::size_t k) { return filters[k].tau_s; });
    } else if (array.is_neuron()) {
      const auto& n = array.neurons();
      check_steps(array, "tau_m", n.size(), [&](std::size_t k) { return n[k].tau_m; });
      if (!has_error_filters()) return;
      check_steps(array, "tau_r of the error unit", n.size(),
                  [&](std::size_t k) { return error_lag(design_, n[k]); });
    }
  }

  template <class Tau>
  void check_steps(const ArrayDesign& array, const std::string& name, std::size_t size, Tau&& tau) {
    const Time tick = chip_.period();
    for (std::size_t k = 0; k < size; ++k) {
      // A tick of exactly tau, as in the papers, may differ from it by the rounding of 1 / clock.
      if (tau(k).si == 0.0 || tick.si <= tau(k).si * (1.0 + 1e-12)) continue;
      const bool error_unit = name.find(' ') != std::string::npos;
      const bool own = error_unit && design_.blocks.error_tau_r.has_value();
      illegal(own ? "blocks.error_unit.tau_r" : "arrays." + array.name + "." + (error_unit ? "tau_r" : name),
              "integration: euler needs tick <= " + name + ", but the tick is " + to_text(tick) + " (clock " +
                  to_text(chip_.clock) + ") and " + (error_unit ? "that of " : "") + instance(array, k) +
                  " has " + to_text(tau(k)));
      return;
    }
  }

  void check_lag(const ArrayDesign& array) {
    if (!has_error_filters()) return;
    for (std::size_t k = 0; k < array.neurons().size(); ++k) {
      if (error_lag(design_, array.neurons()[k]).si > 0.0) continue;
      const std::string pole =
          to_text(parasitic_pole(design_.technology, design_.blocks.error_unit.adder_bias), 3);
      draft_.log.add(
          "no-lag", draft_.mark("arrays." + array.name + ".tau_r"),
          "tau_r = 0 makes the error unit of " + instance(array, k) +
              " a pure differentiator, bounded only by its adder's parasitic pole tau_p = " + pole +
              "; give blocks.error_unit.tau_r, or " + array.name + " a tau_r, of " + pole + " or more");
      return;
    }
  }

  // -------------------------------------------------------------------------------------------- task, limits
  void check_task() {
    if (!draft_.states("task.kind") || design_.learning.output == unresolved) return;
    const TaskKind kind = design_.task.params.kind;
    const bool generated = kind == TaskKind::series && design_.task.params.data.empty();
    if (kind != TaskKind::lag_line && kind != TaskKind::lag_net && !generated) return;
    if (std::find(draft_.broken.begin(), draft_.broken.end(), true) != draft_.broken.end()) return;
    const std::string name(generated ? name_of(design_.task.params.generated) : name_of(kind));
    if (design_.inputs() != 1) {
      draft_.log.add(
          "size-mismatch", draft_.mark("task.kind"),
          name + " has 1 input, but the input_driver arrays have " + std::to_string(design_.inputs()));
    }
    const ArrayDesign& output = design_.arrays[design_.learning.output];
    const std::size_t outputs = generated ? 10 : 1;
    if (output.has_drive() && output.size != outputs) {
      draft_.log.add("size-mismatch", draft_.mark("task.kind"),
                     name + (generated ? " has 10 classes" : " has 1 output") + ", but '" + output.name +
                         "' has " + std::to_string(output.size) + (generated ? " neurons" : ""));
    }
  }

  void check_limits() {
    if (!draft_.states("task.kind")) return;
    const bool images = design_.task.sampled();
    for (const Limit& limit : design_.limits) {
      const bool accuracy = limit.measurement.ends_with("_accuracy") || limit.measurement == "control_margin";
      if (images && limit.measurement == "control_margin" && design_.controls.empty()) {
        illegal("limits.control_margin", "control_margin needs controls: to compare with");
      }
      const bool error = limit.measurement.ends_with("final_mse");
      if (!(accuracy && !images) && !(error && images)) continue;
      illegal("limits." + limit.measurement, "task " + std::string(name_of(design_.task.params.kind)) +
                                                 " measures " + (images ? "test_accuracy" : "final_mse") +
                                                 ", not " + limit.measurement);
    }
  }

  Draft& draft_;
  const Design& design_;
  const ChipParams& chip_;
};

}  // namespace

void check_rules(Draft& draft) {
  check_coupling(draft);
  check_physics(draft);
  check_fixed(draft);
  check_window(draft);
  check_wires(draft);
  Rules(draft).check();
  check_circuit(draft);
  check_ranges(draft);
}

}  // namespace leadlag
