// SPDX-License-Identifier: Apache-2.0
#include "measure/study.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

using namespace leadlag;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;

namespace {

/// A run whose curve has eight points: two of each value.
StudyRun run(const std::string& system, std::int64_t seed, double accuracy,
             const std::vector<double>& curve) {
  StudyRun r;
  r.system = system, r.seed = seed, r.accuracy = accuracy;
  for (std::size_t k = 0; k < curve.size(); ++k) {
    for (int twice = 0; twice < 2; ++twice) {
      r.curve.push_back({static_cast<std::int64_t>(r.curve.size()) + 1, curve[k], 0.1, 0.2});
    }
  }
  r.train_samples = 4, r.test_samples = 2, r.train_time = 8.0, r.train_energy = 2.0, r.test_time = 1.0;
  r.test_energy = 0.5, r.area = 3.0, r.power = 0.25, r.worst_slack = static_cast<double>(seed);
  return r;
}
const std::vector<double> flat{0.5, 0.5, 0.5, 0.5};

}  // namespace

TEST_CASE("study: means, spread and Welch's interval of two systems by hand", "[study]") {
  std::vector<StudyRun> runs;
  for (int seed = 1; seed <= 3; ++seed) {
    runs.push_back(run("b", seed, 0.68 + 0.02 * seed, flat));
    runs.push_back(run("a", seed, 0.78 + 0.02 * seed, flat));
  }
  const auto rows = compare_systems(runs, 0.75);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].system == "b");  // the order in which they appear
  CHECK_THAT(rows[0].mean, WithinAbs(0.72, 1e-12));
  CHECK_THAT(rows[0].deviation, WithinAbs(0.02, 1e-12));
  CHECK_THAT(rows[0].behind, WithinAbs(0.1, 1e-12));
  // Equal spreads of three: 4 degrees of freedom, t = 2.776445 (tables); se = 0.02 sqrt(2/3).
  REQUIRE(rows[0].half_width);
  CHECK_THAT(*rows[0].half_width, WithinAbs(2.776445105 * 0.02 * std::sqrt(2.0 / 3.0), 1e-9));
  CHECK_FALSE(rows[0].within_spread);
  CHECK_FALSE(rows[0].converged);
  CHECK(rows[1].converged);
  CHECK(rows[1].within_spread);
  CHECK(rows[1].behind == 0.0);
  CHECK_THAT(rows[0].sample_energy, WithinAbs(0.5, 1e-12));
  CHECK_THAT(rows[0].inference_energy, WithinAbs(0.25, 1e-12));
  CHECK_THAT(rows[0].inference_time, WithinAbs(0.5, 1e-12));
  CHECK(rows[0].worst_slack == 1.0);
}

TEST_CASE("study: a difference inside the spread is said to be so, one seed knows no spread", "[study]") {
  std::vector<StudyRun> runs{run("a", 1, 0.80, flat), run("a", 2, 0.90, flat), run("b", 1, 0.79, flat),
                             run("b", 2, 0.89, flat), run("c", 1, 0.84, flat)};
  const auto rows = compare_systems(runs, 0.75);
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].within_spread);
  CHECK_FALSE(rows[2].half_width);
  CHECK_FALSE(rows[2].within_spread);
}

TEST_CASE("study: why a system did not converge", "[study]") {
  const auto why = [](const StudyRun& r) { return compare_systems({r}, 0.75).at(0).why; };
  CHECK_THAT(why(run("a", 1, 0.5, {0.2, 0.3, 0.4, 0.5})), Contains("still rises (40 % to 50 %"));
  CHECK_THAT(why(run("a", 1, 0.5, {0.2, 0.5, 0.5, 0.505})), Contains("flat"));
  CHECK_THAT(why(run("a", 1, 0.5, {0.2, 0.5, 0.5, 0.4})), Contains("falls"));
  CHECK(why(run("a", 1, 0.8, flat)).empty());
  StudyRun diverged = run("a", 7, 0.8, flat);
  diverged.diverged = "hidden";
  CHECK(why(diverged) == "diverged with seed 7: hidden");
  CHECK_THAT(why(run("a", 1, 0.5, {})), Contains("too few"));
}
