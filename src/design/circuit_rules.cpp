// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "design/sections.hpp"
#include "design/values.hpp"

// Learning systems that are drawn as netlists: what they need of the chip, and what they make of a sample.
namespace leadlag {
namespace {

void illegal(Draft& draft, const std::string& path, const std::string& message) {
  draft.log.add("illegal-combination", draft.mark(path), message);
}

std::string keywords() { return joined({CircuitSystems::keywords.begin(), CircuitSystems::keywords.end()}); }

void check_arrays(Draft& draft, bool circuit) {
  const Design& design = draft.design;
  const std::string system(name_of(design.learning.params.system));
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    const ArrayDesign& array = design.arrays[a];
    if (!draft.sound(a) || array.is_input() || array.is_leaky() == circuit) continue;
    const std::string path = "arrays." + array.name + ".block";
    if (array.is_leaky()) {
      illegal(draft, path,
              "'" + array.name + "' has " + LeakyNeuron::stem + " blocks, which belong to the systems " +
                  keywords() + "; this chip has system: " + system);
    } else {
      illegal(draft, path,
              "system: " + system + " draws its own nodes from " + LeakyNeuron::stem + " arrays; '" +
                  array.name + "' has " +
                  (array.is_low_pass() ? SynapticLowPass::stem : ProspectiveNeuron::stem));
    }
  }
}

void check_chip(Draft& draft, const std::string& system) {
  const ChipParams& chip = draft.design.chip;
  const auto need = [&](bool met, const char* key, const std::string& what) {
    if (!met) illegal(draft, std::string("chip.") + key, "system: " + system + " needs " + what);
  };
  need(chip.replicas == 1, "replicas", "replicas: 1; it is one die");
  need(chip.precision == Precision::double_, "precision", "precision: double");
  need(chip.coupling == Coupling::sampled, "coupling",
       "coupling: sampled; its nodes are sampled at the clock edge");
  need(chip.schedule == Ordering::registered, "schedule",
       "schedule: registered; what has a state is sampled at the clock edge, the rest follows within the "
       "cycle");
}

void check_schedule(Draft& draft, const std::string& system) {
  if (!draft.design.task.sampled() && draft.states("task.kind")) {
    illegal(draft, "task.kind",
            "system: " + system + " needs a task made of samples: its phases repeat for each");
  }
  for (const std::string key : {"cycles_per_sample", "target", "plasticity", "readout"}) {
    if (!draft.states("schedule." + key)) continue;
    illegal(draft, "schedule." + key,
            "the sequencer of system: " + system + " makes the schedule of a sample from learning." + system +
                "; leave schedule." + key + " out");
  }
}

}  // namespace

void check_circuit(Draft& draft) {
  const Design& design = draft.design;
  check_arrays(draft, design.has_circuit());
  if (!design.has_circuit()) return;
  const std::string system(name_of(design.learning.params.system));
  check_chip(draft, system);
  check_schedule(draft, system);
  if (draft.log.size() > 0) return;
  for (const std::string& objection : objections_to(circuit_index(design.learning.params.system),
                                                    design.forward_chip(), design.learning.circuits)) {
    illegal(draft, "learning.system", objection);
  }
}

ForwardChip Design::forward_chip() const {
  ForwardChip forward;
  std::size_t pin = 0;
  for (const ArrayDesign& a : arrays) {
    ForwardChip::Array array{a.name, a.size, a.is_input() ? pin : 0, {}};
    if (a.is_leaky()) array.neurons = a.leaky();
    if (a.is_input()) pin += a.size;
    forward.arrays.push_back(std::move(array));
  }
  for (std::size_t c = 0; c < crossbars.size(); ++c) {
    const CrossbarDesign& drawn = crossbars[c];
    forward.crossbars.push_back({drawn.name, drawn.from, drawn.to, drawn.bias,
                                 is_plastic(Plastic::Kind::weights, c), drawn.tile.rows, drawn.tile.columns,
                                 drawn.range});
  }
  forward.output = learning.output;
  forward.cells = blocks.cells;
  forward.target_unit = blocks.target_unit;
  forward.seed = static_cast<std::uint64_t>(chip.seed);
  return forward;
}

Circuit Design::circuit() const {
  return draw_system(circuit_index(learning.params.system), forward_chip(), learning.circuits);
}

void set_phases(Design& design) {
  const Circuit circuit = design.circuit();
  const std::int64_t all = circuit.cycles(false), inference = circuit.cycles(true);
  std::int64_t end = 0, read = 0;
  for (const Circuit::Phase& p : circuit.phases) {
    end += p.cycles;
    if (p.inference) read = end;
  }
  ScheduleDesign& schedule = design.schedule;
  schedule.params.cycles_per_sample = all;
  schedule.target = schedule.plasticity = {0, all};
  schedule.readout = {read - 1, read};
  schedule.test_cycles = inference;
}

}  // namespace leadlag
