// SPDX-License-Identifier: Apache-2.0
#include "oracles/two_point.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace leadlag::oracle {

TwoPoint solve_two_point(const Chain& chain, const Task& task, double beta) {
  TwoPoint result;
  std::vector<Signal> e;
  for (const ChainLayer& layer : chain) e.emplace_back(task.input.rows, layer.w.rows);
  for (result.sweeps = 1; result.sweeps <= 1000; ++result.sweeps) {
    const Trace trace = forward(chain, task.input, task.dt, Schedule::zero_delay, e);
    result.gradient = reverse_sweep(chain, task, trace, Schedule::zero_delay);
    double moved = 0.0, size = 0.0;
    long double squares = 0.0L;
    for (std::size_t l = 0; l < chain.size(); ++l) {
      for (std::size_t k = 0; k < e[l].values.size(); ++k) {
        const double next = beta * result.gradient.error[l].values[k];
        moved = std::max(moved, std::abs(next - e[l].values[k])), size = std::max(size, std::abs(next));
        e[l].values[k] = next;
        squares += next * next;
      }
    }
    if (moved > 1e-14 * size) continue;
    long double loss = 0.0L;
    for (std::size_t n = task.first; n < task.input.rows; ++n) {
      for (std::size_t i = 0; i < task.target.cols; ++i)
        loss += std::pow(task.target(n, i) - trace.back().rate(n, i), 2);
    }
    result.action = 0.5 * task.dt * static_cast<double>(squares + beta * loss);
    return result;
  }
  throw std::runtime_error("forward and backward sweeps do not meet: beta is too large");
}

}  // namespace leadlag::oracle
