// SPDX-License-Identifier: Apache-2.0
// `range:` and `weights: {between: }` of a crossbar, and what conductances need of them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "design/die.hpp"
#include "design/reader.hpp"

using namespace leadlag;

namespace {

const std::string blueprint = R"(leadlag: 1
chip: {clock: 10 MHz}
arrays:
  in: {block: input_driver, size: 2}
  hidden: {block: leaky_neuron, size: 2, activation: linear, tau: 1 us}
  out: {block: leaky_neuron, size: 1, activation: linear, tau: 1 us}
crossbars:
  w1: {from: in, to: hidden, range: {min: 0.1, max: 2}, weights: [[1, 2.5], [0.05, 0.1]]}
  w2: {from: hidden, to: out, weights: [[0.5, -0.5]]}
learning: {system: ep, ep: {energy: resistive}}
task: {kind: idx_images}
)";

std::string mistakes(const std::vector<std::pair<std::string, std::string>>& settings) {
  try {
    parse_design("chip.yaml", blueprint, {{}, settings, LEADLAG_TECHNOLOGY_DIR});
  } catch (const DesignError& e) {
    return e.what();
  }
  return "";
}
Design parse(std::vector<std::pair<std::string, std::string>> settings) {
  settings.insert(settings.begin(), {"crossbars.w2.weights", "[[0.5, 0.25]]"});
  return parse_design("chip.yaml", blueprint, {{}, settings, LEADLAG_TECHNOLOGY_DIR});
}

}  // namespace

TEST_CASE("range: every initial weight outside of it is named where it stands, all at once", "[design]") {
  CHECK(mistakes({}) ==
        "chip.yaml:8:71: error[out-of-range]: weight [0, 1] of 'w1' is 2.5, outside of its range {min: 0.1, "
        "max: 2}\n"
        "chip.yaml:8:78: error[out-of-range]: weight [1, 0] of 'w1' is 0.05, outside of its range {min: 0.1, "
        "max: 2}\n"
        "chip.yaml:9:47: error[out-of-range]: weight [0, 1] of 'w2' is -0.5, outside of its range {min: 0}");
  // Without conductances w2 is signed; what is stated holds for every system.
  const std::string signed_chip = mistakes({{"learning", "{system: ep}"}});
  CHECK(signed_chip.find("w1") != std::string::npos);
  CHECK(signed_chip.find("w2") == std::string::npos);
}

TEST_CASE("range: rules that draw outside of it, biases, and ranges that hold nothing are refused",
          "[design]") {
  const auto said = [](const std::string& w1, const std::string& part,
                       const std::string& system = "{system: ep}") {
    const std::string text = mistakes({{"crossbars.w1", "{from: in, to: hidden, " + w1 + "}"},
                                       {"crossbars.w2.weights", "[[0.5, 0.25]]"},
                                       {"learning", system}});
    CAPTURE(w1, text);
    if (part.empty()) {
      CHECK(text.empty());
    } else {
      CHECK(text.find(part) != std::string::npos);
    }
  };
  const std::string resistive = "{system: ep, ep: {energy: resistive}}";
  said("weights: glorot", "drawn by glorot on both sides of 0, its cells hold range {min: 0}", resistive);
  said("weights: {uniform: 0.5}", "drawn by uniform from -0.5 to 0.5", resistive);
  said("weights: {between: [-0.1, 0.5]}", "drawn between -0.1 and 0.5", resistive);
  said("weights: {between: [0.1, 0.5]}", "", resistive);
  said("weights: zero", "", resistive);
  said("weights: zero, range: {min: -1}", "which are not below 0; give 'w1' a range with min: 0 or more",
       resistive);
  said("weights: zero, range: {min: 0.2}", "drawn by zero at 0, its cells hold range {min: 0.2}");
  said("weights: he, range: {min: -1, max: 1}", "");
  said("weights: {uniform: 2}, range: {max: 1}", "uniform from -2 to 2");
  said("weights: {between: [0.3, 0.5]}, range: {min: 0.2}, bias: true", "biases of 'w1' start at 0");
  said("weights: zero, range: {min: 1, max: 1}", "no weight fits into the range of 'w1'");
  said("weights: zero, range: {}", "needs min, max or both");
  said("weights: zero, range: {mni: 1}", "did you mean 'min'?");
  said("weights: zero, range: 3", "range of 'w1'");
  said("weights: {between: [0.5, 0.1]}", "second number above its first");
  said("weights: {between: 0.5}", "between needs two numbers");
  said("weights: between", "weights");
}

TEST_CASE("range: a system of conductances narrows it to what is not negative, others leave it", "[design]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string values = "{from: in, to: hidden, weights: [[1, 2], [1, 2]]}";
  const Circuit resistive = parse({{"crossbars.w1", values}}).circuit();
  REQUIRE(resistive.crossbars.size() == 2);
  for (const auto& c : resistive.crossbars) {
    CHECK(c.range.low == 0.0);
    CHECK(c.range.high == infinity);
    CHECK(c.conducts());
  }
  const Design plain = parse({{"crossbars.w1", values}, {"learning", "{system: ep}"}});
  for (const auto& c : plain.circuit().crossbars) CHECK_FALSE((c.range.bounded() || c.conducts()));
}

TEST_CASE("weights between two numbers: uniform there, by the chip's seed", "[design]") {
  const std::string drawn = "{from: in, to: hidden, weights: {between: [0.2, 0.6]}}";
  const auto weights = [&](const char* seed) {
    const Design design = parse({{"crossbars.w1", drawn},
                                 {"arrays.in.size", "40"},
                                 {"arrays.hidden.size", "50"},
                                 {"crossbars.w2.weights", "{between: [0.1, 0.2]}"},
                                 {"chip.seed", seed}});
    return fabricate(design).weights.at(0);
  };
  const std::vector<double> w = weights("1");
  REQUIRE(w.size() == 2000);
  CHECK(*std::min_element(w.begin(), w.end()) >= 0.2);
  CHECK(*std::max_element(w.begin(), w.end()) < 0.6);
  double mean = 0.0, square = 0.0;
  for (const double x : w) mean += x / 2000.0, square += x * x / 2000.0;
  // Four standard errors of 2000 uniform numbers: 4 x 0.4 / sqrt(12 x 2000).
  CHECK(std::abs(mean - 0.4) < 0.011);
  CHECK(std::abs(square - mean * mean - 0.16 / 12.0) < 0.002);
  CHECK(weights("1") == w);
  CHECK(weights("2") != w);
}
