// SPDX-License-Identifier: Apache-2.0
#include "app/bench_report.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "report/report_tables.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

std::string number_text(double value, int digits = 5) {
  return format_quantity(std::abs(value) < 1e-300 ? 0.0 : value, {}, digits);
}

/// Runs gnuplot on a script of the folder; true when it has written `image`.
bool run_gnuplot(const OutputFolder& out, const std::string& script, const std::string& image) {
  const pid_t process = fork();
  if (process == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) dup2(nowhere, STDERR_FILENO), dup2(nowhere, STDOUT_FILENO);
    if (chdir(out.path("").c_str()) == 0)
      execlp("gnuplot", "gnuplot", script.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  if (process > 0) waitpid(process, &status, 0);
  std::error_code error;
  const auto size = std::filesystem::file_size(out.path(image), error);
  const bool drawn = process > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && !error && size > 0;
  if (!drawn) std::filesystem::remove(out.path(image), error);
  return drawn;
}

std::string gnuplot_script(const BenchReport& r) {
  return "# Draws " + r.kind + ".svg from " + r.kind + ".csv: gnuplot " + r.kind + ".gnuplot\n" +
         "set terminal svg size 900,1000 dynamic background rgb 'white' font 'sans-serif,13'\n"
         "set output '" +
         r.kind + ".svg'\n" +
         "set datafile separator ','\nset datafile missing ''\nset datafile columnheaders\nset encoding "
         "utf8\n"
         "set grid lc rgb '#d0d0d0'\nset key outside top center horizontal\n"
         "set linetype 1 lc rgb '#0b5fa5' lw 2 pt 7 ps 0.5\nset linetype 2 lc rgb '#d95f02' lw 1.5 pt 6 ps "
         "0.5\n"
         "set linetype 3 lc rgb '#7a7a7a' lw 1.2 dt 2\nset linetype 4 lc rgb '#555555' lw 1 dt 3\n" +
         r.plot;
}

std::string csv_text(const BenchReport& r, const Provenance& p) {
  std::string out = provenance_line(p) + "\n" + csv_line(r.csv_header);
  for (std::size_t k = 0; k < r.csv_rows.size(); ++k) {
    std::vector<std::string> cells;
    if (!r.csv_names.empty()) cells.push_back(r.csv_names[k]);
    for (const double v : r.csv_rows[k]) cells.push_back(std::isfinite(v) ? shortest(v) : "");
    out += csv_line(cells);
  }
  return out;
}

Table figures_table(const BenchReport& r) {
  Table table({"figure", "value"});
  for (const BenchFigure& f : r.figures) table.row({f.label, figure_text(f)});
  return table;
}

Table shown_table(const BenchTable& t) {
  Table table(t.header);
  for (const auto& [name, values] : t.rows) {
    std::vector<std::string> cells{name};
    for (const double v : values) cells.push_back(std::isfinite(v) ? number_text(v) : "-");
    table.row(std::move(cells));
  }
  return table;
}

/// The rows of the CSV, thinned to what a reader of a table looks through.
Table rows_table(const BenchReport& r) {
  Table table(r.csv_header);
  const std::size_t step = 1 + r.csv_rows.size() / 200;
  for (std::size_t k = 0; k < r.csv_rows.size(); k += step) {
    std::vector<std::string> cells;
    if (!r.csv_names.empty()) cells.push_back(r.csv_names[k]);
    for (const double v : r.csv_rows[k]) cells.push_back(std::isfinite(v) ? number_text(v) : "-");
    table.row(std::move(cells));
  }
  return table;
}

std::string json_text(const BenchReport& r, const Design& design, const Provenance& p) {
  using Json = nlohmann::ordered_json;
  Json findings = Json::array(), figures = Json::object();
  for (const Finding& f : r.findings) {
    findings.push_back({{"id", f.id},
                        {"what", f.what},
                        {"where", f.where},
                        {"required", f.required},
                        {"actual", f.actual},
                        {"slack", f.slack},
                        {"verdict", std::string(name_of(f.verdict))},
                        {"line", f.at.line},
                        {"column", f.at.column}});
  }
  for (const BenchFigure& f : r.figures) figures[f.key] = f.value;
  Json tables = Json::object();
  for (const BenchTable& t : r.tables) {
    Json rows = Json::array();
    for (const auto& [name, values] : t.rows) {
      Json row{{t.header[0], name}};
      for (std::size_t k = 0; k < values.size(); ++k) row[t.header[k + 1]] = values[k];
      rows.push_back(row);
    }
    tables[t.key] = rows;
  }
  Json json{{"schema", 1},
            {"provenance",
             {{"version", p.version},
              {"blueprint", p.blueprint},
              {"hash", p.hash},
              {"seed", p.seed},
              {"tick", p.tick},
              {"options", p.options}}},
            {"chip", design.chip.name},
            {"testbench", r.kind},
            {"subject", r.subject},
            {"reference", r.reference},
            {"figures", figures},
            {"findings", findings}};
  if (!r.tables.empty()) json["tables"] = tables;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string title_of(const BenchReport& r) {
  if (r.kind == "ac") return "Bode plot";
  if (r.kind == "step") return "Step response";
  if (r.kind == "chirp") return "Chirp";
  if (r.kind == "spice") return "Against ngspice";
  if (r.kind == "settle") return "Settling";
  if (r.kind == "linearity") return "Linearity";
  if (r.kind == "noise") return "Noise";
  if (r.kind == "retention") return "Retention";
  if (r.kind == "mismatch") return "Mismatch";
  return "Gradient";
}

std::string page_text(const BenchReport& r, const Design& design, const Provenance& p,
                      const std::string& json) {
  Page page{
      design.chip.name + ": " + title_of(r), r.subject + "; " + r.reference, r.findings, {}, {}, p, json};
  for (const BenchFigure& f : r.figures) {
    if (f.first) page.figures.push_back({f.label, figure_text(f), "", {}});
  }
  PageSection measured{"measurement", title_of(r), r.charts};
  for (const std::string& note : r.notes) measured.parts.emplace_back(Paragraph{note});
  measured.parts.emplace_back(PageTable{"Figures, SI units", figures_table(r)});
  for (const BenchTable& t : r.tables)
    measured.parts.emplace_back(PageTable{t.caption, shown_table(t), t.rows.size() > 40});
  if (!r.csv_rows.empty()) {
    measured.parts.emplace_back(PageTable{
        r.csv_rows.size() > 200 ? "Rows of " + r.kind + ".csv, thinned" : "Rows of " + r.kind + ".csv",
        rows_table(r), true});
  }
  page.sections = {{"findings", "Findings", {FindingsTable{r.findings, design.text}}},
                   std::move(measured),
                   {"blueprint", "Blueprint", {Listing{"Blueprint, as it was read", design.text}}}};
  return html_page(page);
}

}  // namespace

std::string figure_text(double value, const std::string& unit) {
  if (unit == "s") return format_quantity(value, Time::dimension, 5);
  if (unit == "J") return format_quantity(value, Energy::dimension, 5);
  if (unit == "V") return format_quantity(value, Voltage::dimension, 5);
  if (unit == "A") return format_quantity(value, Current::dimension, 5);
  if (unit == "Hz") return format_quantity(value, Frequency::dimension, 5);
  return number_text(value) + (unit.empty() ? "" : " " + unit);
}

std::string figure_text(const BenchFigure& figure) { return figure_text(figure.value, figure.unit); }

Finding judged(const std::string& what, const Subject& s, double required, double actual,
               const std::string& unit) {
  return judged(what, s.seen_name, s.at, required, actual, unit);
}

Finding judged(const std::string& what, const std::string& where, const Position& at, double required,
               double actual, const std::string& unit) {
  const bool met = actual <= required;  // false for NaN
  return {"testbench",
          what,
          where,
          "<= " + figure_text(required, unit),
          figure_text(actual, unit),
          figure_text(required - actual, unit),
          met ? Verdict::met : Verdict::violated,
          at};
}

std::string write_bench_report(const BenchReport& r, const Design& design, const OutputFolder& out) {
  const Provenance p = provenance_of(design, 1);
  const std::string json = json_text(r, design, p);
  std::string missing;
  if (!r.csv_rows.empty()) {
    out.write(r.kind + ".csv", csv_text(r, p));
    out.write(r.kind + ".gnuplot", gnuplot_script(r));
    if (!run_gnuplot(out, r.kind + ".gnuplot", r.kind + ".svg")) {
      missing = "no " + r.kind + ".svg: gnuplot (Debian: gnuplot-nox) is not installed or failed; " + r.kind +
                ".gnuplot draws it from " + r.kind + ".csv\n";
    }
  }
  std::string text = provenance_line(p) + "\n\n" + design.chip.name + ", " + r.subject + ": " +
                     (all_met(r.findings) ? "ALL MET" : "NOT ALL MET") + "\n  " + title_of(r) +
                     "; reference: " + r.reference + "\n\nFindings\n--------\n" +
                     findings_text(r.findings, design) + "\nFigures\n-------\n" + figures_table(r).text();
  for (const BenchTable& t : r.tables) text += "\n" + t.caption + "\n" + shown_table(t).text();
  for (const std::string& note : r.notes) text += "\n  " + note + "\n";
  out.write("report.txt", text);
  out.write("report.json", json);
  out.write("report.html", page_text(r, design, p, json));
  return missing;
}

}  // namespace leadlag
