// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/sar_controller.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("start_i", 1, no_sign, top_.start_i, start_, Drive::own);
    in("comparator_i", 1, no_sign, top_.comparator_i, comparator_, Drive::own);
    out("dac_o", bits_, no_sign, top_.dac_o, want_dac_);
    out("valid_o", 1, no_sign, top_.valid_o, want_valid_);
    out("code_o", bits_, no_sign, top_.code_o, want_code_);
  }
  void reset() override { state_ = {}; }
  void expect() override {
    want_dac_ = static_cast<std::int64_t>(fixed::SarController::level(state_));
    want_valid_ = state_.valid ? 1 : 0;
    want_code_ = static_cast<std::int64_t>(state_.code);
  }
  void advance() override {
    if (en_ != 0) fixed::SarController::advance(bits_, state_, start_ != 0, comparator_ != 0);
  }
  /// An input of its own for each conversion, and now and then a comparator that errs.
  void stimulate(Stimuli& draw) override {
    start_ = draw.rare(4) ? 1 : 0;
    if (state_.left == 0) input_ = draw.word(bits_, no_sign);
    comparator_ = input_ >= static_cast<std::int64_t>(fixed::SarController::level(state_)) ? 1 : 0;
    if (draw.rare(64)) comparator_ = 1 - comparator_;
  }

 private:
  std::int64_t en_ = 0, start_ = 0, comparator_ = 0, want_dac_ = 0, want_valid_ = 0, want_code_ = 0;
  const int bits_ = parameter.width("Bits");
  std::int64_t input_ = 0;
  fixed::SarController::State state_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
