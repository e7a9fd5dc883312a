// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/pi_controller.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("run_i", 2, no_sign, top_.run_i, run_, Drive::own);
    in("lost_i", w_.decay_bits, no_sign, top_.lost_i, lost_, Drive::coefficient);
    in("take_i", w_.decay_bits, no_sign, top_.take_i, take_, Drive::coefficient);
    in("k_p_i", w_.gain.bits, no_sign, top_.k_p_i, k_p_, Drive::coefficient);
    in("lost_sleep_i", w_.decay_bits, no_sign, top_.lost_sleep_i, lost_sleep_, Drive::coefficient);
    in("take_sleep_i", w_.decay_bits, no_sign, top_.take_sleep_i, take_sleep_, Drive::coefficient);
    in("k_p_sleep_i", w_.gain.bits, no_sign, top_.k_p_sleep_i, k_p_sleep_, Drive::coefficient);
    in("reference_i", w_.signal.bits, with_sign, top_.reference_i, reference_, Drive::signal);
    in("output_i", w_.signal.bits, with_sign, top_.output_i, output_, Drive::signal);
    in("error_i", w_.signal.bits, with_sign, top_.error_i, error_, Drive::signal);
    out("error_o", w_.signal.bits, with_sign, top_.error_o, want_error_);
    out("integral_o", w_.signal.bits, with_sign, top_.integral_o, want_integral_);
    out("control_o", w_.signal.bits, with_sign, top_.control_o, want_control_);
  }
  void reset() override { state_ = {}; }
  void expect() override {
    want_error_ = fixed::PiController::difference(w_, reference_, output_, error_);
    want_integral_ = fixed::PiController::integral(w_, state_);
    want_control_ = fixed::PiController::control(w_, modes(), state_, run(), want_error_);
  }
  void advance() override {
    if (en_ != 0) fixed::PiController::advance(w_, modes(), state_, run(), want_error_);
  }
  void stimulate(Stimuli& draw) override {
    if (draw.rare(30)) run_ = static_cast<std::int64_t>(draw.below(4));
  }

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t en_ = 0, run_ = 0, lost_ = 0, take_ = 0, k_p_ = 0, lost_sleep_ = 0, take_sleep_ = 0,
               k_p_sleep_ = 0, reference_ = 0, output_ = 0, error_ = 0, want_error_ = 0, want_integral_ = 0,
               want_control_ = 0;
  fixed::PiController::Coefficients modes() const {
    return {{lost_, take_, k_p_}, {lost_sleep_, take_sleep_, k_p_sleep_}};
  }
  int run() const { return static_cast<int>(run_); }
  fixed::PiController::State state_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
