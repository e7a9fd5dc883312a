// SPDX-License-Identifier: Apache-2.0
// Weight cells, plasticity cells and converters as made: what depends on the die's number.
#include "design/fabricate_cells.hpp"

#include <algorithm>
#include <cmath>

#include "design/die.hpp"
#include "units/random.hpp"

namespace leadlag {
namespace {

constexpr double boltzmann = 1.380649e-23;  // J/K, exact in the SI of 2019

/// Half of the default range for weights that begin with these values.
double reach_of(std::span<const double> values) {
  double squares = 0.0, largest = 0.0;
  for (const double v : values) squares += v * v, largest = std::max(largest, std::abs(v));
  const double n = static_cast<double>(std::max<std::size_t>(values.size(), 1));
  return std::max(8.0 * std::sqrt(squares / n), 1.25 * largest);
}

/// The same for what initial_weights() draws.
double initial_reach(const CrossbarDesign& crossbar, std::size_t rows, std::size_t columns) {
  const double fan_in = static_cast<double>(columns), fan_out = static_cast<double>(rows);
  switch (crossbar.weights) {
    case WeightInit::zero:
      return 0.0;
    case WeightInit::he:
      return 8.0 * crossbar.scale * std::sqrt(2.0 / fan_in);
    case WeightInit::glorot:
      return 8.0 * crossbar.scale * std::sqrt(2.0 / (fan_in + fan_out));
    case WeightInit::uniform:
      return 8.0 * crossbar.scale / std::sqrt(3.0);
    case WeightInit::between: {
      const double a = crossbar.from_weight, b = crossbar.to_weight;
      return 8.0 * std::sqrt((a * a + a * b + b * b) / 3.0);
    }
    case WeightInit::values:
      return reach_of(crossbar.values);
  }
  return 0.0;
}

WeightRange filled(WeightRange range, double reach) {
  const double end = reach > 0.0 ? reach : 1.0;
  // Around a stated end that lies beyond the default of the other one.
  if (!std::isfinite(range.low))
    range.low = std::isfinite(range.high) ? std::min(-end, range.high - end) : -end;
  if (!std::isfinite(range.high)) range.high = std::max(end, range.low + end);
  return range;
}

/// Steps, leaks and noise of a crossbar's weights.
WeightDevice weight_device(const Design& design, WeightRange range) {
  const WeightRegister::Params& p = design.blocks.weight_register;
  const Technology& t = design.technology;
  const Physics physics = design.physics_of(WeightRegister::stem);
  WeightDevice d{.range = range};
  d.rounding = p.rounding;
  d.resistive = p.storage == Storage::rram;
  const double span = range.high - range.low;
  if (physics.has(Effect::resolution) && !d.resistive) {
    d.write_step = span / std::exp2(p.bits);
    if (p.storage == Storage::sram) d.update_step = d.write_step;
  }
  if (p.storage == Storage::capacitor) {
    const Current leak = p.leakage > Current{} ? p.leakage : t.leakage;
    if (physics.has(Effect::leakage)) {
      d.droop = leak * design.chip.period() / (p.capacitance * p.volts_per_unit);
    }
    if (physics.has(Effect::noise)) {
      d.write_noise = std::sqrt(boltzmann * t.temperature.si / p.capacitance.si) / p.volts_per_unit.si;
    }
  }
  if (!d.resistive) return d;
  d.g_min = 1.0 / p.on_off_ratio;
  d.pulse = p.pulse * span;
  d.nonlinearity = physics.has(Effect::resolution) ? p.nonlinearity : 0.0;
  d.asymmetry = physics.has(Effect::resolution) ? p.asymmetry : 0.0;
  if (physics.has(Effect::leakage)) {
    d.drift = p.drift, d.drift_start = p.drift_start / design.chip.period();
  }
  if (physics.has(Effect::noise)) {
    d.cycle_variation = p.cycle_variation;
    d.write_noise = p.write_variation * span;
    d.read_noise = p.read_noise * span;
  }
  return d;
}

}  // namespace

bool needs_range(const Design& design) {
  const Physics physics = design.physics_of(WeightRegister::stem);
  const Storage storage = design.blocks.weight_register.storage;
  const bool any = std::find(physics.on.begin(), physics.on.end(), true) != physics.on.end();
  return physics.has(Effect::resolution) || (storage == Storage::capacitor && physics.has(Effect::leakage)) ||
         (storage == Storage::rram && any);
}

WeightRange Design::cell_range(std::size_t c) const {
  const CrossbarDesign& crossbar = crossbars[c];
  if (is_digital()) {
    const fixed::FixedFormat word = words.weight();
    return {std::max(crossbar.range.low, fixed::value(word.min(), word.frac)),
            std::min(crossbar.range.high, fixed::value(word.max(), word.frac))};
  }
  if (!needs_range(*this)) return crossbar.range;
  return filled(crossbar.range,
                initial_reach(crossbar, arrays[crossbar.to].size, arrays[crossbar.from].size));
}

namespace {

/// Cells that write their own weights, as gle_tile.sv numbers them.
DigitalCells digital_cells(const Design& design, const std::string& crossbar) {
  DigitalCells d{.words = design.words.lengths()};
  const int rate_shift = -static_cast<int>(std::lround(std::log2(design.learning.params.rate)));
  d.cut = fixed::Plasticity::cut(d.words, rate_shift);
  d.seed = tile_seed(design);
  for (const CrossbarDesign& c : design.crossbars) {
    d.rows = design.arrays[c.to].size, d.columns = design.arrays[c.from].size, d.bias = c.bias;
    if (c.name == crossbar) break;
    d.base += d.rows * (d.columns + (d.bias ? 1 : 0));
  }
  return d;
}

/// Registers of a digital die: steps of one bit, nothing else.
std::shared_ptr<const MadeCells> make_words(const Design& design, const std::string& crossbar,
                                            WeightRange range, std::size_t cells) {
  auto made = std::make_shared<MadeCells>();
  const double step = design.words.weight().lsb();
  WeightDevice& d = made->device;
  d.range = {range.low, range.high + step};  // a step of 2^-fraction begins at each word
  d.write_step = d.update_step = step;
  d.rounding = design.blocks.weight_register.rounding;
  made->gain.assign(cells, 1.0), made->offset.assign(cells, 0.0);
  made->run_key = Draws(static_cast<std::uint64_t>(design.chip.seed), crossbar, "rounding").word(0);
  if (design.learning.params.update == UpdateBy::die) made->digital = digital_cells(design, crossbar);
  return made;
}

}  // namespace

std::uint32_t tile_seed(const Design& design) {
  return static_cast<std::uint32_t>(
      Draws(static_cast<std::uint64_t>(design.chip.seed), "tile", "shift registers").word(0));
}

std::shared_ptr<const MadeCells> make_cells(const Design& design, const std::string& crossbar,
                                            WeightRange range, std::span<const double> initial,
                                            std::size_t cells) {
  if (design.is_digital()) return make_words(design, crossbar, range, cells);
  const Physics weights = design.physics_of(WeightRegister::stem),
                products = design.physics_of(PlasticityCell::stem);
  const auto any = [](const Physics& p) { return std::find(p.on.begin(), p.on.end(), true) != p.on.end(); };
  if (!any(weights) && !any(products)) return nullptr;
  const Technology& t = design.technology;
  const PlasticityCell::Params& cell = design.blocks.plasticity_cell;
  auto made = std::make_shared<MadeCells>();
  made->device = weight_device(design, needs_range(design) ? filled(range, reach_of(initial)) : range);
  made->gain.assign(cells, 1.0), made->offset.assign(cells, 0.0);
  const double linear = 2.0 * t.thermal_voltage() / (t.kappa * design.full_scale.voltage);
  if (products.has(Effect::saturation)) made->limit = linear;
  const auto seed = static_cast<std::uint64_t>(design.physics.params.die);
  if (products.has(Effect::plasticity)) {
    made->chopped = cell.offset_removal == OffsetRemoval::chopped;
    const Draws offsets(seed, crossbar, "plasticity offset"), gains(seed, crossbar, "plasticity gain");
    const double left = cell.offset_removal == OffsetRemoval::auto_zero ? 1.0 / cell.zero_gain : 1.0;
    const double offset = t.plasticity_offset * linear * linear * left;
    for (std::size_t k = 0; k < cells; ++k) {
      made->offset[k] = offset * offsets.normal(k);
      made->gain[k] = 1.0 + t.plasticity_gain_mismatch * gains.normal(k);
    }
  }
  const double variation = design.blocks.weight_register.device_variation;
  if (made->device.resistive && weights.has(Effect::mismatch) && variation > 0.0) {
    const Draws devices(seed, crossbar, "device variation");
    for (std::size_t k = 0; k < cells; ++k) {
      const double factor = 1.0 + variation * devices.normal(k);
      made->gain[k] *= factor, made->offset[k] *= factor;
    }
  }
  const auto key = [&](const char* what) {
    return Draws(static_cast<std::uint64_t>(design.chip.seed), crossbar, what).word(0);
  };
  made->run_key = key("rounding"), made->write_noise_key = key("write noise");
  made->read_noise_key = key("read noise");
  return made;
}

namespace {

Converter make_converter(const Design& design, int bits, double range, const Draws& capacitors,
                         std::size_t unit) {
  const Technology& t = design.technology;
  const double sigma = capacitor_mismatch(t, t.dac_unit_capacitor);
  Converter c{.range = range, .bit = std::vector<double>(static_cast<std::size_t>(bits)), .offset = 0.0};
  const std::uint64_t first = 17 * static_cast<std::uint64_t>(unit);  // bits of the widest, and the last unit
  double total = 1.0 + sigma * capacitors.normal(first + 16);
  for (std::size_t k = 0; k < c.bit.size(); ++k) {
    const double units = std::exp2(k);
    c.bit[k] = units + sigma * std::sqrt(units) * capacitors.normal(first + k);
    total += c.bit[k];
  }
  for (double& b : c.bit) b /= total;
  return c;
}

}  // namespace

std::vector<Converter> make_input_converters(const Design& design, const ArrayDesign& array) {
  std::vector<Converter> made;
  if (design.is_digital()) {  // an input register: the nearest word
    const fixed::FixedFormat word = design.words.signal();
    Converter exact{.range = -fixed::value(word.min(), word.frac), .bit = {}, .offset = 0.0};
    for (int k = 0; k < word.bits; ++k) exact.bit.push_back(std::exp2(k - word.bits));
    made.assign(array.size, exact);
    return made;
  }
  if (!design.physics_of(InputDriver::stem).has(Effect::converters)) return made;
  const Draws draws(static_cast<std::uint64_t>(design.physics.params.die), array.name, "capacitors of a DAC");
  for (const InputDriver::Params& p : std::get<0>(array.blocks)) {
    made.push_back(make_converter(design, p.bits, p.range, draws, made.size()));
  }
  return made;
}

std::vector<Converter> make_output_converters(const Design& design) {
  std::vector<Converter> made;
  const Physics physics = design.physics_of(Readout::stem);
  if (!physics.has(Effect::converters)) return made;
  const auto seed = static_cast<std::uint64_t>(design.physics.params.die);
  const Draws draws(seed, "readout", "capacitors of an ADC"), offsets(seed, "readout", "comparator offset");
  const Technology& t = design.technology;
  const Voltage sigma =
      physics.has(Effect::offset) ? threshold_mismatch(t, Readout::stem, "comparator") : Voltage{};
  const Readout::Params& p = design.blocks.readout;
  for (std::size_t i = 0; i < design.outputs(); ++i) {
    made.push_back(make_converter(design, p.bits, p.range, draws, i));
    made.back().offset = sigma / design.full_scale.voltage * offsets.normal(i);
  }
  return made;
}

}  // namespace leadlag
