// SPDX-License-Identifier: Apache-2.0
#include "cosim/twin.hpp"
#include "cosim/words.hpp"
#include "fixed/weight_sram_if.hpp"

namespace leadlag::cosim {
namespace {

class Bench final : public Twin {
 public:
  explicit Bench(const std::string& parameters) : Twin(parameters) {
    clocked(top_);
    in("read_i", 1, no_sign, top_.read_i, read_, Drive::line);
    in("read_addr_i", address_bits_, no_sign, top_.read_addr_i, read_addr_, Drive::signal);
    out("read_valid_o", 1, no_sign, top_.read_valid_o, want_read_valid_);
    out("read_data_o", word_bits_, no_sign, top_.read_data_o, want_read_data_);
    in("write_i", 1, no_sign, top_.write_i, write_, Drive::line);
    in("write_addr_i", address_bits_, no_sign, top_.write_addr_i, write_addr_, Drive::signal);
    in("write_data_i", word_bits_, no_sign, top_.write_data_i, write_data_, Drive::signal);
    out("write_ready_o", 1, no_sign, top_.write_ready_o, want_write_ready_);
    out("sram_req_o", 1, no_sign, top_.sram_req_o, want_sram_req_);
    out("sram_we_o", 1, no_sign, top_.sram_we_o, want_sram_we_);
    out("sram_addr_o", address_bits_, no_sign, top_.sram_addr_o, want_sram_addr_);
    out("sram_wdata_o", word_bits_, no_sign, top_.sram_wdata_o, want_sram_wdata_);
    in("sram_rdata_i", word_bits_, no_sign, top_.sram_rdata_i, sram_rdata_, Drive::own);
  }
  void reset() override {
    state_ = {};
    sram_rdata_ = 0;
    buffered_ = {};
  }
  void expect() override {
    const bool waits = state_.waiting.has_value();
    if (waits) buffered_ = *state_.waiting;
    want_read_valid_ = state_.valid ? 1 : 0;
    want_read_data_ = static_cast<std::int64_t>(state_.answer);
    want_write_ready_ = waits ? 0 : 1;
    want_sram_req_ = read_ != 0 || waits ? 1 : 0;
    want_sram_we_ = read_ == 0 && waits ? 1 : 0;
    want_sram_addr_ = read_ != 0 ? read_addr_ : static_cast<std::int64_t>(buffered_.address);
    want_sram_wdata_ = static_cast<std::int64_t>(buffered_.word);
  }
  void advance() override {
    std::optional<std::size_t> read;
    std::optional<fixed::WeightSramIf::Write> write;
    if (read_ != 0) read = static_cast<std::size_t>(read_addr_);
    if (write_ != 0) write = {static_cast<std::size_t>(write_addr_), static_cast<std::uint64_t>(write_data_)};
    fixed::WeightSramIf::advance(state_, memory_, read, write);
    // The SRAM itself, behind the twin.
    std::int64_t& cell = cells_[static_cast<std::size_t>(want_sram_addr_)];
    if (want_sram_we_ != 0) cell = want_sram_wdata_;
    if (want_sram_req_ != 0 && want_sram_we_ == 0) sram_rdata_ = cell;
  }
  /// Few addresses, so that reads meet writes that wait.
  void stimulate(Stimuli& draw) override {
    if (draw.rare(2)) read_addr_ = write_addr_;
    if (draw.rare(4)) read_addr_ = static_cast<std::int64_t>(buffered_.address);
    if (draw.rare(3)) read_ = 0;
  }

 private:
  std::int64_t read_ = 0, read_addr_ = 0, want_read_valid_ = 0, want_read_data_ = 0, write_ = 0,
               write_addr_ = 0, write_data_ = 0, want_write_ready_ = 0, want_sram_req_ = 0, want_sram_we_ = 0,
               want_sram_addr_ = 0, want_sram_wdata_ = 0, sram_rdata_ = 0;
  const int address_bits_ = parameter.width("AddrW"), word_bits_ = parameter.width("WeightW");
  std::vector<std::uint64_t> memory_ =
      std::vector<std::uint64_t>(std::size_t{1} << address_bits_, 0);  // as the port shows it
  std::vector<std::int64_t> cells_ = std::vector<std::int64_t>(memory_.size(), 0);
  fixed::WeightSramIf::Write buffered_;
  fixed::WeightSramIf::State state_;
};

}  // namespace

std::unique_ptr<Block> make_block(const std::string& parameters) {
  return std::make_unique<Bench>(parameters);
}

}  // namespace leadlag::cosim
