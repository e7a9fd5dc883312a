// SPDX-License-Identifier: Apache-2.0
#include "blocks/target_unit.hpp"

namespace leadlag {

Datasheet TargetUnit::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"rates_i", "epsilons_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = (p.loss == Loss::cross_entropy ? 4.0 : 2.0) * p.bias,
          .static_derivation = "comparator 2 bias, and 2 bias for the normaliser's share with cross_entropy",
          .energies = {},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

TargetUnitModule::TargetUnitModule(const sc_core::sc_module_name& name, const TargetUnit::Params& params,
                                   std::size_t outputs, FullScale full_scale)
    : sc_module(name),
      rates_i("rates_i", outputs),
      targets_i("targets_i", outputs),
      epsilons_o("epsilons_o", outputs),
      params_(params),
      full_scale_(full_scale) {
  SC_METHOD(compare);
  sensitive << target_on_i;
  for (auto& port : rates_i) sensitive << port;
  for (auto& port : targets_i) sensitive << port;
}

void TargetUnitModule::compare() {
  const bool on = target_on_i.read();
  TargetUnit::compare<double>(
      params_, rates_i.size(), [this](std::size_t i) { return rates_i[i]->read() / full_scale_.voltage; },
      [this](std::size_t i) { return targets_i[i]->read(); },
      [this, on](std::size_t i, double epsilon) {
        epsilons_o[i]->write((on ? epsilon : 0.0) * full_scale_.voltage);
      });
}

std::span<const Pin> TargetUnitCells::inputs() const {
  static constexpr std::array pins{Pin{"rate_i", Wire::voltage}, Pin{"target_i", Wire::voltage},
                                   Pin{"nudge_i", Wire::line}};
  return pins;
}
std::span<const Pin> TargetUnitCells::outputs() const {
  static constexpr std::array pins{Pin{"epsilon_o", Wire::voltage}};
  return pins;
}

std::unique_ptr<CellColumn> TargetUnitCells::make(std::size_t first, std::size_t count,
                                                  const CellContext& context) const {
  struct Column final : CellColumn {
    TargetUnit::Params params;
    std::size_t size = 0;
    std::vector<double> offset;
    void reset() override {}
    void show(double* const*) const override {}
    void follow(const Lanes* in, double* const* out) const override {
      const double strength = in[nudge].data[0];
      TargetUnit::compare<double>(
          params, size, [&](std::size_t i) { return in[rate].data[i]; },
          [&](std::size_t i) { return in[target].data[i]; },
          [&](std::size_t i, double e) { out[epsilon][i] = strength * (e + offset[i]); });
    }
    void advance(const Lanes*, Activity&) override {}
  };
  auto column = std::make_unique<Column>();
  column->params = params_, column->size = count;
  for (std::size_t i = first; i < first + count; ++i) {
    column->offset.push_back(context.comparator_offset(TargetUnit::stem, {"comparator"}, i));
  }
  return column;
}

}  // namespace leadlag
