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
  explicit Objections(const Design& design) : d_(design) {}

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
    } else if (d_.learning.params.system == System::vle_exact ||
               d_.learning.params.system == System::vle_local) {
      object("illegal-combination", d_.learning.at,
             system + " has blocks without a SPICE subcircuit; legal: none, le, gle, dfc");
    }
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
  std::vector<Diagnostic> found_;
};

}  // namespace

Deck make_deck(const Design& design, const Die& die, const Stimulus& stimulus, const DeckOptions& options) {
  const auto found = Objections(design).list();
  if (!found.empty()) throw DesignError(design.file, found);
  return design.has_circuit() ? netlist_deck(design, die, stimulus, options)
                              : array_deck(design, die, stimulus, options);
}

}  // namespace leadlag
