// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "arrays/die_module.hpp"
#include "design/design.hpp"
#include "design/die.hpp"
#include "elaborate/tile_die.hpp"

namespace leadlag {

/// A die of system: bptt whose host never looks at it (loop: model): the host simulates the chip as it was
/// drawn, on the same pins and clock, differentiates that and writes the same weights to both.
template <class T>
class ModelInLoop final : public DieModule {
 public:
  ModelInLoop(const sc_core::sc_module_name& name, const Design& design, const Die& die);

  void read(std::size_t group, std::span<double> out) const override { chip_.read(group, out); }
  void write(std::size_t group, std::span<const double> in) override {
    chip_.write(group, in), model_.write(group, in);
  }
  void take(std::size_t group, std::span<double> out) override { model_.take(group, out); }
  double probe(bool crossbar, std::size_t index, const std::string& signal,
               std::size_t element) const override {
    return chip_.probe(crossbar, index, signal, element);
  }
  bool replaying() const override { return chip_.replaying(); }

 private:
  TileDie<T> chip_, model_;
  LaneBus<double> model_value_, model_sum_;
};

}  // namespace leadlag
