// SPDX-License-Identifier: Apache-2.0
#include "cosim/gle_tile_model.hpp"

namespace leadlag::cosim {

using fixed::ErrorUnit, fixed::Mac, fixed::MacColumn, fixed::PhaseSequencer, fixed::Plasticity,
    fixed::ProspectiveNeuron;

GleTileModel::GleTileModel(const Config& config) : config_(config) {
  const std::uint64_t longest = std::max({config.inputs, config.hidden, config.outputs});
  lengths_ = config.parallel ? std::vector<std::uint64_t>{1, 1} : std::vector<std::uint64_t>{1, longest, 1};
  reset();
}

void GleTileModel::reset() {
  const std::size_t inputs = config_.inputs, hidden = config_.hidden, outputs = config_.outputs;
  link_ = {};
  link_.words[0] = link_.words[1] = {std::vector<Word>(inputs, 0), std::vector<Word>(outputs, 0), false};
  sequencer_ = {};
  hidden_.assign(hidden, {});
  output_.assign(outputs, {});
  forward_.assign(hidden, {});
  back_.assign(hidden, {});
  readout_.assign(outputs, {});
  for (std::size_t i = 0; i < hidden; ++i) {
    for (std::size_t k = 0; k < inputs; ++k) forward_[i].addresses.push_back(i * (inputs + 1) + k);
    forward_[i].bias = i * (inputs + 1) + inputs;
    for (std::size_t j = 0; j < outputs; ++j) back_[i].addresses.push_back(base() + j * (hidden + 1) + i);
    back_[i].biased = false;
  }
  for (std::size_t j = 0; j < outputs; ++j) {
    for (std::size_t k = 0; k < hidden; ++k) readout_[j].addresses.push_back(base() + j * (hidden + 1) + k);
    readout_[j].bias = base() + j * (hidden + 1) + hidden;
  }
  cells_.assign(weights(), {});
  for (std::size_t a = 0; a < cells_.size(); ++a) {
    cells_[a].random = (config_.seed + 0x9e3779b9U * static_cast<std::uint32_t>(a)) | 1U;
  }
}

GleTileModel::Word GleTileModel::epsilon(std::size_t j) const {
  return fixed::saturate(link_.front().targets[j] - rate(j), config_.words.signal.bits);
}
GleTileModel::Word GleTileModel::hidden_error(const Coefficients& c, std::size_t i) const {
  return ErrorUnit::error(config_.words, c.hidden_error, hidden_[i].error, hidden_[i].neuron.out.slope, 0);
}
GleTileModel::Word GleTileModel::error(const Coefficients& c, std::size_t j) const {
  return ErrorUnit::error(config_.words, c.output_error, output_[j].error, output_[j].neuron.out.slope,
                          epsilon(j));
}
GleTileModel::Word GleTileModel::sum(const Column& column) const {
  return config_.parallel ? column.parallel : Mac::result(config_.words, column.serial.sum);
}

void GleTileModel::add(Column& column, const std::vector<Word>& x) {
  const Word bias = column.biased ? cells_[column.bias].weight : 0;
  if (config_.parallel) {
    if (sequencer_.phase != 0) return;
    Word total = Mac::begin(config_.words, bias);
    for (std::size_t k = 0; k < x.size(); ++k) total += cells_[column.addresses[k]].weight * x[k];
    column.parallel = Mac::result(config_.words, total);
  } else {
    const std::size_t k = column.serial.index;
    MacColumn::advance(config_.words, x.size(), column.serial, sequencer_.phase == 0, bias,
                       cells_[column.addresses[k]].weight, x[k]);
  }
}

void GleTileModel::learn(std::size_t address, Word error, Word rate, const Load& load) {
  if (load.on && load.address == address) return;  // the host's word wins, and no draw is used up
  Cell& cell = cells_[address];
  const int cut = Plasticity::cut(config_.words, config_.rate_shift);
  cell.weight = Plasticity::updated(config_.words, cut, cell.weight, error, rate, cell.random);
  cell.random = fixed::Lfsr::next(cell.random);
}

void GleTileModel::advance(const Coefficients& c, bool enable, bool offered, const Token& token,
                           const Load& load) {
  const bool run = enable && link_.valid(), step = steps(enable);
  const fixed::WordLengths& w = config_.words;
  if (run) {
    const Token& now = link_.front();
    std::vector<Word> errors, hidden_errors, rates;
    for (std::size_t j = 0; j < config_.outputs; ++j) errors.push_back(error(c, j));
    for (std::size_t i = 0; i < config_.hidden; ++i) {
      hidden_errors.push_back(hidden_error(c, i));
      rates.push_back(hidden_rate(i));
    }
    if (step) {
      for (std::size_t i = 0; i < config_.hidden; ++i) {
        Unit& u = hidden_[i];
        ErrorUnit::advance(w, c.hidden_error, u.error, u.neuron.out.slope, sum(back_[i]), 0);
        ProspectiveNeuron::advance(w, {c.hidden, c.nudge, config_.hidden_curve}, u.neuron, sum(forward_[i]),
                                   hidden_errors[i]);
      }
      for (std::size_t j = 0; j < config_.outputs; ++j) {
        Unit& u = output_[j];
        ErrorUnit::advance(w, c.output_error, u.error, u.neuron.out.slope, 0, epsilon(j));
        ProspectiveNeuron::advance(w, {c.output, c.nudge, config_.output_curve}, u.neuron, sum(readout_[j]),
                                   errors[j]);
      }
    }
    for (Column& column : forward_) add(column, now.rates);
    for (Column& column : back_) add(column, errors);
    for (Column& column : readout_) add(column, rates);
    if (step && now.learn) {
      const Word one = w.signal.one();
      for (std::size_t i = 0; i < config_.hidden; ++i) {
        for (std::size_t k = 0; k < config_.inputs; ++k)
          learn(forward_[i].addresses[k], hidden_errors[i], now.rates[k], load);
        learn(forward_[i].bias, hidden_errors[i], one, load);
      }
      for (std::size_t j = 0; j < config_.outputs; ++j) {
        for (std::size_t k = 0; k < config_.hidden; ++k)
          learn(readout_[j].addresses[k], errors[j], rates[k], load);
        learn(readout_[j].bias, errors[j], one, load);
      }
    }
    PhaseSequencer::advance(sequencer_, lengths_, lengths_.size(), true);
  }
  if (enable && load.on && load.address < cells_.size()) cells_[load.address].weight = load.word;
  link_.advance(step, offered, token);
}

}  // namespace leadlag::cosim
