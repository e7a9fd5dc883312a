// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands.hpp"
#include "app/output_folder.hpp"
#include "design/diagnostic.hpp"
#include "design/values.hpp"
#include "instruments/mnist1d.hpp"
#include "instruments/npy.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

/// The ranges are those of the same keys in a blueprint; all mistakes at once.
void check_ranges(const TaskParams& params) {
  std::string mistakes;
  const auto check = [&](const auto& f, const std::string& option) {
    const auto value = params.*f.member;
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::int64_t>) {
      if (f.domain.contains(static_cast<double>(value))) return;
      mistakes += (mistakes.empty() ? "" : "\nleadlag: ") + option + " " + std::to_string(value) +
                  " is out of range; legal: " + legal_range(f.domain, {}, true);
    }
  };
  std::apply(
      [&](const auto&... f) {
        (check(f, f.name == "data_seed" ? "--seed" : "--" + std::string(f.name)), ...);
      },
      TaskParams::fields());
  if (!mistakes.empty()) throw UsageError(mistakes);
}

void write_csv(const OutputFolder& out, const SeriesSet& set, const std::string& suffix) {
  std::string x, y;
  for (std::size_t k = 0; k < set.count(); ++k) {
    for (const double v : set.series(k, 0)) x += shortest(v) + ",";
    x.back() = '\n';
    y += std::to_string(set.labels[k]) + "\n";
  }
  out.write("x" + suffix + ".csv", x);
  out.write("y" + suffix + ".csv", y);
}

void write_set(const OutputFolder& out, const SeriesSet& set, const std::string& suffix) {
  write_npy(out.path("x" + suffix + ".npy"), {set.count(), set.points}, std::span<const double>(set.values));
  const std::vector<std::int64_t> labels(set.labels.begin(), set.labels.end());
  write_npy(out.path("y" + suffix + ".npy"), {set.count()}, std::span<const std::int64_t>(labels));
}

}  // namespace

int data_command(const DataOptions& options) {
  const std::string known(name_of(Generated::mnist1d));
  if (options.kind != known) {
    const std::string near = did_you_mean(options.kind, {known});
    throw UsageError("no data set '" + options.kind + "'; " +
                     (near.empty() ? "legal: " + known : "did you mean '" + near + "'?"));
  }
  if (options.out.empty()) throw UsageError("leadlag data needs --out DIR");
  check_ranges(options.params);
  const OutputFolder out(options.out, options.csv ? "x.csv" : "x.npy");
  const SeriesData data = make_mnist1d(recipe_of(options.params));
  for (const auto& [set, suffix] : {std::pair{&data.train, ""}, std::pair{&data.test, "_test"}}) {
    if (options.csv) {
      write_csv(out, *set, suffix);
    } else {
      write_set(out, *set, suffix);
    }
  }
  out.publish();
  std::cout << options.out << ": " << data.train.count() << " training and " << data.test.count()
            << " test samples of " << data.train.points
            << " points; next: task: {kind: series, data: " << options.out << "}\n";
  return exit_met;
}

}  // namespace leadlag
