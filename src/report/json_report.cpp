// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "design/measurement_table.hpp"
#include "report/report.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

using Json = nlohmann::ordered_json;

Json finding_json(const Finding& f) {
  return {{"id", f.id},
          {"what", f.what},
          {"where", f.where},
          {"required", f.required},
          {"actual", f.actual},
          {"slack", f.slack},
          {"verdict", std::string(name_of(f.verdict))},
          {"line", f.at.line},
          {"column", f.at.column}};
}

Json results_json(const Report& r) {
  Json results;
  for (const MeasurementKind& kind : measurement_table) {
    const auto found = r.measurements.values.find(std::string(kind.name));
    if (found != r.measurements.values.end()) results[std::string(kind.name)] = found->second;
  }
  results["cycles"] = r.seen.cycles;
  results["train_samples"] = r.seen.train_samples;
  results["test_samples"] = r.seen.test_samples;
  results["learning_steps"] = r.seen.learning_steps;
  results["host_steps"] = r.seen.host_steps;
  results["synaptic_operations"] = r.measurements.operations;
  results["weight_updates"] = r.measurements.updates;
  results["host_weight_reads"] = r.measurements.host_reads;
  results["host_weight_writes"] = r.measurements.host_writes;
  results["chip_time"] = r.measurements.duration.si;
  return results;
}

Json timing_json(const Timing& t) {
  Json paths = Json::array();
  for (const Path& p : t.paths) {
    Json arcs = Json::array();
    for (const PathArc& a : p.arcs) {
      arcs.push_back({{"array", a.array},
                      {"block", a.block},
                      {"from", a.arc.from},
                      {"to", a.arc.to},
                      {"settle", a.arc.settle.si},
                      {"derivation", a.arc.derivation}});
    }
    paths.push_back(
        {{"kind", p.kind}, {"to", p.to}, {"settle", p.settle.si}, {"slack", p.slack.si}, {"arcs", arcs}});
  }
  return {{"forward_cycles", t.forward_cycles},
          {"error_cycles", t.error_cycles},
          {"alignment_cycles", t.alignment_cycles},
          {"paths", paths}};
}

Json islands_json(const Report& r) {
  Json islands = Json::array();
  for (std::size_t k = 0; k < r.measurements.islands.size(); ++k) {
    const IslandFigures& f = r.measurements.islands[k];
    Json island{{"name", f.name},   {"tick", r.design.chip.island_tick().si},
                {"lag", f.lag.si},  {"fastest", f.fastest.si},
                {"loops", f.loops}, {"growth", f.growth ? Json(*f.growth) : Json()}};
    if (k < r.seen.islands.size()) {
      const IslandLoops& i = r.seen.islands[k];
      island["newton"] = {{"loop", i.loop},
                          {"solves", i.solves},
                          {"steps", i.iterations},
                          {"most_steps", i.most},
                          {"residual", i.residual}};
    }
    islands.push_back(std::move(island));
  }
  return islands;
}

Json energy_json(const Measurements& m) {
  Json rows = Json::array();
  for (const EnergyRow& row : m.energy) {
    Json events = Json::array();
    for (const auto& e : row.events) {
      events.push_back({{"event", std::string(name_of(e.event))},
                        {"count", e.count},
                        {"each", e.each.si},
                        {"total", e.total.si},
                        {"derivation", e.derivation}});
    }
    rows.push_back({{"array", row.array},
                    {"block", row.block},
                    {"instances", row.instances},
                    {"static_power", row.static_power.si},
                    {"static_energy", row.static_energy.si},
                    {"dynamic_energy", row.dynamic_energy.si},
                    {"area", row.area.si},
                    {"static_derivation", row.static_derivation},
                    {"events", events}});
  }
  Json host = Json::array();
  for (const HostRow& row : m.host) {
    host.push_back({{"what", row.what},
                    {"count", row.count},
                    {"each", row.each.si},
                    {"total", row.total().si},
                    {"derivation", row.derivation}});
  }
  return {{"ledger", m.ledger.si}, {"supply", m.supply.si}, {"rows", rows}, {"host", host}};
}

