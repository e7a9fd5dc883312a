// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "design/reader.hpp"
#include "instruments/bench.hpp"
#include "instruments/mnist1d.hpp"
#include "instruments/npy.hpp"
#include "instruments/optimiser_kernel.hpp"
#include "instruments/series_task.hpp"
#include "instruments/test_files.hpp"

using namespace leadlag;
using namespace leadlag::test;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// 4 training and 2 test samples of 3 points; sample k is k, k + 1, k + 4, its class k % 2.
void write_series(const Folder& folder) {
  for (const auto& [suffix, count] : {std::pair{"", 4}, std::pair{"_test", 2}}) {
    std::vector<double> x;
    std::vector<std::int64_t> y;
    for (int k = 0; k < count; ++k) {
      for (const double step : {0.0, 1.0, 4.0}) x.push_back(k + step);
      y.push_back(k % 2);
    }
    const auto n = static_cast<std::size_t>(count);
    write_npy(folder.file("x" + std::string(suffix) + ".npy"), {n, 3}, std::span<const double>(x));
    write_npy(folder.file("y" + std::string(suffix) + ".npy"), {n}, std::span<const std::int64_t>(y));
  }
}

Design series_design(const std::string& task, const std::string& schedule, const std::string& chip = "",
                     int inputs = 1, int outputs = 2) {
  return parse_design(
      "c.yaml",
      "leadlag: 1\nchip: {clock: 1 MHz" + chip +
          "}\narrays:\n  in: {block: input_driver, size: " + std::to_string(inputs) +
          "}\n  output: {block: prospective_neuron, size: " + std::to_string(outputs) +
          "}\ncrossbars:\n  w: {from: in, to: output, weights: zero, tile: 16x16}\ntask: {kind: series, " +
          task + "}\nschedule: {" + schedule + "}\n",
      {{}, {}, LEADLAG_TECHNOLOGY_DIR});
}

}  // namespace

TEST_CASE("series data: folders of NPY and CSV files say the same", "[series]") {
  const Folder folder;
  write_series(folder);
  const SeriesData npy = read_series(folder.path.string());
  CHECK(npy.train.count() == 4);
  CHECK(npy.test.count() == 2);
  CHECK(npy.train.points == 3);
  REQUIRE(npy.train.values.size() == 12);
  CHECK(npy.train.series(3, 0)[2] == 7.0);
  CHECK(npy.train.labels == std::vector<std::uint32_t>{0, 1, 0, 1});
  fs::remove(folder.file("x.npy")), fs::remove(folder.file("y_test.npy"));
  write(folder.file("x.csv"), "p0,p1,p2\n0,1,4\n1,2,5\n2,3,6\n3,4,7\n");
  write(folder.file("y_test.csv"), "0\n1\n");
  const SeriesData csv = read_series(folder.path.string());
  CHECK(csv.train.values == npy.train.values);
  CHECK(csv.test.labels == npy.test.labels);
}

TEST_CASE("series data: all mistakes of a folder at once", "[series]") {
  const Folder folder;
  CHECK_THAT(mistakes([&] { read_series(folder.file("none")); }), Contains("no such folder"));
  CHECK_THAT(mistakes([&] { read_series(folder.path.string()); }),
             Contains("x.npy: no such file, nor x.csv") && Contains("y_test.npy: no such file"));
  write_series(folder);
  write(folder.file("x.csv"), "1\n");
  write(folder.file("y.npy"), "junk");
  const std::vector<double> wild{0, 1, std::nan(""), 0, 1, 4};
  write_npy(folder.file("x_test.npy"), {2, 3}, std::span<const double>(wild));
  const std::vector<double> half{0, 0.5};
  write_npy(folder.file("y_test.npy"), {2}, std::span<const double>(half));
  const std::string found = mistakes([&] { read_series(folder.path.string()); });
  CHECK_THAT(found, Contains("x.csv is there too") && Contains("y.npy: not an NPY file") &&
                        Contains("x_test.npy: sample 0 is not finite") &&
                        Contains("y_test.npy: label of sample 1 is no class"));
  fs::remove(folder.file("x.csv"));
  write_series(folder);
  const std::vector<std::int64_t> three{0, 1, 0};
  write_npy(folder.file("y.npy"), {3}, std::span<const std::int64_t>(three));
  CHECK_THAT(mistakes([&] { read_series(folder.path.string()); }), Contains("3 labels for the 4 samples of"));
  write_series(folder);
  write_npy(folder.file("x_test.npy"), {2, 1, 2}, std::span<const double>(std::vector<double>{1, 2, 3, 4}));
  CHECK_THAT(mistakes([&] { read_series(folder.path.string()); }),
             Contains("training samples have 1 channels of 3 points, test samples 1 channels of 2 points"));
  write_series(folder);
  write_npy(folder.file("y_test.npy"), {2}, std::span<const std::int64_t>(std::vector<std::int64_t>{0, 2}));
  CHECK_THAT(mistakes([&] { read_series(folder.path.string()); }),
             Contains("a class that no training sample has"));
  write_series(folder);
  write_npy(folder.file("x.npy"), {12}, std::span<const double>(std::vector<double>(12)));
  CHECK_THAT(mistakes([&] { read_series(folder.path.string()); }), Contains("1 dimensions"));
}

