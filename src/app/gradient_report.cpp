// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "app/bench_report.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

std::string text(const std::optional<double>& value) { return value ? figure_text(*value, "") : "-"; }

/// A group with less than this share of the whole gradient is shown, not judged: a register's delay or a
/// rounding may turn its sign without any weight on where the chip goes.
constexpr double small_group = 0.01;

double norm(const std::vector<double>& values) {
  double squares = 0.0;
  for (const double v : values) squares += v * v;
  return std::sqrt(squares);
}

struct Row {
  std::string name;
  std::size_t size;
  Agreement chip, wires;
};

std::vector<Row> rows_of(const GradientResult& result) {
  std::vector<Row> rows;
  for (const GroupGradient& g : result.groups)
    rows.push_back({g.name, g.chip.size(), agreement(g.chip, g.exact), agreement(g.instantaneous, g.exact)});
  const auto exact = result.all(&GroupGradient::exact);
  rows.push_back({"all", exact.size(), agreement(result.all(&GroupGradient::chip), exact),
                  agreement(result.all(&GroupGradient::instantaneous), exact)});
  return rows;
}

BarChart cosine_chart(const std::vector<Row>& rows, bool netlist) {
  const auto view = [&](const std::string& name, Agreement Row::*side) {
    BarView v{name, {"cosine", ""}, {}, {{"cosine", {}}}, {}, {{"exact", 1.0, false}}};
    for (const Row& row : rows) {
      const Agreement& a = row.*side;
      v.categories.push_back(row.name), v.parts[0].values.push_back(a.cosine.value_or(0.0));
      v.labels.push_back(text(a.cosine) + ", norm ratio " + text(a.norm_ratio));
    }
    return v;
  };
  std::vector<BarView> views{view("the chip", &Row::chip)};
  if (!netlist) views.push_back(view("instantaneous backpropagation", &Row::wires));
  return {"cosines", "Cosine with the exact gradient",
          "1: the same direction; 0: at a right angle; below 0: against it.", std::move(views)};
}

std::string plot_commands(bool netlist) {
  return std::string("set style data histogram\nset style fill solid 0.8\n") +
         "set ylabel 'descent direction per " + (netlist ? "sample" : "cycle") +
         "'\nset xtics rotate by -45 noenhanced\n"
         "stats 'gradient.csv' using 2 nooutput\nif (STATS_records > 40) set xtics format ''\n"
         "plot 'gradient.csv' using 3:xtic(1) lt 2 title 'exact', '' using 2 lt 1 title 'chip'" +
         (netlist ? "" : ", '' using 4 lt 3 title 'instantaneous backpropagation'") + "\n";
}

}  // namespace

BenchReport gradient_report(const Subject& s, const GradientResult& result,
                            std::optional<double> min_cosine) {
  BenchReport r;
  r.kind = "gradient", r.subject = "plastic parameters of " + s.design.chip.name;
  const bool netlist = s.design.has_circuit();
  r.reference = netlist
                    ? "central differences of the loss after the chip's own inference"
                    : "exact gradient of the same network without nudging, by backpropagation through time";
  r.csv_header = {"parameter", "chip", "exact"};
  if (!netlist) r.csv_header.emplace_back("instantaneous");
  for (const GroupGradient& g : result.groups) {
    for (std::size_t k = 0; k < g.chip.size(); ++k) {
      r.csv_names.push_back(g.name + "[" + std::to_string(k) + "]");
      r.csv_rows.push_back({g.chip[k], g.exact[k]});
      if (!netlist) r.csv_rows.back().push_back(g.instantaneous[k]);
    }
  }
  const auto rows = rows_of(result);
  const auto exact = result.all(&GroupGradient::exact);
  Table table({"parameters", "number", "cosine", "norm ratio", "same sign", "instantaneous: cosine",
               "norm ratio", "same sign"});
  for (const Row& row : rows) {
    table.row({row.name, std::to_string(row.size), text(row.chip.cosine), text(row.chip.norm_ratio),
               text(row.chip.same_sign), text(row.wires.cosine), text(row.wires.norm_ratio),
               text(row.wires.same_sign)});
    const auto add = [&](const std::string& key, const std::string& label, const std::optional<double>& value,
                         bool first) {
      if (value) r.figures.push_back({row.name + "." + key, row.name + ": " + label, *value, "", first});
    };
    const bool all = row.name == "all";
    add("cosine", "cosine with the exact gradient", row.chip.cosine, all);
    add("norm_ratio", "norm / norm of the exact gradient", row.chip.norm_ratio, all);
    add("same_sign", "share with the exact gradient's sign", row.chip.same_sign, all);
    add("instantaneous_cosine", "cosine of instantaneous backpropagation", row.wires.cosine, all);
    add("instantaneous_norm_ratio", "norm ratio of instantaneous backpropagation", row.wires.norm_ratio,
        false);
  }
  const std::string required = min_cosine ? ">= " + figure_text(*min_cosine, "") : "> 0";
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const bool group = k < result.groups.size();
    if (group && norm(result.groups[k].exact) < small_group * norm(exact)) continue;
    Finding f{"testbench",
              "cosine of the chip's gradient with the exact one",
              rows[k].name,
              required,
              "-",
              "-",
              Verdict::not_measured,
              s.at};
    if (rows[k].chip.cosine) {
      const double cosine = *rows[k].chip.cosine;
      f.actual = figure_text(cosine, ""), f.slack = figure_text(cosine - min_cosine.value_or(0.0), "");
      f.verdict = (min_cosine ? cosine >= *min_cosine : cosine > 0.0) ? Verdict::met : Verdict::violated;
    }
    r.findings.push_back(std::move(f));
  }
  r.figures.push_back({"cycles", "cycles of the run", static_cast<double>(result.cycles), "", false});
  r.figures.push_back({"start", "plasticity from cycle", static_cast<double>(result.start), "", false});
  if (netlist) {
    r.notes = {"Stimulus: " + result.stimulus +
                   ". Weights are held; each sample is learnt in all its phases, " +
                   std::to_string(result.cycles) + " cycles together.",
               "Groups with less than a hundredth of the whole exact gradient are listed but not judged.",
               "The chip's figure is what its plasticity cells stored per sample. There is no instantaneous "
               "control."};
  } else {
    r.notes = {"Stimulus: " + result.stimulus + ". Weights are held; " +
                   std::to_string(result.cycles - result.start) + " of " + std::to_string(result.cycles) +
                   " cycles are gathered.",
               "Groups with less than a hundredth of the whole exact gradient are listed but not judged.",
               "The chip's figure is what its plasticity cells gathered, per cycle, divided by beta. "
               "Instantaneous backpropagation is computed, as the control: errors without memory."};
  }
  r.charts.emplace_back(cosine_chart(rows, netlist));
  r.charts.emplace_back(PageTable{"Agreement by group of parameters", table});
  r.plot = plot_commands(netlist);
  return r;
}

}  // namespace leadlag
