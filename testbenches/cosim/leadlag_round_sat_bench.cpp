// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/format.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    in("in_i", parameter.width("InW"), with_sign, top_.in_i, in_, Drive::signal);
    out("out_o", parameter.width("OutW"), with_sign, top_.out_o, want_out_);
  }
  void reset() override {}
  void expect() override {
    want_out_ = fixed::round_saturate(in_, parameter.width("Shift"), parameter.width("OutW"));
  }
  void advance() override {}

 private:
  std::int64_t in_ = 0, want_out_ = 0;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
