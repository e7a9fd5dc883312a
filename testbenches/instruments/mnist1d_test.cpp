// SPDX-License-Identifier: Apache-2.0
#include "instruments/mnist1d.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>

using namespace leadlag;
using Catch::Matchers::WithinAbs;

namespace {

using Series = std::span<const double>;

struct Statistic {
  std::string name;
  double mean = 0.0, deviation = 0.0, samples = 0.0;
};

std::vector<Statistic> golden() {
  std::ifstream file(LEADLAG_GOLDEN_DIR "/mnist1d/statistics.csv");
  std::vector<Statistic> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    Statistic s;
    char comma = 0;
    std::getline(cells, s.name, ',');
    cells >> s.mean >> comma >> s.deviation >> comma >> s.samples;
    REQUIRE(cells);
    rows.push_back(s);
  }
  return rows;
}

double slope(Series x) {
  double products = 0.0, squares = 0.0;
  for (std::size_t t = 0; t < x.size(); ++t) {
    const double ramp = static_cast<double>(t) / static_cast<double>(x.size() - 1) - 0.5;
    products += ramp * x[t], squares += ramp * ramp;
  }
  return products / squares;
}
double mean_product(Series x, std::size_t lag) {
  double sum = 0.0;
  for (std::size_t t = 0; t + lag < x.size(); ++t) sum += x[t] * x[t + lag];
  return sum / static_cast<double>(x.size() - lag);
}
double range(Series x) {
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  return *high - *low;
}
std::vector<double> bends(Series x) {
  std::vector<double> out;
  for (std::size_t t = 1; t + 1 < x.size(); ++t) out.push_back(std::abs(x[t - 1] - 2.0 * x[t] + x[t + 1]));
  return out;
}
std::vector<double> steps(Series x) {
  std::vector<double> out;
  for (std::size_t t = 0; t + 1 < x.size(); ++t) out.push_back(x[t + 1] - x[t]);
  return out;
}
double offset(Series x) { return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()); }
double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return 0.5 * (v[(v.size() - 1) / 2] + v[v.size() / 2]);
}
double mean_square(Series x) { return mean_product(x, 0); }
double square(double x) { return x * x; }

/// A number of one sample, for samples of `digit` or of any.
struct Rule {
  std::optional<std::uint32_t> digit;
  std::function<double(Series, std::uint32_t)> value;
};

/// The statistic of testbenches/golden/mnist1d/README.md that has this name.
Rule rule_of(const std::string& name) {
  std::istringstream words(name);
  std::string kind, detail;
  words >> kind;
  if (kind == "mean" || kind == "square") {
    std::uint32_t digit = 0;
    std::size_t at = 0;
    words >> digit >> at;
    if (kind == "mean") return {digit, [at](Series x, std::uint32_t) { return x[at]; }};
    return {digit, [at](Series x, std::uint32_t) { return square(x[at]); }};
  }
  if (kind == "spread") {
    std::array<double, 10> centre{};
    for (double& c : centre) words >> c;
    REQUIRE(words);
    return {{}, [centre](Series x, std::uint32_t digit) { return square(range(x) - centre[digit]); }};
  }
  words >> detail;
  if (kind == "product")
    return {{}, [lag = std::stoul(detail)](Series x, std::uint32_t) { return mean_product(x, lag); }};
  if (kind == "below") {
    return {{}, [limit = std::stod(detail)](Series x, std::uint32_t) {
              const auto below = std::count_if(x.begin(), x.end(), [limit](double v) { return v < limit; });
              return static_cast<double>(below) / static_cast<double>(x.size());
            }};
  }
  const std::map<std::string, double (*)(Series)> others{
      {"median bend", [](Series x) { return median(bends(x)); }},
      {"squared bend", [](Series x) { return mean_square(bends(x)); }},
      {"squared step", [](Series x) { return mean_square(steps(x)); }},
      {"slope", slope},
      {"squared slope", [](Series x) { return square(slope(x)); }},
      {"range", range},
      {"squared range", [](Series x) { return square(range(x)); }},
      {"offset", offset},
      {"squared offset", [](Series x) { return square(offset(x)); }},
      {"squared wrap", [](Series x) { return square(x.back() - x.front()); }}};
  REQUIRE(others.contains(name));
  return {{}, [f = others.at(name)](Series x, std::uint32_t) { return f(x); }};
}

