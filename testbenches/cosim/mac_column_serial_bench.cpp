// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/mac_column.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("start_i", 1, no_sign, top_.start_i, start_, Drive::rare);
    in("bias_i", w_.weight.bits, with_sign, top_.bias_i, bias_, Drive::signal);
    out("index_o", fixed::growth_bits(n_), no_sign, top_.index_o, want_index_);
    in("weight_i", w_.weight.bits, with_sign, top_.weight_i, weight_, Drive::signal);
    in("x_i", w_.signal.bits, with_sign, top_.x_i, x_, Drive::signal);
    out("done_o", 1, no_sign, top_.done_o, want_done_);
    out("sum_o", w_.signal.bits, with_sign, top_.sum_o, want_sum_);
  }
  void reset() override { state_ = {}; }
  void expect() override {
    want_index_ = static_cast<std::int64_t>(state_.index);
    want_done_ = state_.done ? 1 : 0;
    want_sum_ = fixed::Mac::result(w_, state_.sum);
  }
  void advance() override {
    if (en_ != 0) fixed::MacColumn::advance(w_, n_, state_, start_ != 0, bias_, weight_, x_);
  }
  void stimulate(Stimuli& draw) override {
    if (state_.done && draw.rare(3)) start_ = 1;
  }

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t en_ = 0, start_ = 0, bias_ = 0, want_index_ = 0, weight_ = 0, x_ = 0, want_done_ = 0,
               want_sum_ = 0;
  const std::size_t n_ = parameter.count("N");
  fixed::MacColumn::State state_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
