// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "report/report.hpp"
#include "report/table.hpp"

namespace leadlag {

// What report.txt and report.html both show, each in its own dress: the same rows and the same sentences.

/// What a training sample's clock cycles are for: "init 2, relax 20, write 1".
std::string phases_text(const Design& design);
/// "1 die", "16 dies".
std::string dies(int count);
/// "mine.yaml:41", or "default" when the value came from a default or an option.
std::string place_of(const Finding& finding, const Design& design);

/// "tile detail, ideal fidelity, ...".
std::string chip_line(const Report& r);
Table measurements_table(const Report& r);
/// System and rule, weights written and read, each array's time constants: one sentence each.
std::vector<std::string> learning_lines(const Report& r);
Table controls_table(const Report& r);
std::string timing_line(const Report& r);
Table timing_table(const Report& r);
/// One line per analog island: what is in it, its ticks, its parasitic lag, how its loops closed.
Table islands_table(const Report& r);
std::string energy_line(const Report& r);
/// Energy of each array or crossbar, or of each block of it.
Table energy_by_array_table(const Report& r);
Table energy_by_block_table(const Report& r);
/// Energy of an event of each block, with its formula.
Table host_table(const Report& r);  ///< what a computer beside the dies spends; not in the ledger
Table event_energy_table(const Report& r);
/// Every number of a technology with its source, or "assumed".
Table technology_table(const Technology& technology);

}  // namespace leadlag
