// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <tuple>
#include <vector>

#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"

namespace leadlag {

/// What VLE exact remembers of a window: one channel per recorded signal, with a converter in, `window` words
/// of SRAM and a converter out. It is written forwards in time and read backwards: a stack.
///
/// Ideal fidelity does not quantise: `bits` sizes energy, area and conversion time.
struct TrajectoryMemory {
  struct Params {
    int bits = 8;
    Current bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"bits", &Params::bits, domain::between(1, 16), "resolution (ENOB) of a word"},
          Field{"bias", &Params::bias, domain::positive, "bias current of the buffer behind the words"}};
    }
  };
  static constexpr const char* stem = "trajectory_memory";

  /// The words of some channels, a stack pointer, and nothing else. What is written last is read first.
  template <class T>
  class Words {
   public:
    void write(std::span<const T> values) {
      if (words_.size() < top_ + values.size()) words_.resize(top_ + values.size());
      std::copy(values.begin(), values.end(), words_.begin() + static_cast<std::ptrdiff_t>(top_));
      top_ += values.size();
    }
    /// The last `count` numbers, in the order in which they were written; they stay readable until the next
    /// write.
    std::span<const T> read(std::size_t count) {
      top_ -= count;
      return std::span<const T>(words_).subspan(top_, count);
    }
    bool empty() const { return top_ == 0; }
    void clear() { top_ = 0; }

   private:
    std::vector<T> words_;
    std::size_t top_ = 0;
  };

  /// Of one channel with `words` words.
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&, std::size_t words);
};

}  // namespace leadlag
