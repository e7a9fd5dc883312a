// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace leadlag::noise {

/// out[k] = normal(key, cycle, k) of blocks/normal_draw.hpp: one standard normal per lane of a column, the
/// same numbers for float and double, on every machine and however many are asked for. A key names who draws
/// and what for, Draws(seed, who, what).word(0); equal keys give equal noise.
template <class T>
void normals(std::uint64_t key, std::uint64_t cycle, std::span<T> out);

}  // namespace leadlag::noise
