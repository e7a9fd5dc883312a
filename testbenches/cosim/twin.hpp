// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Vtop.h>
#include <verilated.h>
#include <verilated_vcd_c.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "cosim/lockstep.hpp"

namespace leadlag::cosim {

/// The verilated half of a block: binds its ports to the variables of the core's half.
class Twin : public Block {
 public:
  ~Twin() override {
    if (trace_) trace_->close();
    top_.final();
  }
  void set_clock(bool high) override { clock_(high); }
  void set_reset(bool active) override { reset_(active); }
  void settle() override { top_.eval(); }
  void open_trace(const std::string& path) override {
    context_.traceEverOn(true);
    trace_ = std::make_unique<VerilatedVcdC>();
    top_.trace(trace_.get(), 99);
    trace_->open(path.c_str());
  }
  void dump(std::uint64_t time) override { trace_->dump(time); }

 protected:
  explicit Twin(const std::string& parameters) : parameter(parameters) {}

  template <class Word>
  void in(const std::string& name, int bits, bool is_signed, Word& word, std::int64_t& value, Drive drive) {
    ports_.push_back(port(name, bits, is_signed, word, value));
    ports_.back().is_input = true;
    ports_.back().drive = drive;
  }
  template <class Word>
  void out(const std::string& name, int bits, bool is_signed, Word& word, std::int64_t& value) {
    ports_.push_back(port(name, bits, is_signed, word, value));
  }
  /// Element k, of `bits` bits, of a vector port.
  template <class Word>
  void in_element(const std::string& name, std::size_t k, int bits, bool is_signed, Word& word,
                  std::int64_t& value, Drive drive) {
    ports_.push_back(element(name, k, bits, is_signed, word, value));
    ports_.back().is_input = true;
    ports_.back().drive = drive;
  }
  template <class Word>
  void out_element(const std::string& name, std::size_t k, int bits, bool is_signed, Word& word,
                   std::int64_t& value) {
    ports_.push_back(element(name, k, bits, is_signed, word, value));
  }

  static constexpr bool with_sign = true, no_sign = false;
  const Parameters parameter;

 private:
  template <class Word>
  static Port port(const std::string& name, int bits, bool is_signed, Word& word, std::int64_t& value) {
    const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    Port p;
    p.name = name;
    p.bits = bits;
    p.is_signed = is_signed;
    p.value = &value;
    p.read = [&word] { return static_cast<std::uint64_t>(word); };
    p.write = [&word, mask](std::uint64_t v) { word = static_cast<Word>(v & mask); };
    return p;
  }
  template <class Word>
  static Port element(const std::string& name, std::size_t k, int bits, bool is_signed, Word& word,
                      std::int64_t& value) {
    const std::size_t from = k * static_cast<std::size_t>(bits);
    Port p = at(word, from, bits);
    p.name = name + "[" + std::to_string(k) + "]";
    p.bits = bits;
    p.is_signed = is_signed;
    p.value = &value;
    return p;
  }

 protected:
  /// A field of `bits` bits from bit `from` of a port of any width; the caller names it.
  template <class Word>
  static Port at(Word& word, std::size_t from, int bits) {
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    Port p;
    if constexpr (std::is_integral_v<Word>) {
      p.read = [&word, from, mask] { return static_cast<std::uint64_t>(word) >> from & mask; };
      p.write = [&word, from, mask](std::uint64_t v) {
        const std::uint64_t kept = static_cast<std::uint64_t>(word) & ~(mask << from);
        word = static_cast<Word>(kept | (v & mask) << from);
      };
    } else {  // a vector of 32-bit words
      p.read = [&word, from, mask] {
        const std::size_t w = from / 32, shift = from % 32;
        std::uint64_t v = word[w];
        if (w + 1 < sizeof(Word) / 4) v |= static_cast<std::uint64_t>(word[w + 1]) << 32;
        return v >> shift & mask;
      };
      p.write = [&word, from, mask](std::uint64_t v) {
        const std::size_t w = from / 32, shift = from % 32;
        const std::uint64_t clear = ~(mask << shift), set = (v & mask) << shift;
        word[w] = static_cast<EData>((word[w] & clear) | set);
        if (w + 1 < sizeof(Word) / 4)
          word[w + 1] = static_cast<EData>((word[w + 1] & (clear >> 32)) | set >> 32);
      };
    }
    return p;
  }

  VerilatedContext context_;
  Vtop top_{&context_, "top"};

  // Combinational twins have neither.
  std::function<void(bool)> clock_ = [](bool) {}, reset_ = [](bool) {};
  template <class Top>
  void clocked(Top& top) {
    clock_ = [&top](bool high) { top.clk_i = high ? 1 : 0; };
    reset_ = [&top](bool active) { top.rst_ni = active ? 0 : 1; };
  }

 private:
  std::unique_ptr<VerilatedVcdC> trace_;
};

// Of the executable that the block's file is compiled for.
const char* const configuration_name = LEADLAG_COSIM_NAME;
const char* const configuration_parameters = LEADLAG_COSIM_PARAMETERS;

}  // namespace leadlag::cosim
