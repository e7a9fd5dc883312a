// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "design/design.hpp"
#include "design/die.hpp"
#include "instruments/task.hpp"
#include "measure/observations.hpp"

namespace leadlag {

struct SimulateOptions {
  std::string waves;    ///< VCD file without ".vcd"; empty: none
  std::string weights;  ///< folder for the final parameters as NPY files; empty: none
  std::string comment;  ///< provenance for the VCD header
  std::function<void(std::int64_t cycle, std::int64_t cycles, const Observations&)>
      progress;  ///< may be empty
};

/// Elaborates the die, runs its task on the bench and returns what was seen. Once per process.
Observations simulate(const Design& design, const Die& die, Task& task, const SimulateOptions& options);

}  // namespace leadlag
