// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/lead_lag.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("take_i", w_.decay_bits, no_sign, top_.take_i, take_, Drive::coefficient);
    in("rho_i", w_.gain.bits, no_sign, top_.rho_i, rho_, Drive::coefficient);
    in("drive_i", w_.signal.bits, with_sign, top_.drive_i, drive_, Drive::signal);
    out("out_o", w_.signal.bits, with_sign, top_.out_o, want_out_);
  }
  void reset() override { state_ = {}; }
  void expect() override { want_out_ = fixed::LeadLag::output(w_, {take_, rho_}, state_, drive_); }
  void advance() override {
    if (en_ != 0) fixed::LeadLag::advance(w_, {take_, rho_}, state_, drive_);
  }

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t en_ = 0, take_ = 0, rho_ = 0, drive_ = 0, want_out_ = 0;
  fixed::LeadLag::State state_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
