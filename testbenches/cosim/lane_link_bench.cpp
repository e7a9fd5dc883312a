// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/lane_link.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("in_valid_i", 1, no_sign, top_.in_valid_i, in_valid_, Drive::line);
    out("in_ready_o", 1, no_sign, top_.in_ready_o, want_in_ready_);
    in("in_data_i", width_, no_sign, top_.in_data_i, in_data_, Drive::signal);
    out("out_valid_o", 1, no_sign, top_.out_valid_o, want_out_valid_);
    in("out_ready_i", 1, no_sign, top_.out_ready_i, out_ready_, Drive::own);
    out("out_data_o", width_, no_sign, top_.out_data_o, want_out_data_);
  }
  void reset() override { state_ = {}; }
  void expect() override {
    want_in_ready_ = state_.ready() ? 1 : 0;
    want_out_valid_ = state_.valid() ? 1 : 0;
    want_out_data_ = state_.front();
  }
  void advance() override { state_.advance(out_ready_ != 0, in_valid_ != 0, in_data_); }
  void stimulate(Stimuli& draw) override {
    if (draw.rare(20)) ready_of_4_ = draw.below(5);
    out_ready_ = draw.below(4) < ready_of_4_ ? 1 : 0;
  }

 private:
  std::int64_t in_valid_ = 0, want_in_ready_ = 0, in_data_ = 0, want_out_valid_ = 0, out_ready_ = 0,
               want_out_data_ = 0;
  const int width_ = parameter.width("Width");
  std::uint64_t ready_of_4_ = 2;
  fixed::LaneLink<std::int64_t> state_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
