// SPDX-License-Identifier: Apache-2.0
#include "report/html_page.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "report/html_charts.hpp"
#include "report/page/embedded.hpp"
#include "report/report_tables.hpp"

namespace leadlag {
namespace {

std::string_view class_of(Verdict v) {
  return v == Verdict::met ? "met" : v == Verdict::violated ? "violated" : "unmeasured";
}

/// Shape beside colour and word: nobody has to tell red from green.
std::string_view sign_of(Verdict v) {
  return v == Verdict::met ? "\u2713" : v == Verdict::violated ? "\u2717" : "?";
}

/// VIOLATED before NOT MEASURED before MET.
int rank_of(const Finding& f) {
  return f.verdict == Verdict::violated ? 0 : f.verdict == Verdict::not_measured ? 1 : 2;
}

std::string line_of(const std::string& text, int number) {
  std::size_t at = 0;
  for (int k = 1; k < number && at != std::string::npos; ++k) {
    at = text.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  if (at == std::string::npos) return {};
  std::string line = text.substr(at, text.find('\n', at) - at);
  line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

std::string source_cell(const Finding& f, const std::string& blueprint) {
  if (f.at.line <= 0) return "default or option";
  const std::string number = std::to_string(f.at.line);
  return "<a href=\"#L" + number + "\">line " + number + "</a> <code>" +
         html_escaped(line_of(blueprint, f.at.line)) + "</code>";
}

/// Roles are said although they are a table's own: on a phone the style sheet makes cards of the rows.
std::string cell(const std::string& attributes, const std::string& inside) {
  return "<td role=\"cell\" class=\"" + attributes + "\">" + inside + "</td>";
}

std::string part_html(const FindingsTable& t) {
  if (t.findings.empty()) return "<p>No limits are stated.</p>\n";
  std::vector<Finding> sorted = t.findings;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Finding& a, const Finding& b) { return rank_of(a) < rank_of(b); });
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Findings\"><table "
      "class=\"findings\" "
      "role=\"table\"><caption>What was required, what is, and by how much</caption>\n<thead><tr "
      "role=\"row\">";
  for (const char* name : {"verdict", "what", "where", "required", "actual", "slack", "rule", "asked by"}) {
    out += "<th scope=\"col\" role=\"columnheader\">" + std::string(name) + "</th>";
  }
  out += "</tr></thead><tbody role=\"rowgroup\">\n";
  for (const Finding& f : sorted) {
    out += "<tr role=\"row\" class=\"" + std::string(class_of(f.verdict)) +
           "\"><th scope=\"row\" role=\"rowheader\" class=\"verdict\"><span aria-hidden=\"true\">" +
           std::string(sign_of(f.verdict)) + "</span> " + std::string(name_of(f.verdict)) + "</th>" +
           cell("", html_escaped(f.what)) + cell("", html_escaped(f.where)) +
           cell("figure\" data-label=\"required", html_escaped(f.required)) +
           cell("figure\" data-label=\"actual", html_escaped(f.actual)) +
           cell("figure\" data-label=\"slack", html_escaped(f.slack)) + cell("rule", html_escaped(f.id)) +
           cell("source", source_cell(f, t.blueprint)) + "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string part_html(const Paragraph& p) { return "<p>" + html_escaped(p.text) + "</p>\n"; }

std::string folded(const std::string& title, const std::string& inside) {
  return "<details><summary>" + html_escaped(title) + "</summary>\n" + inside + "</details>\n";
}

std::string part_html(const PageTable& t) {
  const std::string table = table_html(t.caption, t.table);
  return t.folded ? folded(t.caption, table) : table;
}

std::string part_html(const Listing& l) {
  std::string lines;
  int number = 0;
  for (std::size_t at = 0; at < l.text.size();) {
    const std::size_t end = std::min(l.text.find('\n', at), l.text.size());
    const std::string n = std::to_string(++number);
    lines += "<span id=\"L" + n + "\" data-line=\"" + n + "\">" + html_escaped(l.text.substr(at, end - at)) +
             "</span>\n";
    at = end + 1;
  }
  return folded(l.title, "<pre class=\"listing scroll\" tabindex=\"0\">" + lines + "</pre>\n");
}

std::string part_html(const LineChart& c) { return chart_html(c); }
std::string part_html(const BarChart& c) { return chart_html(c); }

/// "ALL MET", or how many are what.
std::string verdict_text(const std::vector<Finding>& findings) {
  if (findings.empty()) return "no limits stated";
  std::map<Verdict, int> count;
  for (const Finding& f : findings) ++count[f.verdict];
  if (all_met(findings)) return "ALL MET (" + std::to_string(findings.size()) + ")";
  std::string text;
  for (const Verdict v : {Verdict::violated, Verdict::not_measured, Verdict::met}) {
    if (count[v] == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count[v]) + " " + std::string(name_of(v));
  }
  return text;
}

Verdict worst_of(const std::vector<Finding>& findings) {
  const auto worst =
      std::min_element(findings.begin(), findings.end(),
                       [](const Finding& a, const Finding& b) { return rank_of(a) < rank_of(b); });
  return worst == findings.end() ? Verdict::not_measured : worst->verdict;
}

std::string figures_html(const std::vector<KeyFigure>& figures) {
  if (figures.empty()) return {};
  std::string out = "<dl class=\"figures\">\n";
  for (const KeyFigure& f : figures) {
    const Verdict v = f.verdict.value_or(Verdict::met);
    const std::string sign = f.verdict ? std::string(sign_of(v)) + " " : "";
    out += "<div class=\"" + std::string(class_of(v)) + "\"><dt>" + html_escaped(f.label) +
           "</dt><dd><strong>" + "<span aria-hidden=\"true\">" + sign + "</span>" + html_escaped(f.value) +
           "</strong><p>" + html_escaped(f.note) + "</p></dd></div>\n";
  }
  return out + "</dl>\n";
}

std::string sections_html(const std::vector<PageSection>& sections) {
  std::string out;
  for (const PageSection& s : sections) {
    const std::string id = html_escaped(s.id);
    out += "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-h\">\n<h2 id=\"" + id + "-h\">" +
           html_escaped(s.title) + "</h2>\n";
    for (const PagePart& part : s.parts) {
      out += std::visit([](const auto& p) { return part_html(p); }, part);
    }
    out += "</section>\n";
  }
  return out;
}

/// Replaces {{NAME}} in one pass, so that braces in a user's text stay what they are.
std::string filled(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string out;
  while (true) {
    const std::size_t open = text.find("{{"), close = text.find("}}", open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    out += text.substr(0, open);
    out += values.at(std::string(text.substr(open + 2, close - open - 2)));
    text.remove_prefix(close + 2);
  }
  return out += text;
}

}  // namespace

std::string html_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_page(const Page& page) {
  std::string contents;
  for (const PageSection& s : page.sections) {
    contents += "<li><a href=\"#" + html_escaped(s.id) + "\">" + html_escaped(s.title) + "</a></li>";
  }
  const Verdict worst = worst_of(page.findings);
  return filled(embedded::page_html,
                {{"title", html_escaped(page.title)},
                 {"subtitle", html_escaped(page.subtitle)},
                 {"verdict", verdict_text(page.findings)},
                 {"verdict_class", std::string(class_of(worst))},
                 {"verdict_sign", std::string(sign_of(worst))},
                 {"version", html_escaped(page.provenance.version)},
                 {"provenance", html_escaped(provenance_line(page.provenance).substr(2))},
                 {"contents", contents},
                 {"figures", figures_html(page.figures)},
                 {"sections", sections_html(page.sections)},
                 {"data", script_safe(page.data)},
                 {"css", std::string(embedded::page_css)},
                 {"js", std::string(embedded::page_js)},
                 {"chart_js", std::string(embedded::chart_js)},
                 {"chart_js_licence", html_escaped(std::string(embedded::chart_js_licence))}});
}

}  // namespace leadlag
