// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fixed/error_unit.hpp"
#include "fixed/lane_link.hpp"
#include "fixed/mac_column.hpp"
#include "fixed/phase_sequencer.hpp"
#include "fixed/plasticity.hpp"
#include "fixed/prospective_neuron.hpp"

namespace leadlag::cosim {

/// The cores of models/fixed wired as rtl_ref/gle_tile.sv is, cycle by cycle.
class GleTileModel {
 public:
  using Word = std::int64_t;
  struct Config {
    fixed::WordLengths words;
    std::size_t inputs = 4, hidden = 3, outputs = 2;
    bool parallel = false;
    fixed::Curve hidden_curve = fixed::Curve::tanh, output_curve = fixed::Curve::linear;
    int rate_shift = 6;
    std::uint32_t seed = 0x1ead1a90U;
  };
  struct Coefficients {
    fixed::LeadLag::Coefficients hidden, hidden_error, output, output_error;
    Word nudge = 0;
  };
  struct Token {
    std::vector<Word> rates, targets;
    bool learn = false;
  };
  struct Load {
    bool on = false;
    std::size_t address = 0;
    Word word = 0;
  };

  explicit GleTileModel(const Config& config);
  void reset();

  std::size_t weights() const { return base() + config_.outputs * (config_.hidden + 1); }
  bool ready() const { return link_.ready(); }
  bool steps(bool enable) const { return enable && link_.valid() && sequencer_.phase + 1 == lengths_.size(); }
  Word weight(std::size_t address) const { return address < cells_.size() ? cells_[address].weight : 0; }
  Word hidden_rate(std::size_t i) const { return hidden_[i].neuron.out.rate; }
  Word rate(std::size_t j) const { return output_[j].neuron.out.rate; }
  Word hidden_error(const Coefficients& c, std::size_t i) const;
  Word error(const Coefficients& c, std::size_t j) const;

  /// One edge. A token is taken if it is `offered` and the tile is ready.
  void advance(const Coefficients& c, bool enable, bool offered, const Token& token, const Load& load);

 private:
  struct Unit {
    fixed::ProspectiveNeuron::State neuron;
    fixed::ErrorUnit::State error;
  };
  struct Cell {
    Word weight = 0;
    std::uint32_t random = 1;
  };
  struct Column {
    std::vector<std::size_t> addresses;  // of its weights
    std::size_t bias = 0;
    bool biased = true;
    fixed::MacColumn::State serial;
    Word parallel = 0;  // the register behind the sum
  };
  std::size_t base() const { return config_.hidden * (config_.inputs + 1); }
  Word epsilon(std::size_t j) const;
  Word sum(const Column& column) const;
  void add(Column& column, const std::vector<Word>& x);
  void learn(std::size_t address, Word error, Word rate, const Load& load);

  Config config_;
  std::vector<std::uint64_t> lengths_;
  fixed::LaneLink<Token> link_;
  fixed::PhaseSequencer::State sequencer_;
  std::vector<Unit> hidden_, output_;
  std::vector<Column> forward_, back_, readout_;  // of hidden neurons, hidden error units, output neurons
  std::vector<Cell> cells_;
};

}  // namespace leadlag::cosim