TEST_CASE("series: stretching keeps both ends and is straight in between", "[series]") {
  const std::vector<double> points{0, 1, 4};
  CHECK(resampled(points, 3) == points);
  CHECK(resampled(points, 5) == std::vector<double>{0, 0.5, 1, 2.5, 4});
  CHECK(resampled(points, 2) == std::vector<double>{0, 4});
  CHECK(resampled(points, 1) == std::vector<double>{0});
  // 72 points over 360 cycles: cycle 100 is at point 100 x 71 / 359 = 19.777...
  std::vector<double> ramp(72);
  for (std::size_t k = 0; k < ramp.size(); ++k) ramp[k] = static_cast<double>(k);
  CHECK_THAT(stretched(ramp, 100, 360), WithinRel(100.0 * 71.0 / 359.0, 1e-14));
  CHECK(stretched(ramp, 359, 360) == 71.0);
}

TEST_CASE("series task: replicas, order, windows and test samples", "[series]") {
  const Folder folder;
  write_series(folder);
  const Design design = series_design(
      "data: " + folder.path.string(),
      "cycles_per_sample: 5, readout: [1, 5], train_samples: 8, test_samples: 2", ", replicas: 2");
  SeriesTask task(design);
  CHECK(task.cycles() == 5 * (4 + 1));
  const std::size_t lanes = 16;
  std::vector<double> x(lanes), target(2 * lanes), sum(2 * lanes);
  std::vector<std::multiset<double>> epochs(2);
  double first[2] = {};
  for (std::int64_t n = 0; n < task.cycles(); ++n) {
    const Frame f = task.drive(n, x, target);
    const bool training = n < 20;
    CHECK(f.learn == training);
    CHECK(f.target_on == training);
    CHECK(f.window == (n % 5 >= 1));
    CHECK_FALSE(f.reset);
    for (std::size_t b = 0; b < 2; ++b) {
      if (n % 5 == 0) first[b] = x[b];
      // sample k is k, k + 1, k + 4 at cycles 0, 2 and 4
      const double shape[] = {0.0, 0.5, 1.0, 2.5, 4.0};
      CHECK(x[b] == first[b] + shape[n % 5]);
      const bool odd = std::fmod(first[b], 2.0) == 1.0;
      CHECK(target[b] == (odd ? 0.0 : 1.0));
      CHECK(target[lanes + b] == (odd ? 1.0 : 0.0));
      if (training && n % 5 == 0) epochs[static_cast<std::size_t>(n / 10)].insert(first[b]);
      if (!training) CHECK(first[b] == static_cast<double>(b));
    }
    sum[0] = 1.0, sum[1] = 1.0;  // class 0 wins on both dies: right for test sample 0 only
    task.observe(n, sum, sum);
  }
  CHECK(epochs[0] == std::multiset<double>{0, 1, 2, 3});
  CHECK(epochs[1] == std::multiset<double>{0, 1, 2, 3});
  CHECK(task.results().test_samples == 2);
  CHECK(task.results().test_accuracy == 0.5);
  CHECK(task.progress(10) == 0.5);
}

TEST_CASE("series task: channels are inputs", "[series]") {
  const Folder folder;
  write_series(folder);
  for (const auto& [file, count] : {std::pair{"x.npy", 4U}, std::pair{"x_test.npy", 2U}}) {
    std::vector<double> x;
    for (unsigned k = 0; k < count; ++k) x.insert(x.end(), {1.0 * k, 2.0 * k, 10.0 + k, 20.0 + k});
    write_npy(folder.file(file), {count, 2, 2}, std::span<const double>(x));
  }
  const std::string schedule = "cycles_per_sample: 3, train_samples: 0, test_samples: 2";
  SeriesTask task(series_design("data: " + folder.path.string(), schedule, "", 2));
  std::vector<double> x(2), target(2);
  for (std::int64_t n = 0; n < 5; ++n) task.drive(n, x, target);
  CHECK(x == std::vector<double>{1.5, 16.0 + 0.0});  // test sample 1 at cycle 1: half-way on both channels
  CHECK_THAT(mistakes([&] { SeriesTask(series_design("data: " + folder.path.string(), schedule, "", 1)); }),
             Contains("the data has 2 channels, the chip has 1"));
  CHECK_THAT(
      mistakes([&] { SeriesTask(series_design("data: " + folder.path.string(), schedule, "", 2, 3)); }),
      Contains("the data has 2 classes, the chip has 3"));
}

