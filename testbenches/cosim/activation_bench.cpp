// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/activation.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    in("x_i", w_.signal.bits, with_sign, top_.x_i, x_, Drive::signal);
    out("rate_o", w_.signal.bits, with_sign, top_.rate_o, want_rate_);
    out("slope_o", w_.slope_bits, no_sign, top_.slope_o, want_slope_);
  }
  void reset() override {}
  void expect() override {
    const fixed::Activated a = fixed::Activation::of(curve_, w_, x_);
    want_rate_ = a.rate;
    want_slope_ = a.slope;
  }
  void advance() override {}

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t x_ = 0, want_rate_ = 0, want_slope_ = 0;
  const fixed::Curve curve_ = static_cast<fixed::Curve>(parameter("Curve"));
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
