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
    in("load_i", 1, no_sign, top_.load_i, load_, Drive::rare);
    in("load_data_i", w_.weight.bits, with_sign, top_.load_data_i, load_data_, Drive::signal);
    in("error_i", w_.signal.bits, with_sign, top_.error_i, error_, Drive::signal);
    in("rate_i", w_.signal.bits, with_sign, top_.rate_i, rate_, Drive::signal);
    out("weight_o", w_.weight.bits, with_sign, top_.weight_o, want_weight_);
  }
  void reset() override {
    weight_ = 0;
    random_ = seed();
  }
  void expect() override { want_weight_ = weight_; }
  void advance() override {
    if (en_ == 0) return;
    if (load_ != 0) {
      weight_ = load_data_;
    } else if (learn_ != 0) {
      weight_ = fixed::Plasticity::updated(w_, cut_, weight_, error_, rate_, random_);
      random_ = fixed::Lfsr::next(random_);
    }
  }

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t en_ = 0, learn_ = 0, load_ = 0, load_data_ = 0, error_ = 0, rate_ = 0, want_weight_ = 0;
  std::uint32_t seed() const { return static_cast<std::uint32_t>(parameter("Seed")); }
  const int cut_ = fixed::Plasticity::cut(w_, parameter.width("RateShift"));
  std::int64_t weight_ = 0;
  std::uint32_t random_ = seed();
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
