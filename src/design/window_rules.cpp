// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "design/sections.hpp"
#include "units/text.hpp"

// Rules of VLE exact and BPTT: what can be recorded and replayed, and who fits the window.
namespace leadlag {
namespace {

class WindowRules {
 public:
  explicit WindowRules(Draft& draft) : draft_(draft), design_(draft.design) {}

  void check() {
    const LearningParams& p = design_.learning.params;
    if (!runs_backwards(p.system)) {
      if (!draft_.states("learning.window")) return;
      illegal("learning.window", "learning.window belongs to systems: vle_exact and bptt, not " +
                                     std::string(name_of(p.system)));
      return;
    }
    if (p.system == System::bptt) check_host();
    if (design_.chip.detail != Detail::tile) {
      illegal("chip.detail", system_ + " needs chip.detail: tile, not structural");
    }
    for (const std::string key : {"tau_m", "tau_r"}) {
      if (!draft_.states("blocks.error_unit." + key)) continue;
      illegal(
          "blocks.error_unit." + key,
          (p.system == System::bptt ? system_ + " has no error units on the die; leave "
                                    : "error units of " + system_ +
                                          " run backwards with their neuron's own time constants; leave ") +
              key + " out");
    }
    for (std::size_t a = 0; a < design_.arrays.size(); ++a) {
      if (draft_.sound(a)) check_array(design_.arrays[a]);
    }
    check_steps(p.window);
  }

 private:
  /// A host that computes all of it: what it must be told, and what it cannot reach.
  void check_host() {
    if (design_.learning.params.update != UpdateBy::host) {
      illegal(draft_.states("learning.update") ? "learning.update" : "learning.system",
              "system: bptt computes weights beside the die; use update: host");
    }
    for (const Plastic& plastic : design_.learning.plastic) {
      if (plastic.kind == Plastic::Kind::weights) continue;
      illegal("learning.plastic", "system: bptt writes weights and biases only; the time constants of '" +
                                      design_.arrays[plastic.index].name + "' cannot be plastic");
    }
    const HostLink::Params& link = design_.blocks.host_link;
    if (HostLink::capacity(link, design_.chip.period()) < 1) {
      illegal("blocks.host_link.clock", "the host link moves less than a bit in a clock cycle of the die: " +
                                            std::to_string(link.width) + " wires at " + to_text(link.clock) +
                                            ", chip.clock " + to_text(design_.chip.clock));
    }
  }

  void check_array(const ArrayDesign& array) {
    const std::string path = "arrays." + array.name;
    if (array.is_low_pass()) {
      illegal(path, system_ + " has no way back through the low-pass filters of '" + array.name + "'");
    }
    if (array.is_continuous()) {
      illegal(path, system_ + " records at clock edges, but '" + array.name + "' has coupling: continuous");
    }
    if (array.is_neuron() && std::any_of(array.neurons().begin(), array.neurons().end(),
                                         [](const auto& n) { return n.nudging != 0.0; })) {
      illegal(path + ".nudging", system_ + " has no errors while it records, but '" + array.name +
                                     "' has nudging; use nudging: 0");
    }
  }

  void check_steps(std::int64_t window) {
    const LearningDesign& learning = design_.learning;
    const std::string cycles = std::to_string(window);
    if (!design_.task.sampled()) {
      if (learning.every % window == 0 || learning.params.update != UpdateBy::host) return;
      illegal(draft_.states("learning.every") ? "learning.every" : "learning.window",
              "a host can step at the end of a window only: learning.every must be a multiple of "
              "learning.window, " +
                  cycles + " ticks");
      return;
    }
    const std::int64_t length = design_.schedule.plasticity.to - design_.schedule.plasticity.from;
    if (length % window == 0) return;
    illegal("learning.window", "plasticity is on for " + std::to_string(length) +
                                   " cycles of a sample, which learning.window, " + cycles +
                                   " cycles, does not divide");
  }

  void illegal(const std::string& path, const std::string& message) {
    draft_.log.add("illegal-combination", draft_.mark(path), message);
  }

  Draft& draft_;
  const Design& design_;
  const std::string system_ = "system: " + std::string(name_of(design_.learning.params.system));
};

}  // namespace

void check_window(Draft& draft) { WindowRules(draft).check(); }

}  // namespace leadlag
