// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("sample_i", 1, no_sign, top_.sample_i, sample_, Drive::line);
    in("signal_i", w_.signal.bits, with_sign, top_.signal_i, signal_, Drive::signal);
    out("held_o", w_.signal.bits, with_sign, top_.held_o, want_held_);
  }
  void reset() override { want_held_ = 0; }
  void expect() override {}
  void advance() override {
    if (sample_ != 0) want_held_ = signal_;
  }

 private:
  const fixed::WordLengths w_ = words_of(parameter);
  std::int64_t sample_ = 0, signal_ = 0, want_held_ = 0;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
