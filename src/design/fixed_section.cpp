// SPDX-License-Identifier: Apache-2.0
// A digital die, fidelity: fixed. Its RTL samples at clock edges and has twins of some blocks only.
#include <algorithm>
#include <cmath>
#include <string>

#include "design/sections.hpp"
#include "design/values.hpp"
#include "fixed/mac.hpp"
#include "fixed/plasticity.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

void illegal(Draft& draft, const std::string& path, const std::string& why) {
  draft.log.add("illegal-combination", draft.mark(path), why);
}

void check_word(Draft& draft, const std::string& name, const fixed::FixedFormat& word, double reach) {
  const double high = fixed::value(word.max(), word.frac);
  if (high >= reach - word.lsb()) return;
  illegal(draft, "fixed." + name + "_fraction",
          "a word of " + std::to_string(word.bits) + " bits with " + std::to_string(word.frac) +
              " behind the point ends at " + shortest(high) + ", but a digital chip needs " +
              shortest(reach) + " for its " + name + "s; use " + name + "_fraction: " +
              std::to_string(word.bits - 1 - static_cast<int>(std::ceil(std::log2(reach)))) + " or less");
}

/// A cell that writes its own weight shifts its product: its rate is a power of two.
void check_shift(Draft& draft, double value) {
  const double power = std::exp2(std::round(std::log2(value)));
  if (value == power || value == 0.0) return;
  illegal(draft, "learning.rate",
          "with fidelity: fixed and update: die the rate is a shift, a power of two: use " + shortest(power) +
              ", not " + shortest(value));
}

}  // namespace

void read_fixed(Draft& draft) {
  Design& design = draft.design;
  const Node& map = draft.section("fixed");
  check_keys(draft.log, map, "fixed", field_names(FixedWords::fields(), {"clock"}));
  if (const Node* clock = map.find("clock"))
    read_value(draft.log, *clock, "clock", domain::positive, design.column_clock);
  read_fields(draft.log, map, FixedWords::fields(), design.words);
  const bool some = std::any_of(design.fidelities.begin(), design.fidelities.end(),
                                [](const auto& f) { return f.second == Fidelity::fixed; });
  const bool others = std::any_of(design.fidelities.begin(), design.fidelities.end(),
                                  [](const auto& f) { return f.second != Fidelity::fixed; });
  if ((some && !design.is_digital()) || (others && design.is_digital())) {
    illegal(
        draft, "chip.fidelity",
        "digital blocks exchange words with digital blocks only: a chip is fixed as a whole or not at all "
        "(chip: {fidelity: fixed})");
  }
  if (!design.is_digital()) {
    if (draft.root.find("fixed") != nullptr && !some) {
      illegal(draft, "fixed", "fixed: states word lengths, which need chip.fidelity: fixed");
    }
    return;
  }
  if (design.chip.integration == Integration::euler) {
    illegal(draft, "chip.integration",
            "the papers' Euler steps are for fidelity: ideal; use integration: exact");
  }
  if (design.chip.detail == Detail::structural) {
    illegal(draft, "chip.detail",
            "fidelity: fixed is simulated in tile detail; its wires are those of the RTL");
  }
  if (design.chip.precision == Precision::float_) {
    illegal(draft, "chip.precision",
            "words of fidelity: fixed need precision: double, whose sums of up to 53 bits are exact");
  }
  check_word(draft, "signal", design.words.signal(), 1.0);  // rates of bounded curves, targets
}

/// After arrays, crossbars and learning are known.
void check_fixed(Draft& draft) {
  const Design& design = draft.design;
  if (!design.is_digital()) return;
  const LearningParams& learning = design.learning.params;
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    const ArrayDesign& array = design.arrays[a];
    if (!draft.sound(a)) continue;
    const std::string path = "arrays." + array.name;
    if (array.is_continuous()) {
      illegal(draft, draft.states(path + ".coupling") ? path + ".coupling" : "chip.coupling",
              "'" + array.name + "' has coupling: continuous; a digital chip samples at clock edges");
    }
    if (array.is_neuron() && design.words.signal_fraction < 6) {
      const Activation curve = array.neurons()[0].activation;
      if (curve == Activation::tanh || curve == Activation::softplus) {
        illegal(draft, path + ".activation",
                "the table of " + std::string(name_of(curve)) +
                    " needs fixed.signal_fraction: 6 or more, not " +
                    std::to_string(design.words.signal_fraction));
      }
    }
    if (array.is_low_pass()) illegal(draft, path, "synaptic_low_pass has no digital twin");
  }
  const bool drawn = design.has_circuit();
  if (drawn ||
      (learning.system != System::none && learning.system != System::le && learning.system != System::gle)) {
    illegal(draft, "learning.system",
            "fidelity: fixed has twins of the blocks of LE and GLE; use system: gle, le or none, not " +
                std::string(name_of(learning.system)));
    return;
  }
  for (const CrossbarDesign& c : design.crossbars) {
    const int sum = fixed::Mac::sum_bits(design.words.lengths(), design.arrays[c.from].size);
    if (sum > 53) {
      illegal(draft, "crossbars." + c.name,
              "the exact sum of a column of '" + c.name + "' has " + std::to_string(sum) +
                  " bits; up to 53 are simulated: use shorter words");
    }
    if (c.range.bounded() && draft.states("crossbars." + c.name + ".range")) {
      illegal(draft, "crossbars." + c.name + ".range",
              "digital weights end where their words end: leave range out");
    }
  }
  if (learning.update == UpdateBy::die && !design.learning.plastic.empty()) {
    check_shift(draft, learning.rate);
    const int shift = -static_cast<int>(std::lround(std::log2(learning.rate)));
    const int cut = fixed::Plasticity::cut(design.words.lengths(), shift);
    if (learning.rate > 0.0 && (cut < 1 || cut > 32)) {
      illegal(draft, "learning.rate",
              "a product has " + std::to_string(2 * design.words.signal_fraction + shift) +
                  " bits behind the point at this rate, a weight " +
                  std::to_string(design.words.weight_fraction) + "; the cell cuts off 1 to 32 of them, not " +
                  std::to_string(cut));
    }
    if (design.chip.replicas > 1) {
      illegal(draft, "chip.replicas",
              "with fidelity: fixed and update: die every die draws its own steps: use replicas: 1, or "
              "update: host");
    }
    if (learning.anneal != 1.0) {
      illegal(draft, "learning.anneal",
              "with fidelity: fixed and update: die the rate is one shift: use anneal: 1");
    }
  }
}

}  // namespace leadlag
