// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "design/sections.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

void read_effects(Draft& draft, const Node& node, Physics& physics) {
  if (!node.is_sequence()) {
    draft.log.add("wrong-type", node,
                  "effects needs a list such as [mismatch, noise], not " + kind_text(node));
    return;
  }
  for (const Node& item : node.items) {
    Effect effect{};
    if (!read_value(draft.log, item, "an element of effects", Domain{}, effect)) continue;
    bool& on = physics.on[static_cast<std::size_t>(effect)];
    if (on) {
      draft.log.add("duplicate-name", item, "effects lists " + std::string(name_of(effect)) + " twice");
    }
    on = true;
  }
}

}  // namespace

bool Design::has_physics() const {
  return chip.fidelity == Fidelity::circuit ||
         std::any_of(fidelities.begin(), fidelities.end(),
                     [](const auto& f) { return f.second == Fidelity::circuit; });
}

Fidelity Design::fidelity_of(std::string_view stem) const {
  const auto own = fidelities.find(stem);
  return own == fidelities.end() ? chip.fidelity : own->second;
}

Physics Design::physics_of(std::string_view stem) const {
  if (fidelity_of(stem) == Fidelity::circuit) return physics;
  return {};
}

void read_physics(Draft& draft) {
  Design& design = draft.design;
  const Node& map = draft.section("physics");
  check_keys(draft.log, map, "physics", field_names(Physics::Params::fields(), {"effects"}));
  read_fields(draft.log, map, Physics::Params::fields(), design.physics.params);
  if (design.physics.params.temperature > Temperature{}) {
    design.technology.leakage = leakage_at(design.technology, design.physics.params.temperature);
    design.technology.temperature = design.physics.params.temperature;
  }
  const Physics::Params& p = design.physics.params;
  if (draft.states("physics.comparator_offset"))
    design.physics.stated.comparator_offset = p.comparator_offset;
  if (draft.states("physics.hold_noise")) design.physics.stated.hold_noise = p.hold_noise;
  if (draft.states("physics.tau_mismatch")) design.physics.stated.tau_mismatch = p.tau_mismatch;
  const Node* effects = map.find("effects");
  if (effects != nullptr) {
    read_effects(draft, *effects, design.physics);
  } else {
    design.physics.on.fill(true);
  }
  if (!design.has_physics()) {
    if (draft.root.find("physics") != nullptr) {
      draft.log.add("illegal-combination", draft.mark("physics"),
                    "physics needs chip.fidelity: circuit, but all blocks are ideal");
    }
    return;
  }
  const bool resistive = design.blocks.weight_register.storage == Storage::rram;
  const Physics weights = design.physics_of(WeightRegister::stem);
  const bool any = std::find(weights.on.begin(), weights.on.end(), true) != weights.on.end();
  if (resistive && any && design.chip.detail == Detail::structural) {
    draft.log.add("illegal-combination", draft.mark("blocks.weight_register.storage"),
                  "the physics of storage: rram needs chip.detail: tile");
  }
  if (design.chip.integration == Integration::euler) {
    draft.log.add("illegal-combination", draft.mark("chip.integration"),
                  "the papers' Euler steps are for fidelity: ideal; circuits need integration: exact");
  }
}

/// Of a neuron with an adaptation current there is no stage of lag and adder.
void check_physics(Draft& draft) {
  const Design& design = draft.design;
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    const ArrayDesign& array = design.arrays[a];
    if (!draft.sound(a) || !array.is_neuron() || !array.is_continuous()) continue;
    if (design.blocks.error_unit.offset_removal == OffsetRemoval::chopped) {
      draft.log.add("illegal-combination", draft.mark("blocks.error_unit.offset_removal"),
                    "offset_removal: chopped turns an error unit's offset round at clock edges, but '" +
                        array.name + "' has coupling: continuous; use auto_zero, or coupling: sampled");
    }
    if (std::none_of(array.neurons().begin(), array.neurons().end(),
                     [](const auto& n) { return n.adapts(); }))
      continue;
    std::string effects;
    for (const Effect e : {Effect::noise, Effect::flicker, Effect::saturation}) {
      if (design.physics_of(ProspectiveNeuron::stem).has(e))
        effects += (effects.empty() ? "" : " and ") + std::string(name_of(e));
    }
    if (effects.empty()) continue;
    draft.log.add("illegal-combination", draft.mark("physics.effects"),
                  "'" + array.name + "' has adaptation currents (tau_a), of which " + effects +
                      " are not modelled; list the other effects in physics.effects");
  }
}

}  // namespace leadlag
