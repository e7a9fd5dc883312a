// SPDX-License-Identifier: Apache-2.0
#include "spice/deck.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "arrays/circuit.hpp"
#include "design/diagnostic.hpp"
#include "design/values.hpp"
#include "spice/deck_text.hpp"

namespace leadlag {
namespace {

/// Everything of a chip that has no subcircuit, as a designer can mend it.
class Objections {
 public:
  Objections(const Design& design, SpiceLevel level)
      : d_(design), transistors_(level == SpiceLevel::transistor) {}

  std::vector<Diagnostic> list() {
    const std::string system = "system: " + std::string(name_of(d_.learning.params.system));
    if (d_.has_circuit()) {
      const std::set<std::string> missing = blocks_without_subcircuit();
      if (!missing.empty())
        object("illegal-combination", d_.learning.at,
               system +
                   " has blocks without a SPICE subcircuit: " + joined({missing.begin(), missing.end()}) +
                   (missing.contains("noise_source")
                        ? "; feedback weights that do not learn (sleep: 0) need no noise"
                        : "; legal: none, le, gle, dfc"));
    } else if (d_.learning.params.system != System::none && d_.learning.params.system != System::le &&
               d_.learning.params.system != System::gle) {
      object("illegal-combination", d_.learning.at,
             system + " has blocks without a SPICE subcircuit; legal: none, le, gle, dfc");
    }
    if (d_.blocks.synapse.conducts())
      object("illegal-combination", {}, "a deck has transconductors at its crosspoints: use wires: ideal");
    if (transistors_) check_transistors();
    if (transistors_ && d_.blocks.summing_node.offset_removal != Zeroing::none)
      object("illegal-combination", {}, "summing nodes of a transistor deck are ideal: they zero nothing");
    check_ranges();
    check_adaptation();
    check_size();
    check_names();
    return found_;
  }

 private:
  void object(const std::string& id, const Position& at, const std::string& why) {
    found_.push_back({id, at, why, ""});
  }
  std::set<std::string> blocks_without_subcircuit() const {
    static const std::set<std::string_view> known{CompartmentNeuron::stem, PiController::stem,
                                                  SampleHold::stem, TargetUnit::stem};
    std::set<std::string> missing;
    for (const Circuit::Column& c : d_.circuit().columns) {
      if (c.kind && !known.contains(c.kind->stem())) missing.emplace(c.kind->stem());
    }
    return missing;
  }
  void check_transistors() {
    if (d_.has_circuit())
      object("illegal-combination", d_.learning.at, "--level transistor is for chips of prospective neurons");
    for (const ArrayDesign& a : d_.arrays) {
      if (!a.is_neuron() || a.neurons().empty()) continue;
      const Activation curve = a.neurons().front().activation;
      if (curve == Activation::tanh || curve == Activation::linear) continue;
      object("illegal-combination", a.at,
             "--level transistor has circuits for tanh and linear, but '" + a.name + "' has " +
                 std::string(name_of(curve)));
    }
  }
  /// A capacitor has no stops.
  void check_ranges() {
    for (std::size_t c = 0; c < d_.crossbars.size(); ++c) {
      const CrossbarDesign& x = d_.crossbars[c];
      if (x.range.bounded() && d_.is_plastic(Plastic::Kind::weights, c) &&
          d_.learning.params.update == UpdateBy::die)
        object("illegal-combination", x.at,
               "the weights of '" + x.name +
                   "' end at their range, for which a deck has no circuit; leave range out");
    }
  }
  void check_adaptation() {
    for (const ArrayDesign& a : d_.arrays) {
      if (!a.is_neuron() || a.neurons().empty() || !a.neurons()[0].adapts()) continue;
      object("illegal-combination", a.at,
             "neurons with an adaptation current (tau_a) have no SPICE subcircuit; leave tau_a out");
    }
  }
  void check_size() {
    std::size_t synapses = 0;
    for (const CrossbarDesign& x : d_.crossbars)
      synapses += d_.arrays[x.to].size * (d_.arrays[x.from].size + (x.bias ? 1 : 0));
    if (synapses <= most_deck_synapses) return;
    object("out-of-range", {},
           "SPICE solves all synapses together and a deck takes up to " + std::to_string(most_deck_synapses) +
               ", but the chip has " + std::to_string(synapses) + "; export a smaller chip of the same kind");
  }
  /// SPICE does not tell upper from lower case.
  void check_names() {
    std::set<std::string> seen;
    const auto check = [&](std::string name, const Position& at) {
      const std::string drawn = name;
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (!seen.insert(name).second)
        object("duplicate-name", at, "SPICE does not tell '" + drawn + "' from another name in other case");
    };
    for (const ArrayDesign& a : d_.arrays) check(a.name, a.at);
    for (const CrossbarDesign& x : d_.crossbars) check(x.name, x.at);
  }

  const Design& d_;
  bool transistors_;
  std::vector<Diagnostic> found_;
};

}  // namespace

bool DeckMismatch::covers(std::string_view block) const {
  const auto in = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), block) != list.end();
  };
  return (only.empty() || in(only)) && !in(except);
}

Deck make_deck(const Design& design, const Die& die, const Stimulus& stimulus, const DeckOptions& options) {
  const auto found = Objections(design, options.level).list();
  if (!found.empty()) throw DesignError(design.file, found);
  return design.has_circuit() ? netlist_deck(design, die, stimulus, options)
                              : array_deck(design, die, stimulus, options);
}

}  // namespace leadlag
