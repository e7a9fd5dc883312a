// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/plasticity.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("learn_i", 1, no_sign, top_.learn_i, learn_, Drive::line);
    in("clear_i", 1, no_sign, top_.clear_i, clear_, Drive::rare);
    in("error_i", w_.signal.bits, with_sign, top_.error_i, error_, Drive::signal);
    in("rate_i", w_.signal.bits, with_sign, top_.rate_i, rate_, Drive::signal);
    out("store_o", store_bits_, with_sign, top_.store_o, want_store_);
  }
  void reset() override { store_ = 0; }
  void expect() override { want_store_ = store_; }
  void advance() override {
    if (en_ == 0) return;
    if (clear_ != 0) {
      store_ = 0;
    } else if (learn_ != 0) {
      store_ = fixed::Plasticity::stored(store_bits_, store_, error_, rate_);
    }
  }
  void stimulate(Stimuli& draw) override {
    if (draw.stands_still()) clear_ = 0;
  }

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t en_ = 0, learn_ = 0, clear_ = 0, error_ = 0, rate_ = 0, want_store_ = 0;
  const int store_bits_ = parameter.width("StoreW");
  std::int64_t store_ = 0;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
