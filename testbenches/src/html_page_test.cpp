// SPDX-License-Identifier: Apache-2.0
#include "report/html_page.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace leadlag;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

const Provenance provenance{"0.1.0", "c.yaml", "0123", 1, "1 us", "none", 1};

Page page_of(std::vector<PagePart> parts) {
  Page page;
  page.title = "c", page.provenance = provenance;
  page.sections.push_back({"only", "Only", std::move(parts)});
  return page;
}

/// What the figure carries for its drawing.
Json data_of(const std::string& html, const std::string& id) {
  const std::size_t figure = html.find("<figure class=\"chart\" id=\"" + id + "\"");
  const std::string open = "<script type=\"application/json\">";
  REQUIRE(figure != std::string::npos);
  const std::size_t first = html.find(open, figure) + open.size();
  return Json::parse(html.substr(first, html.find("</script>", first) - first));
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

/// Past the style sheet and the library, which hold braces and arrows of their own.
std::string body_of(const std::string& html) {
  const std::size_t first = html.find("<body>");
  return html.substr(first, html.find("<footer>") - first);
}

}  // namespace

TEST_CASE("page: two panels over a logarithmic axis keep their data, units and gaps", "[report]") {
  const double gap = std::numeric_limits<double>::quiet_NaN();
  LineChart bode{"bode", "Bode plot", "Gain and phase.", {"frequency", "Hz", true}, {1e3, 1e4, 1e5}, {}, {}};
  bode.panels.push_back(
      {"gain", {"gain", "dB"}, {{"measured", {0.0, -3.0103, gap}, {}}}, {{"limit: -20 dB", -20.0}}});
  bode.panels.push_back({"phase", {"phase", "deg"}, {{"closed form", {-1.23456789, 0.5}, {2e3, 2e4}}}, {}});
  bode.view = {1e3, 1e4};
  const Json data = data_of(html_page(page_of({bode})), "bode");
  CHECK(data["x"] == Json{{"label", "frequency"}, {"unit", "Hz"}, {"log", true}});
  CHECK(data["xs"] == Json{1e3, 1e4, 1e5});
  CHECK(data["view"] == Json{1e3, 1e4});
  REQUIRE(data["panels"].size() == 2);
  CHECK(data["panels"][0]["series"][0]["y"] == Json{0.0, -3.0103, nullptr});
  CHECK(data["panels"][0]["marks"][0]["value"] == -20.0);
  CHECK(data["panels"][1]["y"]["unit"] == "deg");
  CHECK(data["panels"][1]["series"][0]["x"] == Json{2e3, 2e4});
  CHECK(data["panels"][1]["series"][0]["y"] == Json{-1.23457, 0.5});  // six digits are what a plot can show
}

TEST_CASE("page: bars are a table too, in their unit", "[report]") {
  BarView view{"by block",
               {"energy", "J"},
               {"synapse", "readout"},
               {{"static", {2e-9, 0.0}}, {"dynamic", {1e-9, 5e-12}}},
               {"3 nJ", "5 pJ"},
               {}};
  const std::string html = html_page(page_of({BarChart{"energy", "Energy", "", {view}}}));
  CHECK_THAT(
      html,
      Contains("<th scope=\"row\">synapse</th><td class=\"figure\">2 nJ</td><td class=\"figure\">1 nJ</td>"));
  CHECK_THAT(html, Contains("<td class=\"figure\">5 pJ</td>"));
  CHECK(data_of(html, "energy")["views"][0]["parts"][1]["values"] == Json{1e-9, 5e-12});
}

TEST_CASE("page: findings come worst first, quote their line, and make the verdict", "[report]") {
  const std::string blueprint = "leadlag: 1\n  limits:\n\tarea: {max: 1 mm2} # <small>\n";
  std::vector<Finding> findings{
      {"limit", "met one", "c", "", "", "", Verdict::met, {1, 1}},
      {"limit", "unknown one", "c", "", "", "", Verdict::not_measured, {0, 0}},
      {"limit", "broken one", "c", "<= 1 mm2", "2 mm2", "-1 mm2", Verdict::violated, {3, 2}}};
  Page page = page_of({FindingsTable{findings, blueprint}});
  page.findings = findings;
  const std::string html = body_of(html_page(page));
  CHECK(html.find("broken one") < html.find("unknown one"));
  CHECK(html.find("unknown one") < html.find("met one"));
  CHECK_THAT(html, Contains("1 VIOLATED, 1 NOT MEASURED, 1 MET"));
  CHECK_THAT(html, Contains("<a href=\"#L3\">line 3</a> <code>area: {max: 1 mm2} # &lt;small&gt;</code>"));
  CHECK_THAT(html, Contains("default or option"));
  page.findings.resize(1);
  CHECK_THAT(html_page(page), Contains("ALL MET (1)"));
}

TEST_CASE("page: no text of a user becomes markup or is filled in", "[report]") {
  const std::string evil = "</script><script>x()</script> & \"q\" 'a' {{css}} \xff";
  LineChart lines{
      "lines", evil, evil, {evil, "s"}, {1, 2}, {{evil, {evil, "V"}, {{evil, {1, 2}, {}}}, {{evil, 1}}}}, {}};
  BarChart bars{"bars", evil, evil, {{evil, {evil, "J"}, {evil}, {{evil, {1.0}}}, {evil}, {{evil, 1.0}}}}};
  Table table({evil, evil});
  table.row({evil, evil});
  std::vector<Finding> findings{{evil, evil, evil, evil, evil, evil, Verdict::met, {1, 1}}};
  Page page = page_of({lines, bars, PageTable{evil, table}, PageTable{evil, table, true}, Listing{evil, evil},
                       Paragraph{evil}, FindingsTable{findings, evil}});
  page.title = page.subtitle = evil, page.figures = {{evil, evil, evil, {}}};
  page.provenance.blueprint = evil, page.data = "{\"a\": \"</script>\"}";
  const std::string html = html_page(page);
  CHECK(count(html, "<script") == 5);  // two figures, the data, the library, the page's own
  CHECK(count(html, "</script") == 5);
  CHECK(count(html, "<style") == 1);
  CHECK(count(html, "{{css}}") > 20);
  CHECK(data_of(html, "lines")["panels"][0]["title"].get<std::string>().starts_with("</script><script>x()"));
}

TEST_CASE("page: equal pages are equal bytes, and nothing is fetched", "[report]") {
  const Page page = page_of({Paragraph{"text"}});
  const std::string html = html_page(page);
  CHECK(html == html_page(page));
  CHECK_THAT(html, Contains("default-src 'none'"));
  CHECK_THAT(html, Contains("Permission is hereby granted"));  // the library's licence travels with it
  CHECK(count(html, " src=") == 0);
  CHECK(count(body_of(html), "http") == 0);
}
