// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "measure/findings.hpp"
#include "report/report.hpp"
#include "report/table.hpp"

namespace leadlag {

// A self-contained page from parts: tables, listings, line charts and bar charts. Texts are plain text (the
// page escapes them); numbers are SI and get their prefix when they are shown.

/// What an axis shows. `unit` is an SI symbol ("s", "V", "Hz", "J"), "%" for shares (0.5 reads 50 %), or ""
/// for plain numbers; other units ("dB", "deg") are written without prefixes.
struct ChartAxis {
  std::string label, unit;
  bool log = false;
  std::optional<double> zero{};  ///< of a logarithmic x axis: the point left of all others stands for 0
};

/// A line across a panel, or across the bars: a limit, or a value to compare with.
struct ChartMark {
  std::string label;
  double value = 0.0;
  bool limit = true;
};

struct LineSeries {
  std::string name;
  std::vector<double> y;  ///< one per x; what is not finite leaves a gap
  std::vector<double> x;  ///< empty: the chart's own
  bool shown = true;      ///< at first; every series can be switched
  bool steps = false;     ///< held until the next x, not joined by a slope
};

struct LinePanel {
  std::string title;
  ChartAxis y;
  std::vector<LineSeries> series;
  std::vector<ChartMark> marks;  ///< values of y
};

/// Panels above each other that share their x axis, its zoom and its cursor: waveforms, or gain above phase.
struct LineChart {
  std::string id;  ///< of the page's element; letters, digits, '-'
  std::string title, summary;
  ChartAxis x;
  std::vector<double> xs;
  std::vector<LinePanel> panels;
  std::optional<std::pair<double, double>> view;  ///< part of x that is shown at first; none: all
};

/// Horizontal bars, one per category, stacked from the series' parts.
struct BarView {
  std::string name;  ///< on its button
  ChartAxis value;
  struct Part {
    std::string name;
    std::vector<double> values;  ///< one per category
  };
  std::vector<std::string> categories;
  std::vector<Part> parts;
  std::vector<std::string> labels;  ///< at the end of each bar: its figures in words
  std::vector<ChartMark> marks;
};

/// The same thing in one or several views (by block, by array), switched by buttons. The page lists each view
/// as a table too.
struct BarChart {
  std::string id, title, summary;
  std::vector<BarView> views;
};

struct Paragraph {
  std::string text;
};

struct PageTable {
  std::string caption;
  Table table;
  bool folded = false;  ///< behind a disclosure
};

/// Numbered lines; findings link to them.
struct Listing {
  std::string title, text;
};

/// Sorted worst first; each quotes its line of the blueprint's text.
struct FindingsTable {
  std::vector<Finding> findings;
  std::string blueprint;
};

using PagePart = std::variant<Paragraph, PageTable, Listing, FindingsTable, LineChart, BarChart>;

struct PageSection {
  std::string id, title;
  std::vector<PagePart> parts;
};

/// A figure that is read first: large, with its verdict where there is one and a line below.
struct KeyFigure {
  std::string label, value, note;
  std::optional<Verdict> verdict;
};

struct Page {
  std::string title, subtitle;
  std::vector<Finding> findings;  ///< make the verdict beside the title; listed where a FindingsTable says
  std::vector<KeyFigure> figures;
  std::vector<PageSection> sections;
  Provenance provenance;
  std::string data;  ///< JSON that the page carries for programs, as <script id="report">; may be empty
};

/// HTML with its style sheet, its program, the plotting library and its data inside: needs no network and no
/// other file. The same bytes for the same page.
std::string html_page(const Page& page);

/// Text for HTML, inside elements and quoted attributes.
std::string html_escaped(const std::string& text);

}  // namespace leadlag
