// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "report/html_page.hpp"

namespace leadlag {

// The charts of a run's report. Each is nothing when the run recorded no data for it.

/// Learning curve with its limits and controls, and the plastic parameters of small chips below it.
std::optional<LineChart> learning_chart(const Report& r);
/// Energy of the run by block, by array, and by both, static and dynamic.
std::optional<BarChart> energy_chart(const Report& r);
/// Settling time of each path, stacked from its arcs, against the clock period; and its slack.
std::optional<BarChart> timing_chart(const Report& r);
/// The traced signals, one panel per kind of signal and array.
std::optional<LineChart> wave_chart(const Report& r);

}  // namespace leadlag
