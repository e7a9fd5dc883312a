// SPDX-License-Identifier: Apache-2.0
#include "cosim/stimuli.hpp"

#include <algorithm>
#include <array>

namespace leadlag::cosim {

Stimuli::Stimuli(std::uint64_t seed, std::string_view name) : draws_(seed, name, "cosim") {}

std::uint64_t Stimuli::below(std::uint64_t n) { return bits() % n; }
bool Stimuli::rare(std::uint64_t period) { return below(period) == 0; }
bool Stimuli::line() { return below(16) < density_; }

bool Stimuli::next_cycle() {
  if (reset_left_ > 0) {
    --reset_left_;
  } else if (rare(400)) {
    reset_left_ = 1 + below(3);
  }
  if (left_ > 0) {
    --left_;
    return false;
  }
  left_ = 16 + (below(4) == 0 ? below(1008) : below(64));
  manner_ = static_cast<Manner>(below(6));
  constexpr std::array<std::uint64_t, 5> densities{1, 8, 15, 16, 16};
  density_ = densities[below(densities.size())];
  return true;
}

std::int64_t Stimuli::corner(int bits, bool is_signed) {
  const std::int64_t top = (std::int64_t{1} << (is_signed ? bits - 1 : bits)) - 1;
  const std::int64_t low = is_signed ? -top - 1 : 0;
  const std::array<std::int64_t, 8> corners{low, low + 1, is_signed ? -1 : top, 0, 1, top - 1, top, low};
  return std::clamp(corners[below(corners.size())], low, top);
}

std::int64_t Stimuli::word(int bits_wanted, bool is_signed) {
  const std::uint64_t raw = bits();
  const int spare = 64 - bits_wanted;
  // Shifting down from the top extends the sign, or not.
  const std::int64_t any =
      is_signed ? static_cast<std::int64_t>(raw) >> spare : static_cast<std::int64_t>(raw >> spare);
  Manner manner = manner_;
  if (manner == Manner::mixed) manner = static_cast<Manner>(below(4));
  switch (manner) {
    case Manner::corners:
    case Manner::corner_held:
      return corner(bits_wanted, is_signed);
    case Manner::small:
      return is_signed ? any >> (bits_wanted / 2) : any & ((std::int64_t{1} << (bits_wanted / 2)) - 1);
    case Manner::powers: {
      const auto power = std::int64_t{1}
                         << below(static_cast<std::uint64_t>(bits_wanted - (is_signed ? 1 : 0)));
      const std::int64_t near = power + static_cast<std::int64_t>(below(3)) - 1;
      const std::int64_t top = (std::int64_t{1} << (is_signed ? bits_wanted - 1 : bits_wanted)) - 1;
      return std::min(is_signed && (raw & 1U) != 0 ? -near : near, top);
    }
    default:
      return any;
  }
}

}  // namespace leadlag::cosim
