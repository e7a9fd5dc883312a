// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/error_unit.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("take_i", w_.decay_bits, no_sign, top_.take_i, take_, Drive::coefficient);
    in("rho_i", w_.gain.bits, no_sign, top_.rho_i, rho_, Drive::coefficient);
    in("slope_i", w_.slope_bits, no_sign, top_.slope_i, slope_, Drive::signal);
    in("back_i", w_.signal.bits, with_sign, top_.back_i, back_, Drive::signal);
    in("epsilon_i", w_.signal.bits, with_sign, top_.epsilon_i, epsilon_, Drive::signal);
    out("error_o", w_.signal.bits, with_sign, top_.error_o, want_error_);
  }
  void reset() override { state_ = {}; }
  void expect() override {
    want_error_ = fixed::ErrorUnit::error(w_, {take_, rho_}, state_, slope_, epsilon_);
  }
  void advance() override {
    if (en_ != 0) fixed::ErrorUnit::advance(w_, {take_, rho_}, state_, slope_, back_, epsilon_);
  }

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t en_ = 0, take_ = 0, rho_ = 0, slope_ = 0, back_ = 0, epsilon_ = 0, want_error_ = 0;
  fixed::ErrorUnit::State state_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
