// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace leadlag {

/// Every sum runs in this many virtual lanes, whatever the width of the machine's vectors: element k goes to
/// lane k % 16, lanes are folded 16 -> 8 -> 4 -> 2 -> 1 by adding upper half to lower half. Hence the same
/// bits with AVX-512, AVX2 and no vectors at all.
inline constexpr std::size_t virtual_lanes = 16;

constexpr std::size_t padded(std::size_t n) {
  return (n + virtual_lanes - 1) / virtual_lanes * virtual_lanes;
}

/// One physical crossbar tile as the kernels see it: plain arrays, row-major, every row padded with zeros.
///
///   drive[i] = sum_j W[i][j] rate[j]         forward read: one row of W per postsynaptic neuron
///   back[j]  = sum_i W[i][j] error[i]        transposed read of the same cells
///   W[i][j] += eta <error[i] rate[j]>        plasticity, <> is the mean over replicas
///   G[i][j] += <error[i] rate[j]>            the same, kept in the plasticity cells for a host
///
/// W is read before it is updated: drive and back see this tick's weights. All multiply-adds are fused.
/// With replicas B > 1 each vector element becomes padded(B) contiguous numbers, zeros beyond B.
template <class T>
struct CrossbarTile {
  T* weight = nullptr;       ///< rows x stride, 128-byte aligned, zero in the columns beyond `columns`
  T* accumulator = nullptr;  ///< rows x stride; nullptr where updates go straight to the weights
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = 0;  ///< padded(columns)
  std::size_t replicas = 1;
};

/// What one sweep over a tile does; all in one pass over the weights.
struct SweepMode {
  bool backward = false;  ///< also read transposed
  enum class Update { none, online, accumulate } update = Update::none;
};

/// rate: stride x B' in, zero beyond `columns`; error: rows x B' in (not read when mode asks for neither
/// backward nor update); drive: rows x B' out; back: stride x B' out (untouched unless mode.backward). B' is
/// 1 when replicas == 1, else padded(replicas). All buffers 128-byte aligned. eta: see above.
template <class T>
void sweep(const CrossbarTile<T>& tile, SweepMode mode, const T* rate, const T* error, T eta, T* drive,
           T* back);

/// The transposed read alone, for schedules in which drive and back are needed at different moments of a
/// tick.
template <class T>
void read_transposed(const CrossbarTile<T>& tile, const T* error, T* back);

/// The update alone (Update::online or Update::accumulate), for the same schedules.
template <class T>
void update(const CrossbarTile<T>& tile, SweepMode::Update mode, const T* rate, const T* error, T eta);

/// How many of n numbers are not zero: what energy accounting asks of rates and errors.
template <class T>
std::size_t count_nonzero(const T* values, std::size_t n);

}  // namespace leadlag
