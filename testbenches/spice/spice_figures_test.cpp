// SPDX-License-Identifier: Apache-2.0
// What becomes of ngspice's numbers: the fit of inversion, relations against transistors, and what is no
// number.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "benches/spice_bench.hpp"
#include "spice/characterize.hpp"
#include "spice/record_figures.hpp"
#include "units/random.hpp"

using namespace leadlag;

namespace {

constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();

/// The root of f^2 - f = x above 1, by Newton.
double root(double x) {
  double f = 1.0 + std::sqrt(x);
  for (int k = 0; k < 60; ++k) f -= (f * f - f - x) / (2.0 * f - 1.0);
  return f;
}

const std::vector<double> biases{1e-9, 3e-9, 1e-8, 3e-8, 1e-7, 3e-7};

}  // namespace

TEST_CASE("inversion fit: drawn specific currents and scales are found again, with noise nearly", "[spice]") {
  const Draws draws(1, "fit", "parameters");
  for (std::uint64_t k = 0; k < 50; ++k) {
    const double scale = 1e-14 * std::pow(1e2, draws.uniform(3 * k)),
                 specific = 1e-8 * std::pow(1e3, draws.uniform(3 * k + 1));
    std::vector<double> exact, noisy;
    for (std::size_t j = 0; j < biases.size(); ++j) {
      exact.push_back(scale * root(biases[j] / specific));
      noisy.push_back(exact.back() * (1.0 + 2e-3 * draws.normal(100 + 10 * k + j)));
    }
    const InversionFit found = inversion_fit(biases, exact), near = inversion_fit(biases, noisy);
    CHECK(found.scale == Approx(scale).epsilon(1e-9));
    CHECK(found.specific == Approx(specific).epsilon(1e-7));
    // What matters is what the relation says: between the points it is as good as the points are.
    for (const double i : {1.7e-9, 5.5e-9, 17e-9, 55e-9, 170e-9}) {
      const double says = near.scale * (near.specific > 0.0 ? root(i / near.specific) : 1.0);
      CHECK(says == Approx(scale * root(i / specific)).epsilon(0.01));
    }
  }
}

TEST_CASE("inversion fit: what does not grow has no specific current", "[spice]") {
  const InversionFit flat = inversion_fit(biases, std::vector<double>(6, 3.0)),
                     falls = inversion_fit(biases, {6.0, 5.0, 4.0, 3.0, 2.0, 1.0});
  CHECK(flat.scale == Approx(3.0));
  CHECK(falls.scale == Approx(3.5));
  CHECK(falls.specific == 0.0);
  CHECK((flat.specific == 0.0 || flat.specific > 1e3 * biases.back()));
}

TEST_CASE("relations: the error is relative to the transistors, and what is no number is not met",
          "[spice]") {
  RelationCheck k{"pole", "10 nA", 1.05, 1.0, "s", 0.1, false};
  CHECK(k.error() == Approx(0.05));
  CHECK(k.met());
  k.measured = 0.9;
  CHECK_FALSE(k.met());
  k.measured = 0.0;
  CHECK_FALSE(k.met());
  k.measured = nan_;
  CHECK_FALSE(k.met());
  RelationCheck rms{"curve", "10 nA", 0.049, 0.0, "", 0.05, true};
  CHECK(rms.met());
  rms.relation = 0.051;
  CHECK_FALSE(rms.met());
  rms.relation = nan_;
  CHECK_FALSE(rms.met());
}

TEST_CASE("comparison with ngspice: no number stays to be seen, nothing compared is no agreement",
          "[spice]") {
  Design design;
  Deck deck;
  deck.nodes.push_back({"a", "a", "rate", false, 0, 0, 1.0, {}, true});
  const double period = design.chip.period().si;
  REQUIRE(period > 0.0);
  SpiceRecord record;
  record.names = {"time", "v(a)"};
  record.columns = {{0.0, period, 2.0 * period, 3.0 * period}, {0.1, 0.2, 0.3, 0.4}};
  const auto difference = [&](std::vector<double> simulated) {
    const SpiceComparison c = compare(design, deck, {simulated}, record, {});
    REQUIRE(c.nodes.size() == 1);
    return c.nodes[0];
  };
  const NodeDifference same = difference({0.1, 0.2, 0.3, 0.4}), one = difference({0.1, 0.2, 0.3, 0.7});
  CHECK(same.rms < 1e-12);
  CHECK(one.rms == Approx(0.15));
  CHECK(one.worst == Approx(0.3));
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
    std::vector<double> broken{0.1, 0.2, 0.3, 0.4};
    broken[at] = nan_;
    CHECK(std::isnan(difference(broken).rms));
    CHECK(std::isnan(difference(broken).worst));
  }
  deck.counted.assign(4, false), deck.nodes[0].always = false;
  CHECK_FALSE(difference({0.1, 0.2, 0.3, 0.4}).rms <= 1.0);
}
