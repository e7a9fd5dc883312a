// SPDX-License-Identifier: Apache-2.0
#include "measure/digital.hpp"

#include <algorithm>
#include <cmath>

#include "learning/microcircuit.hpp"

namespace leadlag {
namespace {

constexpr const char* neuron = "prospective_neuron";
constexpr const char* error_unit = "error_unit";
constexpr const char* column = "mac_column_serial";
constexpr const char* writing_cell = "plasticity_cell";
constexpr const char* storing_cell = "product_store";
constexpr const char* held_word = "sample_hold";
constexpr const char* sequencer = "phase_sequencer";

const DigitalBlock* find(const Design& design, std::string_view module) {
  for (const DigitalBlock& b : design.technology.digital) {
    // A sequencer has no words.
    if (b.module == module && (b.words == design.words || module == sequencer)) return &b;
  }
  return nullptr;
}

std::vector<const char*> modules_of(const Design& design) {
  std::vector<const char*> used{neuron, column, held_word, sequencer};
  if (has_error_units(design.learning.params.system)) {
    used.push_back(error_unit);
    used.push_back(design.learning.params.update == UpdateBy::die ? writing_cell : storing_cell);
  }
  return used;
}

/// Clock of the columns: as stated, or as fast as the slowest module goes.
Frequency column_clock(const Design& design) {
  if (design.column_clock > Frequency{}) return design.column_clock;
  Time slowest{};
  for (const char* module : modules_of(design)) {
    const DigitalBlock* b = find(design, module);
    if (b == nullptr) return {};
    slowest = std::max(slowest, b->critical_path);
  }
  return 1.0 / slowest;
}

class ModuleBill {
 public:
  explicit ModuleBill(const Design& design) : design_(design), clock_(column_clock(design)) {}

  /// Modules that have figures, under the name of the block that they stand for.
  void add(const std::string& array, const char* block, const char* module, std::size_t count,
           std::vector<EventEnergy> energies, std::vector<Arc> arcs = {}) {
    const DigitalBlock* b = find(design_, module);
    if (b == nullptr || count == 0 || clock_ == Frequency{}) return;
    Datasheet sheet{
        .block = block,
        .arcs = std::move(arcs),
        .static_current = (b->leakage + clock_ * b->idle) / design_.technology.v_dd,
        .static_derivation = std::string(module) + ": leakage + column clock x E_idle; " + b->source,
        .energies = std::move(energies),
        .area = b->area,
        .area_derivation = std::string(module) + ", " + std::to_string(b->cells) + " standard cells"};
    add(array, count, sheet);
  }
  void add(const std::string& array, std::size_t count, const Datasheet& sheet) {
    const double n = static_cast<double>(count);
    groups.push_back({array, count, sheet, n * sheet.static_current, n * sheet.area});
  }
  /// What a cycle of work costs more than one of waiting.
  Energy work(const char* module) const {
    const DigitalBlock* b = find(design_, module);
    return b == nullptr ? Energy{} : b->active - b->idle;
  }
  /// What a cycle costs more in which a module waits beside inputs that move.
  Energy stir(const char* module) const {
    const DigitalBlock* b = find(design_, module);
    return b == nullptr || b->stirred < b->idle ? Energy{} : b->stirred - b->idle;
  }
  Time cycles(std::size_t n) const {
    return clock_ == Frequency{} ? Time{} : static_cast<double>(n) / clock_;
  }
  std::vector<BlockGroup> groups;