template <class F>
void for_each_sample(const SeriesData& data, F&& f) {
  for (const SeriesSet* set : {&data.train, &data.test}) {
    for (std::size_t k = 0; k < set->count(); ++k) f(set->series(k, 0), set->labels[k]);
  }
}

Statistic measured(const std::string& name, const SeriesData& data) {
  const Rule rule = rule_of(name);
  std::vector<double> values;
  for_each_sample(data, [&](Series x, std::uint32_t digit) {
    if (!rule.digit || *rule.digit == digit) values.push_back(rule.value(x, digit));
  });
  const double n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0.0;
  for (const double v : values) squares += square(v - mean);
  return {name, mean, std::sqrt(squares / (n - 1.0)), n};
}

/// Statistics in which the draw and the original's differ by more than five standard errors of the
/// difference. About 1500 statistics are compared; if all were independent and normal, one honest draw in a
/// thousand would have one outside.
std::vector<std::string> outside(const SeriesData& data) {
  std::vector<std::string> names;
  const auto rows = golden();
  REQUIRE(rows.size() == 1513);
  for (const Statistic& theirs : rows) {
    const Statistic ours = measured(theirs.name, data);
    const double error =
        std::sqrt(square(theirs.deviation) / theirs.samples + square(ours.deviation) / ours.samples);
    if (!(std::abs(ours.mean - theirs.mean) <= 5.0 * error)) names.push_back(theirs.name);
  }
  return names;
}

}  // namespace

TEST_CASE("mnist1d: a draw is like one of the original generator, within sampling error", "[mnist1d]") {
  for (const std::uint64_t seed : {1U, 2U}) {
    const auto names = outside(make_mnist1d({.seed = seed}));
    CAPTURE(seed, names);
    CHECK(names.empty());
  }
}

TEST_CASE("mnist1d: the comparison notices each wrong step of the recipe", "[mnist1d]") {
  struct Wrong {
    const char* what;
    Mnist1d recipe;
  };
  const std::vector<Wrong> all{{"no noise in the gaps", {.gap_noise = 0.0}},
                               {"gap noise a tenth too strong", {.gap_noise = 0.275}},
                               {"gap noise smoothed too little", {.gap_smoothing = 1.5}},
                               {"no white noise", {.noise = 0.0}},
                               {"white noise a quarter too strong", {.noise = 0.025}},
                               {"no shear", {.shear = 0.0}},
                               {"shear of a whole range to either side", {.shear = 1.5}},
                               {"no rotation", {.rotations = 1}},
                               {"rotation by up to the whole length", {.rotations = 72}},
                               {"no scaling", {.scale = 0.0}},
                               {"scaling twice as wide", {.scale = 0.8}},
                               {"padding always 60", {.padding_low = 60}},
                               {"padding from 20", {.padding_low = 20}}};
  REQUIRE(all.size() == 13);
  for (const Wrong& wrong : all) {
    CAPTURE(wrong.what);
    const auto names = outside(make_mnist1d(wrong.recipe));
    UNSCOPED_INFO(names.size() << " outside");
    CHECK_FALSE(names.empty());
  }
}

