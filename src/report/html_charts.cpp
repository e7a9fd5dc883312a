// SPDX-License-Identifier: Apache-2.0
#include "report/html_charts.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/report_tables.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

using Json = nlohmann::ordered_json;

constexpr int x_digits = 9;
/// What a plot can show, and no more: keeps long waveforms short. Not finite: null.
Json rounded(double value, int digits) {
  if (!std::isfinite(value)) return nullptr;
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits).ptr;
  double short_value = 0.0;
  std::from_chars(text.data(), end, short_value);
  return short_value;
}

Json numbers(const std::vector<double>& values, int digits = 6) {
  Json list = Json::array();
  for (const double v : values) list.push_back(rounded(v, digits));
  return list;
}
/// Cells with more characters than this get a column of some width however narrow the screen.
constexpr std::size_t long_text = 24;

Json axis_json(const ChartAxis& axis) {
  Json json{{"label", axis.label}, {"unit", axis.unit}, {"log", axis.log}};
  if (axis.zero) json["zero"] = rounded(*axis.zero, x_digits);
  return json;
}

Json marks_json(const std::vector<ChartMark>& marks) {
  Json list = Json::array();
  for (const ChartMark& m : marks) {
    list.push_back({{"label", m.label}, {"value", rounded(m.value, x_digits)}, {"limit", m.limit}});
  }
  return list;
}

Json chart_json(const LineChart& chart) {
  Json panels = Json::array();
  for (const LinePanel& p : chart.panels) {
    Json series = Json::array();
    for (const LineSeries& s : p.series) {
      Json one{{"name", s.name}, {"shown", s.shown}, {"steps", s.steps}};
      if (!s.x.empty()) one["x"] = numbers(s.x, x_digits);
      one["y"] = numbers(s.y);
      series.push_back(std::move(one));
    }
    panels.push_back(
        {{"title", p.title}, {"y", axis_json(p.y)}, {"marks", marks_json(p.marks)}, {"series", series}});
  }
  Json json{{"x", axis_json(chart.x)}, {"xs", numbers(chart.xs, x_digits)}, {"panels", panels}};
  if (chart.view)
    json["view"] = {rounded(chart.view->first, x_digits), rounded(chart.view->second, x_digits)};
  return json;
}

Json chart_json(const BarChart& chart) {
  Json views = Json::array();
  for (const BarView& v : chart.views) {
    Json parts = Json::array();
    for (const BarView::Part& p : v.parts)
      parts.push_back({{"name", p.name}, {"values", numbers(p.values, 9)}});
    views.push_back({{"name", v.name},
                     {"value", axis_json(v.value)},
                     {"categories", v.categories},
                     {"labels", v.labels},
                     {"marks", marks_json(v.marks)},
                     {"parts", parts}});
  }
  return {{"views", views}};
}

std::string text_of(const Json& json) {
  return script_safe(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string figure_html(const std::string& kind, const std::string& id, const std::string& title,
                        const std::string& summary, const Json& data, const std::string& below) {
  const std::string safe = html_escaped(id);
  return "<figure class=\"chart\" id=\"" + safe + "\" data-kind=\"" + kind + "\">\n<figcaption id=\"" + safe +
         "-title\">" + html_escaped(title) + "</figcaption>\n<p id=\"" + safe + "-summary\">" +
         html_escaped(summary) + "</p>\n<div class=\"drawing\"></div>\n" + below +
         "<script type=\"application/json\">" + text_of(data) + "</script>\n</figure>\n";
}

/// A value in the unit that an axis names.
std::string value_text(double value, const ChartAxis& axis) {
  if (axis.unit == "%") return percent(value);
  std::string ignored;
  const auto unit = parse_quantity("1 " + axis.unit, ignored);
  if (unit) return format_quantity(value, unit->dimension);
  return format_quantity(value, {}) + " " + axis.unit;
}

std::string view_table(const BarView& view) {
  std::vector<std::string> header{""};
  for (const BarView::Part& p : view.parts) header.push_back(p.name);
  header.emplace_back("in short");
  Table table(header);
  for (std::size_t k = 0; k < view.categories.size(); ++k) {
    std::vector<std::string> row{view.categories[k]};
    for (const BarView::Part& p : view.parts) row.push_back(value_text(p.values[k], view.value));
    row.push_back(view.labels[k]);
    table.row(row);
  }
  return table_html(view.name, table);
}

}  // namespace

std::string script_safe(std::string json) {
  for (std::size_t at = json.find('<'); at != std::string::npos; at = json.find('<', at)) {
    json.replace(at, 1, "\\u003c");
  }
  return json;
}

std::string chart_html(const LineChart& chart) {
  return figure_html("lines", chart.id, chart.title, chart.summary, chart_json(chart), "");
}

std::string chart_html(const BarChart& chart) {
  std::string tables =
      "<details class=\"data\"><summary>As a table: " + html_escaped(chart.title) + "</summary>\n";
  for (const BarView& v : chart.views) tables += view_table(v);
  return figure_html("bars", chart.id, chart.title, chart.summary, chart_json(chart),
                     tables + "</details>\n");
}

std::string table_html(const std::string& caption, const Table& table) {
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" +
                    html_escaped(caption) + "\"><table><caption>" + html_escaped(caption) + "</caption>\n";
  const auto& rows = table.rows();
  const auto is_column_of_figures = [&](std::size_t c) { return rows.size() > 1 && is_figure(rows[1][c]); };
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const bool head = r == 0;
    out += head ? "<thead><tr>" : "<tr>";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string& text = rows[r][c];
      const std::string tag = head || c == 0 ? "th" : "td";
      out += "<" + tag + (head ? " scope=\"col\"" : c == 0 ? " scope=\"row\"" : "");
      out += is_column_of_figures(c)   ? " class=\"figure\""
             : text.size() > long_text ? " class=\"words\""
                                       : "";
      out += ">" + html_escaped(text) + "</" + tag + ">";
    }
    out += head ? "</tr></thead><tbody>\n" : "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace leadlag
