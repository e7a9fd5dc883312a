// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "arrays/die_module.hpp"
#include "design/design.hpp"
#include "design/die.hpp"

namespace leadlag {

class StructuralIsland;
struct StructuralNeurons;
struct StructuralCrossbar;
struct StructuralPins;
struct StructuralSource;

/// Structural detail: one module per physical block and one signal per wire, for reading, probing and
/// waveforms. Serves up to about 10^5 blocks; one die, double precision.
class StructuralDie final : public DieModule {
 public:
  StructuralDie(const sc_core::sc_module_name& name, const Design& design, const Die& die);
  ~StructuralDie() override;

  void read(std::size_t group, std::span<double> out) const override;
  void write(std::size_t group, std::span<const double> in) override;
  void take(std::size_t group, std::span<double> out) override;
  double probe(bool crossbar, std::size_t index, const std::string& signal,
               std::size_t element) const override;
  std::vector<IslandReport> islands() const override;

 private:
  void build_islands(const Design& design, const Wiring& wiring);
  struct Handle {
    std::size_t crossbar;
    bool bias;
  };

  FullScale full_scale_;
  std::unique_ptr<StructuralPins> pins_;
  std::vector<std::unique_ptr<StructuralSource>> sources_;   // by array; null where it has neurons
  std::vector<std::unique_ptr<StructuralNeurons>> neurons_;  // by array; null where it has none
  std::vector<std::unique_ptr<StructuralCrossbar>> crossbars_;
  std::vector<std::unique_ptr<StructuralIsland>> islands_;
  std::vector<Handle> handles_;
};

}  // namespace leadlag