 private:
  const Design& design_;
  Frequency clock_;
};

void add_neurons(const Design& design, const Wiring& wiring, std::size_t a, ModuleBill& bill) {
  const ArrayDesign& array = design.arrays[a];
  std::size_t products = 0;
  for (const CrossbarDesign& c : design.crossbars) products += c.to == a ? design.arrays[c.from].size : 0;
  const double moving = static_cast<double>(products);
  bill.add(array.name, ProspectiveNeuron::stem, neuron, array.size,
           {{Event::hold_sample, bill.work(neuron) + moving * bill.stir(neuron),
             "E_active - E_idle + products of its column x (E_stirred - E_idle)"}},
           {{"drive_i", "rate_o", bill.cycles(1), "1 cycle"}});
  if (wiring.has_errors[a]) {
    bill.add(array.name, ErrorUnit::stem, error_unit, array.size,
             {{Event::hold_sample, bill.work(error_unit), "E_active - E_idle"}});
  }
  if (a == design.learning.output) {
    bill.add(array.name, Readout::stem, held_word, array.size,
             {{Event::conversion, bill.work(held_word), "a register: E_active - E_idle"}});
  }
}

void add_crossbar(const Design& design, const Wiring& wiring, std::size_t c, ModuleBill& bill) {
  const CrossbarDesign& crossbar = design.crossbars[c];
  const std::size_t rows = design.arrays[crossbar.to].size, columns = design.arrays[crossbar.from].size;
  const std::size_t cells = rows * (columns + (crossbar.bias ? 1 : 0));
  const bool plastic = design.is_plastic(Plastic::Kind::weights, c);
  const bool host = design.learning.params.update == UpdateBy::host || !plastic;
  WeightRegister::Params memory = design.blocks.weight_register;
  memory.bits = design.words.weight_bits, memory.storage = Storage::sram;
  const Energy read = host ? static_cast<double>(memory.bits) * design.technology.sram_read_energy : Energy{};
  bill.add(crossbar.name, Synapse::stem, column, rows + (wiring.sends_back[c] ? columns : 0),
           {{Event::product, bill.work(column) + read,
             host ? "E_active - E_idle + weight bits x sram_read_energy" : "E_active - E_idle"}},
           {{"rate_i", "drive_o", bill.cycles(columns + 1), "a cycle for each product and one to begin"},
            {"error_i", "back_o", bill.cycles(rows + 1), "a cycle for each product and one to begin"}});
  if (host) {  // a cell that writes its weight has the register inside
    const OperatingPoint at = design.operating_point();
    bill.add(crossbar.name, cells, WeightRegister::datasheet(memory, design.technology, at));
  }
  if (!plastic) return;
  const char* module = host ? storing_cell : writing_cell;
  bill.add(crossbar.name, PlasticityCell::stem, module, cells,
           {{host ? Event::accumulate : Event::weight_update, bill.work(module), "E_active - E_idle"}},
           {{"error_i", "weight_o", bill.cycles(1), "1 cycle"}});
}

}  // namespace

std::vector<BlockGroup> bill_of_digital(const Design& design, const Die&) {
  ModuleBill bill(design);
  const Wiring wiring = wire(design.learning.params.system, design.topology());
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    const ArrayDesign& array = design.arrays[a];
    if (array.is_neuron()) {
      add_neurons(design, wiring, a, bill);
    } else {
      bill.add(array.name, InputDriver::stem, held_word, array.size,
               {{Event::code_change, bill.work(held_word), "a register: E_active - E_idle"}});
    }
  }
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) add_crossbar(design, wiring, c, bill);
  bill.add("chip", PhaseSequencer::stem, sequencer, 1, {});
  return std::move(bill.groups);
}

DigitalFigures digital_figures(const Design& design, const Die& die) {
  DigitalFigures f{.clock = column_clock(design), .modules = {}, .unmeasured = {}, .arrays = {}};
  for (const char* module : modules_of(design)) {
    if (const DigitalBlock* b = find(design, module)) {
      f.modules.push_back(*b);
    } else {
      f.unmeasured.emplace_back(module);
    }
  }
  const double take_lsb = std::exp2(-design.words.decay_bits);
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    if (!design.arrays[a].is_neuron()) continue;
    DigitalFigures::Array figures{design.arrays[a].name, 0.0, 0.0, 0};
    std::vector<double> drive(design.arrays[a].size);
    for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
      if (design.crossbars[c].to != a) continue;
      const std::size_t columns = design.arrays[design.crossbars[c].from].size;
      for (std::size_t k = 0; k < die.weights[c].size(); ++k)
        drive[k / columns] += die.weights[c][k] * die.weights[c][k];
      for (std::size_t i = 0; i < die.biases[c].size(); ++i) drive[i] += die.biases[c][i] * die.biases[c][i];
    }
    figures.drive = 4.0 * std::sqrt(*std::max_element(drive.begin(), drive.end()));
    for (const ProspectiveNeuron::Params& p : die.neurons[a]) {
      const double take = -std::expm1(-(design.chip.period() / p.tau_m));
      const double word = std::max(take_lsb, std::floor(take / take_lsb + 0.5) * take_lsb);
      // tau = -tick / ln(1 - take)
      const double tau = word < 1.0 ? std::log1p(-take) / std::log1p(-word) : 0.0;
      figures.tau_error = std::max(figures.tau_error, std::abs(tau - 1.0));
      figures.guard = std::max(figures.guard, static_cast<int>(std::ceil(-std::log2(2.0 * take))));
    }
    f.arrays.push_back(figures);
  }
  return f;
}

}  // namespace leadlag
