// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/prospective_neuron.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("take_i", w_.decay_bits, no_sign, top_.take_i, take_, Drive::coefficient);
    in("rho_i", w_.gain.bits, no_sign, top_.rho_i, rho_, Drive::coefficient);
    in("nudge_i", w_.gain.bits, no_sign, top_.nudge_i, nudge_, Drive::coefficient);
    in("drive_i", w_.signal.bits, with_sign, top_.drive_i, drive_, Drive::signal);
    in("error_i", w_.signal.bits, with_sign, top_.error_i, error_, Drive::signal);
    out("rate_o", w_.signal.bits, with_sign, top_.rate_o, want_rate_);
    out("slope_o", w_.slope_bits, no_sign, top_.slope_o, want_slope_);
  }
  void reset() override { state_ = {}; }
  void expect() override {
    want_rate_ = state_.out.rate;
    want_slope_ = state_.out.slope;
  }
  void advance() override {
    if (en_ != 0)
      fixed::ProspectiveNeuron::advance(w_, {{take_, rho_}, nudge_, curve_}, state_, drive_, error_);
  }
  void stimulate(Stimuli& draw) override {
    if (draw.rare(100)) nudge_ = 0;
  }

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t en_ = 0, take_ = 0, rho_ = 0, nudge_ = 0, drive_ = 0, error_ = 0, want_rate_ = 0,
               want_slope_ = 0;
  const fixed::Curve curve_ = static_cast<fixed::Curve>(parameter("Curve"));
  fixed::ProspectiveNeuron::State state_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
