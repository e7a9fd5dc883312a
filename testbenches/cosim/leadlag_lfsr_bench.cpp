// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/lfsr.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("en_i", 1, no_sign, top_.en_i, en_, Drive::line);
    out("state_o", 32, no_sign, top_.state_o, want_state_);
  }
  void reset() override { state_ = seed(); }
  void expect() override { want_state_ = state_; }
  void advance() override {
    if (en_ != 0) state_ = fixed::Lfsr::next(state_);
  }

 private:
  std::int64_t en_ = 0, want_state_ = 0;
  std::uint32_t seed() const { return static_cast<std::uint32_t>(parameter("Seed")); }
  std::uint32_t state_ = seed();
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
