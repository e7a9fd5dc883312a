// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "app/output_folder.hpp"
#include "app/testbench.hpp"
#include "report/html_page.hpp"

namespace leadlag {

/// One number of a measurement: into report.txt, the page and, by its key, report.json.
struct BenchFigure {
  std::string key, label;
  double value = 0.0;
  std::string unit;    ///< "s", "Hz": with prefixes; "deg", "dB", "": as they are
  bool first = false;  ///< among the large figures at the top of the page
};
std::string figure_text(const BenchFigure& figure);
std::string figure_text(double value, const std::string& unit);

/// Rows of numbers with a name each: into report.txt, the page and, by its key, report.json.
struct BenchTable {
  std::string key, caption;
  std::vector<std::string> header;  ///< the first is the names'
  std::vector<std::pair<std::string, std::vector<double>>> rows;
};

/// What a measurement found, ready to be written.
struct BenchReport {
  std::string kind, subject, reference;  ///< "ac", "hidden[0].rate alone", "closed form, ..."
  std::vector<Finding> findings;
  std::vector<BenchFigure> figures;
  std::vector<std::string> notes;
  std::vector<PagePart> charts;
  std::vector<std::string> csv_header;
  std::vector<std::vector<double>> csv_rows;
  std::vector<std::string> csv_names{};  ///< first column as text; empty: none
  std::vector<BenchTable> tables{};
  std::string plot;  ///< gnuplot commands after the terminal is set
};

/// Judged numbers: met when actual <= required.
Finding judged(const std::string& what, const Subject& subject, double required, double actual,
               const std::string& unit);
Finding judged(const std::string& what, const std::string& where, const Position& at, double required,
               double actual, const std::string& unit);

BenchReport ac_report(const Subject& subject, const Sweep& sweep, const std::vector<AcPoint>& points);
BenchReport step_report(const Subject& subject, const StepResult& result);
BenchReport chirp_report(const Subject& subject, const ChirpResult& result);
BenchReport settle_report(const NeuronRow& row, const RowSettling& result);
BenchReport linearity_report(const NeuronRow& row, const Linearity& result);
BenchReport noise_report(const NeuronRow& row, const Noise& result);
BenchReport retention_report(const RetentionRow& row, const Retention& result);
BenchReport mismatch_report(const DieRow& dies, const Spreads& result);
BenchReport gradient_report(const Subject& subject, const GradientResult& result,
                            std::optional<double> min_cosine);

/// Throws DesignError for systems drawn as netlists, whose responses have no reference.
void refuse_circuit(const Design& design);
/// Writes the report, says what it found, and gives the exit code.
int finish_testbench(const TestbenchCommand& command, const BenchReport& report, const Design& design,
                     const OutputFolder& out);

/// KIND.csv, KIND.gnuplot, KIND.svg (by gnuplot), report.txt, report.json and report.html. Returns what is
/// missing and why, for the terminal; empty: nothing.
std::string write_bench_report(const BenchReport& report, const Design& design, const OutputFolder& out);

}  // namespace leadlag
