// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/mac.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    in("bias_i", w_.weight.bits, with_sign, top_.bias_i, bias_, Drive::signal);
    for (std::size_t k = 0; k < n_; ++k) {
      in_element("weights_i", k, w_.weight.bits, with_sign, top_.weights_i, weights_[k], Drive::signal);
      in_element("x_i", k, w_.signal.bits, with_sign, top_.x_i, x_[k], Drive::signal);
    }
    out("sum_o", w_.signal.bits, with_sign, top_.sum_o, want_sum_);
  }
  void reset() override { want_sum_ = 0; }
  void expect() override {}
  void advance() override {
    if (en_ == 0) return;
    std::int64_t sum = fixed::Mac::begin(w_, bias_);
    for (std::size_t k = 0; k < n_; ++k) sum += weights_[k] * x_[k];
    want_sum_ = fixed::Mac::result(w_, sum);
  }

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t en_ = 0, bias_ = 0, want_sum_ = 0;
  const std::size_t n_ = parameter.count("N");
  std::vector<std::int64_t> weights_ = std::vector<std::int64_t>(n_, 0), x_ = weights_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
