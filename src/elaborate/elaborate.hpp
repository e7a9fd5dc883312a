// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "arrays/die_module.hpp"
#include "design/design.hpp"
#include "design/die.hpp"

namespace leadlag {

/// Builds the module tree of a Die in the detail and precision the Design asks for: the only place that
/// creates and binds modules of the chip. SystemC elaborates once per process, so call it once.
std::unique_ptr<DieModule> elaborate(const Design& design, const Die& die);

}  // namespace leadlag