Json technology_json(const Technology& t) {
  Json numbers;
  std::apply(
      [&](const auto&... field) {
        const auto one = [&](const auto& f) {
          const std::string name(f.name);
          double si = 0.0;
          std::string unit;
          if constexpr (requires { (t.*f.member).si; }) {
            si = (t.*f.member).si, unit = unit_name((t.*f.member).dimension);
          } else {
            si = t.*f.member;
          }
          const auto source = t.sources.find(name);
          const bool known = source != t.sources.end();
          numbers[name] = {{"value", si},
                           {"unit", unit},
                           {"source", known ? source->second.text : ""},
                           {"assumed", !known || source->second.assumed}};
        };
        (one(field), ...);
      },
      Technology::fields());
  return {{"name", t.name}, {"corner", t.corner}, {"numbers", numbers}};
}

}  // namespace

std::string json_report(const Report& r) {
  const Design& d = r.design;
  Json controls = Json::array();
  for (const ControlResult& c : r.controls) {
    controls.push_back({{"name", c.name}, {"settings", c.settings}, {"results", c.values}});
  }
  Json findings = Json::array();
  for (const Finding& f : r.findings) findings.push_back(finding_json(f));
  Json arrays = Json::array();
  for (const ArrayDesign& a : d.arrays) {
    Json array{{"name", a.name}, {"size", a.size}};
    if (!a.is_input()) array["coupling"] = std::string(name_of(a.coupling));
    if (a.is_neuron()) {
      array["tau_m"] = a.neurons()[0].tau_m.si;
      array["tau_r"] = a.neurons()[0].tau_r.si;
      array["tau_m_in_cycles"] = a.neurons()[0].tau_m / d.chip.period();
      array["activation"] = std::string(name_of(a.neurons()[0].activation));
    }
    arrays.push_back(std::move(array));
  }
  Json effects = Json::array();
  for (std::size_t e = 0; e < d.physics.on.size(); ++e) {
    if (d.has_physics() && d.physics.on[e]) effects.push_back(std::string(Names<Effect>::value[e]));
  }
  const Json json{{"schema", 1},
                  {"provenance",
                   {{"version", r.provenance.version},
                    {"blueprint", r.provenance.blueprint},
                    {"hash", r.provenance.hash},
                    {"seed", r.provenance.seed},
                    {"tick", r.provenance.tick},
                    {"options", r.provenance.options},
                    {"threads", r.provenance.threads}}},
                  {"chip",
                   {{"name", d.chip.name},
                    {"clock", d.chip.clock.si},
                    {"replicas", d.chip.replicas},
                    {"detail", std::string(name_of(d.chip.detail))},
                    {"fidelity", std::string(name_of(d.chip.fidelity))},
                    {"effects", effects},
                    {"die", d.physics.params.die},
                    {"coupling", std::string(name_of(d.chip.coupling))},
                    {"ticks_per_clock", d.chip.ticks_per_clock},
                    {"integration", std::string(name_of(d.chip.integration))},
                    {"schedule", std::string(name_of(d.chip.schedule))},
                    {"precision", std::string(name_of(d.chip.precision))},
                    {"learning", std::string(name_of(d.learning.params.system))},
                    {"errors", std::string(name_of(d.learning.params.errors))},
                    {"update", std::string(name_of(d.learning.params.update))},
                    {"cycles_per_sample", d.task.sampled() ? d.schedule.params.cycles_per_sample : 0},
                    {"arrays", arrays}}},
                  {"results", results_json(r)},
                  {"findings", findings},
                  {"controls", controls},
                  {"timing", timing_json(r.measurements.timing)},
                  {"islands", islands_json(r)},
                  {"energy", energy_json(r.measurements)},
                  {"technology", technology_json(d.technology)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";  // a file's name may be no UTF-8
}

}  // namespace leadlag
