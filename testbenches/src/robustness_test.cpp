// SPDX-License-Identifier: Apache-2.0
#include "measure/robustness.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/robustness_report.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Json = nlohmann::json;

namespace {

/// What the page's figure of a curve carries for its drawing.
Json chart_in(const std::string& html, const std::string& curve) {
  const std::size_t figure = html.find("<figure class=\"chart\" id=\"curve-" + curve + "\"");
  const std::string open = "<script type=\"application/json\">";
  REQUIRE(figure != std::string::npos);
  const std::size_t first = html.find(open, figure) + open.size();
  return Json::parse(html.substr(first, html.find("</script>", first) - first));
}

}  // namespace

TEST_CASE("robustness: values that span decades want a logarithmic axis, on which 0 is not", "[study]") {
  struct Case {
    std::vector<std::string> values;
    std::vector<double> at;
    std::string unit;
    bool log;
    bool zero;
  };
  const std::vector<Case> cases{
      {{"1e-4", "1e-2", "0.1"}, {1e-4, 1e-2, 0.1}, "", true, false},
      {{"0.1 fA", "1 pA", "10 fA"}, {1e-16, 1e-12, 1e-14}, "A", true, false},
      {{"0 V", "0.25 mV", "10 mV"}, {0.25e-3 / std::sqrt(10.0), 0.25e-3, 10e-3}, "V", true, true},
      {{"1", "31"}, {1.0, 31.0}, "", false, false},  // 1.49 decades
      {{"1", "32"}, {1.0, 32.0}, "", true, false},   // 1.505
      {{"0", "0.1", "0.8"}, {0.0, 0.1, 0.8}, "", false, false},
      {{"-1", "1", "1000"}, {-1.0, 1.0, 1000.0}, "", false, false},
      {{"0", "0"}, {0.0, 0.0}, "", false, false},
      {{"nearest", "stochastic"}, {0.0, 1.0}, "", false, false},
      {{"1 mV", "1 s", "100"}, {0.0, 1.0, 2.0}, "", false, false}};
  for (const Case& c : cases) {
    CAPTURE(c.values);
    const CurveAxis axis = axis_of(c.values);
    REQUIRE(axis.at.size() == c.at.size());
    for (std::size_t k = 0; k < c.at.size(); ++k)
      CHECK_THAT(axis.at[k], WithinAbs(c.at[k], 1e-12 * std::abs(c.at[k])));
    CHECK(axis.unit == c.unit);
    CHECK(axis.log == c.log);
    CHECK(axis.zero.has_value() == c.zero);
  }
}

TEST_CASE("robustness: a point is mean, spread and ends of its seeds, those that failed apart", "[study]") {
  const auto points = robustness_points({{"c", "a", "1", 1, 0.5},
                                         {"c", "a", "1", 2, 0.8},
                                         {"c", "a", "1", 3, {}},
                                         {"c", "b", "1", 1, {}},
                                         {"c", "a", "2", 1, 0.25}});
  REQUIRE(points.size() == 3);
  CHECK(points[0].seeds == 3);
  CHECK(points[0].failed == 1);
  CHECK_THAT(points[0].mean, WithinAbs(0.65, 1e-15));
  CHECK_THAT(points[0].deviation, WithinAbs(0.3 / std::sqrt(2.0), 1e-15));
  CHECK(points[0].low == 0.5);
  CHECK(points[0].high == 0.8);
  CHECK(std::isnan(points[1].mean));
  CHECK(points[2].deviation == 0.0);
}

TEST_CASE("robustness: a logarithmic axis shows 0 left of all other values", "[study]") {
  Design design;
  design.chip.name = "c";
  design.study.curves = {
      {.name = "offset",
       .vary = "physics.comparator_offset",
       .values = {"0 V", "10 mV", "0.1 mV"},
       .presets = {},
       .at = {}},
      {.name = "bits", .vary = "blocks.readout.bits", .values = {"2", "4"}, .presets = {}, .at = {}}};
  std::vector<RobustnessRun> runs;
  for (const char* line : {"dfc", "strong"}) {
    runs.push_back({"offset", line, "0 V", 1, 0.75});
    runs.push_back({"offset", line, "10 mV", 1, 0.25});
    runs.push_back({"offset", line, "0.1 mV", 1, 0.5});
  }
  runs[3].measured.reset();
  runs.push_back({"bits", "c", "2", 1, 0.1});
  runs.push_back({"bits", "c", "4", 1, 0.2});
  const RobustnessReport report{
      design, runs, robustness_points(runs), {"0.1.0", "c.yaml", "0123", 1, "1 us", "none", 1}};
  const std::string html = robustness_html(report);
  const Json offset = chart_in(html, "offset"), bits = chart_in(html, "bits");
  CHECK(offset["x"] ==
        Json{{"label", "physics.comparator_offset"}, {"unit", "V"}, {"log", true}, {"zero", 3.16227766e-05}});
  CHECK(offset["xs"] == Json{3.16227766e-05, 1e-4, 1e-2});
  REQUIRE(offset["panels"].size() == 1);
  const Json& panel = offset["panels"][0];
  REQUIRE(panel["series"].size() == 6);  // mean, lowest and highest of both
  CHECK(panel["series"][0]["x"] == Json{3.16227766e-05, 1e-4, 1e-2});
  CHECK(panel["series"][0]["y"] == Json{0.75, 0.5, 0.25});
  CHECK(panel["series"][1]["y"] == Json{nullptr, 0.5, 0.25});  // no figure at 0
  CHECK(bits["x"]["log"] == false);
  CHECK(bits["xs"] == Json{2.0, 4.0});
  CHECK_FALSE(bits["x"].contains("zero"));
  // Text and CSV list what was measured at 0 like the rest.
  CHECK_THAT(robustness_text(report), Contains("0 V"));
  CHECK_THAT(robustness_csv(report),
             Contains("offset,physics.comparator_offset,dfc,0 V,1,test_accuracy,0.75\n"));
}
