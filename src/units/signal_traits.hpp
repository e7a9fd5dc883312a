// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <systemc>

#include "units/quantity.hpp"

namespace leadlag {

// What sc_signal<Quantity> and its tracing need, found by argument-dependent lookup.
template <int M, int L, int T, int A, int K>
std::ostream& operator<<(std::ostream& os, Quantity<M, L, T, A, K> q) {
  return os << q.si;
}
template <int M, int L, int T, int A, int K>
void sc_trace(sc_core::sc_trace_file* file, const Quantity<M, L, T, A, K>& q, const std::string& name) {
  sc_core::sc_trace(file, q.si, name);
}

}  // namespace leadlag