TEST_CASE("series task: generated data come from data_seed, their order from chip.seed", "[series]") {
  const auto shown = [](const std::string& task, const std::string& chip) {
    SeriesTask t(series_design("generated: mnist1d, samples: 40, length: 9" + task,
                               "cycles_per_sample: 9, train_samples: 32, test_samples: 8", chip, 1, 10));
    std::vector<double> x(1), target(10), all;
    for (std::int64_t n = 0; n < t.cycles(); ++n) t.drive(n, x, target), all.push_back(x[0]);
    return all;
  };
  const auto test_part = [](const std::vector<double>& all) {
    return std::vector<double>(all.end() - 8 * 9, all.end());
  };
  const auto base = shown("", "");
  REQUIRE(base.size() == 40 * 9);
  CHECK(test_part(base) == make_mnist1d({.samples = 40, .length = 9, .seed = 1}).test.values);
  const auto other_order = shown("", ", seed: 2"), other_data = shown(", data_seed: 2", "");
  CHECK(other_order != base);
  CHECK(test_part(other_order) == test_part(base));
  CHECK(std::multiset<double>(other_order.begin(), other_order.end()) ==
        std::multiset<double>(base.begin(), base.end()));
  CHECK(test_part(other_data) != test_part(base));
}

TEST_CASE("adam's kernel is the rule, number by number", "[host]") {
  constexpr std::size_t n = 37;  // whole vectors and a rest
  std::vector<double> g(n), m(n), s(n), value(n);
  for (std::size_t k = 0; k < n; ++k) {
    const double x = static_cast<double>(k);
    g[k] = std::sin(1.7 * x), m[k] = 0.1 * std::cos(x), s[k] = 0.01 + 0.001 * x, value[k] = 0.3 * x - 5.0;
  }
  auto m1 = m, s1 = s, v1 = value;
  const AdamStep step{.rate = 0.7, .scale = 0.25, .unbias1 = 0.3, .unbias2 = 0.02, .low = -4.0};
  adam(step, n, g.data(), m1.data(), s1.data(), v1.data());
  int bounded = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const double grad = 0.25 * g[k], mean = 0.9 * m[k] + 0.1 * grad,
                 square = 0.999 * s[k] + 0.001 * grad * grad;
    const double next = value[k] + 0.7 * (mean / 0.3) / (std::sqrt(square / 0.02) + 1e-8);
    bounded += next < -4.0;
    CHECK_THAT(m1[k], WithinAbs(mean, 1e-16));
    CHECK_THAT(s1[k], WithinRel(square, 1e-15));
    CHECK_THAT(v1[k], WithinRel(std::max(next, -4.0), 1e-14));
  }
  CHECK(bounded > 0);
}

namespace {

/// A die that tells the learning rate of every edge.
struct RateListener final : DieModule {
  std::vector<double> rates;

  SC_HAS_PROCESS(RateListener);
  RateListener() : DieModule("listener") {
    SC_METHOD(on_edge);
    sensitive << clk_i.pos();
    dont_initialize();
  }
  void on_edge() { rates.push_back(eta_i.read()); }
  void read(std::size_t, std::span<double>) const override {}
  void write(std::size_t, std::span<const double>) override {}
  void take(std::size_t, std::span<double>) override {}
  double probe(bool, std::size_t, const std::string&, std::size_t) const override { return 0.0; }
};

std::vector<double> rates_of(const std::string& learning) {
  const Design design =
      parse_design("c.yaml",
                   "leadlag: 1\nchip: {clock: 1 MHz}\narrays:\n  in: {block: input_driver, size: 1}\n"
                   "  output: {block: prospective_neuron, size: 10}\ncrossbars:\n  w: {from: in, to: "
                   "output, tile: 16x16}\nlearning: {rate: 0.5, " +
                       learning +
                       "}\ntask: {kind: series, generated: mnist1d, samples: 20}\nschedule: "
                       "{cycles_per_sample: 5, train_samples: 8, test_samples: 2}\n",
                   {{}, {}, LEADLAG_TECHNOLOGY_DIR});
  SeriesTask task(design);
  RateListener chip;
  Bench bench("bench", chip, design, task);
  bench.run(task.cycles());
  return chip.rates;
}

}  // namespace

TEST_CASE("bench: an exponential schedule divides the rate by the same factor every cycle", "[bench]") {
  const auto rates = rates_of("anneal: 1e-4, anneal_shape: exponential");
  REQUIRE(rates.size() == 50);
  CHECK(rates[0] == 0.5);
  for (std::size_t n = 1; n <= 40; ++n)
    CHECK_THAT(rates[n] / rates[n - 1], WithinRel(std::pow(10.0, -0.1), 1e-12));
  CHECK_THAT(rates[49], WithinRel(0.5e-4, 1e-12));  // where the training has ended it stays
}

TEST_CASE("bench: a linear schedule takes the same step every cycle", "[bench]") {
  const auto rates = rates_of("anneal: 0.2");
  REQUIRE(rates.size() == 50);
  CHECK(rates[0] == 0.5);
  for (std::size_t n = 1; n <= 40; ++n)
    CHECK_THAT(rates[n - 1] - rates[n], WithinAbs(0.5 * 0.8 / 40.0, 1e-15));
  CHECK_THAT(rates[49], WithinRel(0.1, 1e-12));
}
