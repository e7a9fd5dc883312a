// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cosim/stimuli.hpp"

namespace leadlag::cosim {

/// Parameters of a named configuration (rtl_ref/configs.txt), as the twin was verilated with.
class Parameters {
 public:
  explicit Parameters(const std::string& text);  // "SignalW=16 GuardW=8"
  /// A name that the configuration does not have is a mistake of the testbench.
  std::int64_t operator()(const std::string& name) const;
  bool has(const std::string& name) const;
  int width(const std::string& name) const { return static_cast<int>((*this)(name)); }
  std::size_t count(const std::string& name) const { return static_cast<std::size_t>((*this)(name)); }

 private:
  std::vector<std::pair<std::string, std::int64_t>> values_;
};

enum class Drive {
  signal,       ///< any word, in every cycle
  coefficient,  ///< any word, changes when a segment begins
  line,         ///< one bit, with the segment's density
  rare,         ///< one bit, high about once in 50 cycles
  own,          ///< the block's stimulate() sets it
};

/// A port, or an element of a vector port, of the verilated twin beside what the core says.
struct Port {
  std::string name;
  int bits = 1;
  bool is_signed = false, is_input = false;
  Drive drive = Drive::own;
  std::function<std::uint64_t()> read;
  std::function<void(std::uint64_t)> write;
  std::int64_t* value = nullptr;  // inputs: what both get. Outputs: what the core says
};

/// One block of rtl_ref beside its core. Protocol of a cycle, with the clock low:
///
///   reset() if reset is active; values of all inputs are chosen
///   the twin settles; expect() fills the values of all outputs; each is compared
///   rising edge: advance(), unless reset is active
class Block {
 public:
  virtual ~Block() = default;
  std::vector<Port>& ports() { return ports_; }

  virtual void reset() = 0;
  virtual void expect() = 0;
  virtual void advance() = 0;
  /// After the ports' own drives: constraints, and whatever has Drive::own.
  virtual void stimulate(Stimuli&) {}

  // The verilated half.
  virtual void set_clock(bool high) = 0;
  virtual void set_reset(bool active) = 0;
  virtual void settle() = 0;
  virtual void open_trace(const std::string& path) = 0;
  virtual void dump(std::uint64_t time) = 0;

 protected:
  std::vector<Port> ports_;
};

struct Options {
  std::uint64_t cycles = 100000, seed = 1;
  std::string vcd = "mismatch.vcd";
  std::uint64_t untoggled = ~std::uint64_t{0};  // port bits that need not rise and fall
};

// What the file of a block defines, for the executable of one configuration.
extern const char* const configuration_name;
extern const char* const configuration_parameters;
std::unique_ptr<Block> make_block(const std::string& parameters);

/// Runs a fresh block. On a mismatch prints cycle, signal, both values and the last 20 cycles, runs again
/// from the start with a trace of the last 1000 cycles before it, and returns false. Else prints cycles and
/// toggle coverage, and returns whether no more than `untoggled` bits of ports stood still.
bool run(const std::string& name, const std::function<std::unique_ptr<Block>()>& make,
         const Options& options);

}  // namespace leadlag::cosim
