// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "design/measurement_table.hpp"
#include "design/sections.hpp"
#include "design/values.hpp"

// What a blueprint may say, for editors and for the docs: generated from the tables that the reader uses.
namespace leadlag {
namespace {

using Json = nlohmann::ordered_json;

Json words(const std::vector<std::string>& list) { return Json{{"type", "string"}, {"enum", list}}; }

Json number_schema(const Domain& domain, bool whole) {
  Json j{{"type", whole ? "integer" : "number"}};
  if (domain.low > -std::numeric_limits<double>::max()) {
    j[domain.low_open ? "exclusiveMinimum" : "minimum"] = domain.low;
  }
  if (domain.high < std::numeric_limits<double>::max()) j["maximum"] = domain.high;
  return j;
}

/// "20 us", "1 fF/um2": a number and at least one unit.
Json quantity_schema(const Dimension& dimension, const std::string& legal) {
  return {
      {"type", "string"},
      {"pattern", R"(^-?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?\s*[a-zA-Z%]+[0-9]?(\s*[/*]?\s*[a-zA-Z]+[0-9]?)*$)"},
      {"description", describe(dimension) + (legal.empty() ? "" : "; legal: " + legal)}};
}

template <class M>
Json type_schema(const Domain& domain) {
  if constexpr (is_quantity<M>) {
    return quantity_schema(M::dimension, legal_text<M>(domain));
  } else if constexpr (std::is_same_v<M, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_same_v<M, std::string>) {
    return {{"type", "string"}, {"minLength", 1}};
  } else if constexpr (std::is_enum_v<M>) {
    return words({Names<M>::value.begin(), Names<M>::value.end()});
  } else {
    return number_schema(domain, std::is_integral_v<M>);
  }
}

/// No template: it would be compiled for each of some hundred parameters.
Json parameter_schema(Json type, bool list, std::string_view meaning, Json value) {
  Json j = std::move(type);
  if (list) {
    const Json repeated{{"type", "string"}, {"pattern", "^[1-9][0-9]* x .+$"}};
    j = {{"anyOf", {j, Json{{"type", "array"}, {"items", {{"anyOf", {j, repeated}}}}}}}};
  }
  const std::string more = j.contains("description") ? " (" + j["description"].get<std::string>() + ")" : "";
  j["description"] = std::string(meaning) + more;
  j["default"] = std::move(value);
  return j;
}

template <class M>
Json default_value(const M& value) {
  if constexpr (is_quantity<M> || std::is_same_v<M, std::string> || std::is_enum_v<M>) {
    return value_text(value);
  } else {
    return value;
  }
}

Json closed_object(Json properties) {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

/// An object with the fields of a parameter table; `lists`: one value per instance is legal.
template <class P, class Fields>
Json object_schema(const P& defaults, const Fields& fields, bool lists = false) {
  Json properties = Json::object();
  const auto add = [&](const auto& f) {
    using M = typename std::remove_cvref_t<decltype(f)>::Member;
    properties[std::string(f.name)] = parameter_schema(type_schema<M>(f.domain), lists && is_numeric<M>,
                                                       f.meaning, default_value<M>(defaults.*f.member));
  };
  std::apply([&](const auto&... f) { (add(f), ...); }, fields);
  return closed_object(std::move(properties));
}

Json described(Json j, const std::string& text) {
  j["description"] = text;
  return j;
}
Json text_schema(const std::string& text) { return {{"type", "string"}, {"description", text}}; }
Json map_of(Json value, const std::string& text) {
  return {{"type", "object"}, {"additionalProperties", std::move(value)}, {"description", text}};
}
Json list_of(Json value, const std::string& text) {
  return {{"type", "array"}, {"items", std::move(value)}, {"description", text}};
}

Json chip_schema() {
  Json chip = object_schema(ChipParams{}, ChipParams::fields());
  Json& p = chip["properties"];
  p["full_scale"] =
      described(object_schema(FullScale{}, full_scale_fields()), "what one model unit is on the die");
  const Json fidelity = p["fidelity"];
  Json kinds{{"type", "object"}, {"additionalProperties", false}, {"properties", {{"default", fidelity}}}};
  for (const std::string& kind : block_kinds()) kinds["properties"][kind] = fidelity;
  p["fidelity"] = {{"anyOf", {fidelity, kinds}}, {"description", fidelity["description"]}};
  return chip;
}

Json arrays_schema() {
  Json kinds = Json::array();
  BlockDefaults defaults;
  for_each_block(defaults, [&](const std::string& stem, auto& params) {
    const auto found = std::find(array_kinds.begin(), array_kinds.end(), stem);
    if (found == array_kinds.end()) return;
    Json j = object_schema(params, params.fields(), true);
    const bool low_pass = stem == SynapticLowPass::stem;
    j["properties"]["block"] = {{"const", stem}};
    if (low_pass) {
      j["properties"]["from"] = text_schema("array whose rates it smooths, and whose size it takes");
    } else {
      j["properties"]["size"] = described(number_schema(array_size, true), "number of blocks");
    }
    if (stem != InputDriver::stem && stem != LeakyNeuron::stem) {
      j["properties"]["coupling"] = described(words({"sampled", "continuous"}), "chip.coupling unless given");
    }
    j["required"] = {"block", low_pass ? "from" : "size"};
    kinds.push_back(std::move(j));
  });
  return map_of({{"oneOf", kinds}},
                "name -> a row of equal blocks; a quantity or number may list one value per block");
}

Json crossbars_schema() {
  const Json scale = number_schema(domain::positive, false);
  const Json number = {{"type", "number"}};
  const Json rule = {
      {"type", "object"},
      {"additionalProperties", false},
      {"minProperties", 1},
      {"maxProperties", 1},
      {"properties",
       {{"he", scale},
        {"glorot", scale},
        {"uniform", scale},
        {"between", {{"type", "array"}, {"items", number}, {"minItems", 2}, {"maxItems", 2}}}}}};
  const Json weights = {
      {"anyOf", {words({"zero", "he", "glorot", "uniform"}), rule, list_of(list_of(number, "row"), "")}},
      {"description", "a rule, a rule with its scale, or a matrix: a row per neuron of `to`"}};
  Json crossbar{
      {"type", "object"},
      {"additionalProperties", false},
      {"required", {"from", "to"}},
      {"properties",
       {{"from", text_schema("array whose rates the rows carry")},
        {"to", text_schema("array of prospective_neuron blocks that the columns drive")},
        {"weights", weights},
        {"range",
         {{"type", "object"},
          {"additionalProperties", false},
          {"properties", {{"min", number}, {"max", number}}},
          {"description", "what a weight cell can hold; a write beyond an end leaves the weight there"}}},
        {"bias", {{"type", "boolean"}, {"description", "one more synapse per neuron, driven by 1"}}},
        {"tile",
         {{"type", "string"}, {"pattern", "^[1-9][0-9]*x[1-9][0-9]*$"}, {"description", "ROWSxCOLUMNS"}}}}}};
  return map_of(std::move(crossbar), "name -> all-to-all synapses between two arrays");
}

Json learning_schema() {
  Json learning = object_schema(LearningParams{}, LearningParams::fields());
  Json& p = learning["properties"];
  p["output"] = text_schema("array that the target unit teaches; the last neuron array unless given");
  p["every"] = {{"type", "string"},
                {"pattern", "^[1-9][0-9]* (sample|tick)s?$"},
                {"description", "update: host applies the optimiser every so many samples or ticks"}};
  p["plastic"] = list_of({{"type", "string"}},
                         "crossbars, ARRAY.tau_m and ARRAY.tau_r that learn; all crossbars unless given");
  p[OffChip::keyword] =
      described(object_schema(OffChip::Params{}, OffChip::Params::fields()), "of system: bptt");
  CircuitSystems::Params systems;
  CircuitSystems::for_each(systems, [&]<class S>(const typename S::Params& params) {
    p[std::string(S::keyword)] =
        described(object_schema(params, params.fields()), "of system: " + std::string(S::keyword));
  });
  p["tau_m_low"] =
      described(quantity_schema(Time::dimension, ""), "a plastic tau_m is kept at or above this");
  p["tau_r_low"] =
      described(quantity_schema(Time::dimension, ""), "a plastic tau_r is kept at or above this");
  return learning;
}

Json task_schema() {
  Json task = object_schema(TaskParams{}, TaskParams::fields());
  const Json time = quantity_schema(Time::dimension, ""), number = {{"type", "number"}};
  task["properties"]["frequencies"] =
      list_of(number_schema(domain::positive, false), "tones, lag_net: rad per model time unit");
  task["properties"]["teacher"] = {{"type", "object"},
                                   {"additionalProperties", false},
                                   {"required", {"weights", "tau_m", "tau_r"}},
                                   {"properties",
                                    {{"weights", list_of(number, "one per teacher neuron")},
                                     {"tau_m", list_of(time, "one per teacher neuron")},
                                     {"tau_r", time}}},
                                   {"description", "lag_line: the chain of two neurons to imitate"}};
  task["required"] = {"kind"};
  return task;
}

Json schedule_schema() {
  Json schedule = object_schema(ScheduleParams{}, ScheduleParams::fields());
  const Json cycle = number_schema(domain::non_negative, true);
  for (const char* window : {"target", "plasticity", "readout"}) {
    schedule["properties"][window] = list_of(cycle, "half-open window [from, to) of cycles within a sample");
    schedule["properties"][window]["minItems"] = schedule["properties"][window]["maxItems"] = 2;
  }
  return schedule;
}

Json limits_schema() {
  Json limits{{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
  const auto bound = [](const MeasurementKind& m) {
    const Json value =
        m.dimension == Dimension{} ? Json{{"type", {"number", "string"}}} : quantity_schema(m.dimension, "");
    return Json{{"type", "object"},
                {"additionalProperties", false},
                {"minProperties", 1},
                {"properties", {{"min", value}, {"max", value}}},
                {"description", m.meaning}};
  };
  for (const MeasurementKind& m : measurement_table) limits["properties"][std::string(m.name)] = bound(m);
  limits["patternProperties"] = {
      {R"(^controls\.[A-Za-z_][A-Za-z0-9_]*\.(test_accuracy|final_mse)$)", bound(measurement_table.front())}};
  return limits;
}

template <class P, class Fields>
std::string markdown(const P& defaults, const Fields& fields) {
  std::string table = "| parameter | default | legal | meaning |\n|---|---|---|---|\n";
  const auto row = [&](const auto& f) {
    using M = typename std::remove_cvref_t<decltype(f)>::Member;
    table += "| `" + std::string(f.name) + "` | " + value_text(defaults.*f.member) + " | " +
             legal_text<M>(f.domain) + " | " + std::string(f.meaning) + " |\n";
  };
  std::apply([&](const auto&... f) { (row(f), ...); }, fields);
  return table;
}

}  // namespace

std::string blueprint_schema() {
  Json blocks{{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
  BlockDefaults defaults;
  for_each_block(defaults, [&](const char* stem, auto& params) {
    blocks["properties"][stem] = object_schema(params, params.fields());
  });
  const Json change = map_of(Json(true), "blueprint path -> value");
  Json p;
  p["leadlag"] = {{"const", 1}, {"description", "version of the blueprint language"}};
  p["chip"] = chip_schema();
  p["blocks"] = described(blocks, "defaults of every block of a kind");
  p["physics"] = object_schema(Physics::Params{}, Physics::Params::fields());
  p["physics"]["properties"]["effects"] =
      list_of({{"enum", Names<Effect>::value}}, "effects that circuits have, all unless given");
  p["fixed"] = object_schema(FixedWords{}, FixedWords::fields());
  p["fixed"]["properties"]["clock"] = {
      {"type", "string"},
      {"description", "clock of the serial columns, as fast as the slowest module unless given"}};
  p["arrays"] = arrays_schema();
  p["crossbars"] = crossbars_schema();
  p["learning"] = learning_schema();
  p["task"] = task_schema();
  p["schedule"] = schedule_schema();
  p["limits"] = described(limits_schema(), "measurement -> what it must reach");
  p["trace"] =
      list_of({{"type", "string"}}, "signals to write: hidden[3].rate, output[*].error, w1[2,7].weight");
  p["controls"] = map_of(change, "runs beside the main one that must fail or fall behind");
  p["presets"] = map_of(change, "named changes, chosen with --preset");
  p["study"] = object_schema(StudyParams{}, StudyParams::fields());
  p["study"]["properties"]["systems"] =
      list_of({{"type", "string"}}, "presets that `leadlag study learning` compares");
  p["study"]["properties"]["seeds"] =
      list_of(number_schema(domain::non_negative, true), "values of chip.seed, [1, 2, 3] unless given");
  const Json names = list_of({{"type", "string"}}, "presets, one line each");
  p["study"]["properties"]["curves"] = map_of(
      {{"type", "object"},
       {"additionalProperties", false},
       {"required", {"vary", "values"}},
       {"properties",
        {{"vary", {{"type", "string"}, {"description", "blueprint path of a parameter"}}},
         {"values", list_of(Json(true), "values for it")},
         {"presets", names},
         {"measure", {{"type", "string"}, {"description", "measurement, test_accuracy unless given"}}}}}},
      "what `leadlag study robustness` draws: a measurement against a parameter");
  const Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", "Leadlag blueprint"},
                    {"type", "object"},
                    {"additionalProperties", false},
                    {"required", {"leadlag", "arrays", "crossbars", "task"}},
                    {"properties", p}};
  return schema.dump(2);
}

std::vector<std::string> block_kinds() {
  std::vector<std::string> kinds;
  const BlockDefaults defaults;
  for_each_block(defaults, [&](const char* stem, const auto&) { kinds.emplace_back(stem); });
  return kinds;
}

std::string block_table(const std::string& kind) {
  if (kind == "chip") return markdown(ChipParams{}, ChipParams::fields());
  if (kind == "full_scale") return markdown(FullScale{}, full_scale_fields());
  if (kind == "learning") return markdown(LearningParams{}, LearningParams::fields());
  if (kind == "task") return markdown(TaskParams{}, TaskParams::fields());
  if (kind == "schedule") return markdown(ScheduleParams{}, ScheduleParams::fields());
  if (kind == "physics") return markdown(Physics::Params{}, Physics::Params::fields());
  if (kind == "fixed") return markdown(FixedWords{}, FixedWords::fields());
  if (kind == "study") return markdown(StudyParams{}, StudyParams::fields());
  if (kind == "technology") return markdown(Technology{}, Technology::fields());
  std::string table;
  const BlockDefaults defaults;
  for_each_block(defaults, [&](const std::string& stem, const auto& params) {
    if (stem == kind) table = markdown(params, params.fields());
  });
  if (kind == "system bptt") table = markdown(OffChip::Params{}, OffChip::Params::fields());
  const CircuitSystems::Params systems;
  CircuitSystems::for_each(systems, [&]<class S>(const typename S::Params& params) {
    if ("system " + std::string(S::keyword) == kind) table = markdown(params, params.fields());
  });
  if (table.empty()) {
    throw std::invalid_argument("no block kind is called '" + kind + "'" + suggestion(kind, block_kinds()));
  }
  return table;
}

}  // namespace leadlag