TEST_CASE("mnist1d: without chance a sample is its template and padding", "[mnist1d]") {
  const SeriesData data = make_mnist1d({.samples = 100,
                                        .padding_low = 60,
                                        .rotations = 1,
                                        .scale = 0.0,
                                        .gap_noise = 0.0,
                                        .noise = 0.0,
                                        .shear = 0.0});
  // Templates of the recipe minus their first point; each digit's own deviation sets its height.
  const std::vector<std::vector<double>> shapes{{0, 1, 1.5, 1.75, 2, 2, 2, 2, 1.75, 1.5, 1, 0},
                                                {0, -.6, -1.2, -1.8, -2.4, -2.4, 0, 0, 0, 0, 0, 0},
                                                {0, -2, -2, -2, -2, 0, 1, 1.5, 1.5, 1, -.5, 0}};
  const std::vector<std::uint32_t> digits{0, 4, 5};
  double unit = 0.0;  // of the whole set, the same for every digit
  std::size_t seen = 0;
  for_each_sample(data, [&](Series x, std::uint32_t label) {
    const auto found = std::find(digits.begin(), digits.end(), label);
    if (found == digits.end()) return;
    ++seen;
    const auto& shape = shapes[static_cast<std::size_t>(found - digits.begin())];
    double mean = 0.0, squares = 0.0;
    for (const double v : shape) mean += v / 12.0;
    for (const double v : shape) squares += square(v - mean) / 12.0;
    const double gap = x.back(), height = (x[2] - gap) / shape[2] * std::sqrt(squares) * 6.0;
    if (unit == 0.0) unit = height;
    CHECK_THAT(height, WithinAbs(unit, 1e-6));  // the offset that marks templates is 1e-8 before scaling
    for (std::size_t t = 0; t < 12; ++t)
      CHECK_THAT(x[t] - gap, WithinAbs(shape[t] * (x[2] - gap) / shape[2], 1e-6));
    for (std::size_t t = 12; t < 72; ++t) CHECK(x[t] == gap);
  });
  CHECK(seen == 30);
}

TEST_CASE("mnist1d: counts, split, normalisation, seeds and lengths", "[mnist1d]") {
  const SeriesData data = make_mnist1d({.samples = 1000, .length = 40, .seed = 3});
  CHECK(data.train.count() == 800);
  CHECK(data.test.count() == 200);
  CHECK(data.train.points == 40);
  CHECK(data.train.channels == 1);
  REQUIRE(data.train.values.size() == 800 * 40);
  REQUIRE(data.test.values.size() == 200 * 40);
  std::vector<int> per_digit(10);
  double sum = 0.0, squares = 0.0;
  for_each_sample(data, [&](Series x, std::uint32_t digit) {
    REQUIRE(digit < 10);
    ++per_digit[digit];
    for (const double v : x) sum += v, squares += v * v;
  });
  CHECK(per_digit == std::vector<int>(10, 100));
  CHECK_THAT(sum / 40000.0, WithinAbs(0.0, 1e-12));
  CHECK_THAT(squares / 40000.0, WithinAbs(1.0, 1e-12));

  // The test set is no tail of sorted digits: each digit's share of 200 is 20 +- 5 standard deviations of the
  // hypergeometric distribution, sqrt(200 x 0.1 x 0.9 x 0.8) = 3.8.
  for (std::uint32_t d = 0; d < 10; ++d) {
    const auto n = std::count(data.test.labels.begin(), data.test.labels.end(), d);
    CHECK(std::abs(static_cast<double>(n) - 20.0) < 19.0);
  }
  const SeriesData again = make_mnist1d({.samples = 1000, .length = 40, .seed = 3});
  CHECK(again.train.values == data.train.values);
  CHECK(again.test.labels == data.test.labels);
  CHECK(make_mnist1d({.samples = 1000, .length = 40, .seed = 4}).train.values != data.train.values);

  // The same samples at twice the points: every other point of 143 is a point of 72, up to the set's scale.
  const SeriesData fine = make_mnist1d({.samples = 100, .length = 143}),
                   coarse = make_mnist1d({.samples = 100, .length = 72});
  const double ratio =
      (fine.train.values[2] - fine.train.values[0]) / (coarse.train.values[1] - coarse.train.values[0]);
  for (std::size_t t = 0; t < 72; ++t) {
    CHECK_THAT(fine.train.values[2 * t] - fine.train.values[0],
               WithinAbs(ratio * (coarse.train.values[t] - coarse.train.values[0]), 1e-9));
  }
}
