// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "report/html_page.hpp"

namespace leadlag {

/// A <figure> with the chart's data as JSON inside; page/*.js draws it.
std::string chart_html(const LineChart& chart);
/// The same, with every view as a table.
std::string chart_html(const BarChart& chart);

/// A table within a region that scrolls on its own, so that the page never does sideways.
std::string table_html(const std::string& caption, const Table& table);

/// JSON that may stand inside a <script> element: no "<" in it.
std::string script_safe(std::string json);

}  // namespace leadlag
