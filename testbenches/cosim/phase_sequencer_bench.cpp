// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/phase_sequencer.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("learn_i", 1, no_sign, top_.learn_i, learn_, Drive::line);
    for (std::size_t k = 0; k < n_; ++k)
      in_element("lengths_i", k, parameter.width("LengthW"), no_sign, top_.lengths_i, lengths_[k],
                 Drive::coefficient);
    out("phase_o", static_cast<int>(n_), no_sign, top_.phase_o, want_phase_);
    out("last_o", 1, no_sign, top_.last_o, want_last_);
  }
  void reset() override { state_ = {}; }
  void expect() override {
    for (std::size_t k = 0; k < n_; ++k) played_[k] = static_cast<std::uint64_t>(lengths_[k]);
    want_phase_ = std::int64_t{1} << state_.phase;
    want_last_ = fixed::PhaseSequencer::last(state_, played_, inference_, learn_ != 0) ? 1 : 0;
  }
  void advance() override {
    if (en_ != 0) fixed::PhaseSequencer::advance(state_, played_, inference_, learn_ != 0);
  }

 private:
  std::int64_t en_ = 0, learn_ = 0, want_phase_ = 0, want_last_ = 0;
  const std::size_t n_ = parameter.count("Phases"), inference_ = parameter.count("Inference");
  std::vector<std::int64_t> lengths_ = std::vector<std::int64_t>(n_, 0);
  std::vector<std::uint64_t> played_ = std::vector<std::uint64_t>(n_, 0);
  fixed::PhaseSequencer::State state_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
