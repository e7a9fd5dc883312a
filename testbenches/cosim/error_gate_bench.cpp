// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/error_gate.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    in("slope_i", w_.slope_bits, no_sign, top_.slope_i, slope_, Drive::signal);
    in("back_i", w_.signal.bits, with_sign, top_.back_i, back_, Drive::signal);
    in("epsilon_i", w_.signal.bits, with_sign, top_.epsilon_i, epsilon_, Drive::signal);
    out("gated_o", w_.signal.bits, with_sign, top_.gated_o, want_gated_);
  }
  void reset() override {}
  void expect() override { want_gated_ = fixed::ErrorGate::gate(w_, slope_, back_, epsilon_); }
  void advance() override {}

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t slope_ = 0, back_ = 0, epsilon_ = 0, want_gated_ = 0;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
