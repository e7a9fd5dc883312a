// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "design/sections.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

void read_output(Draft& draft, const Node& map) {
  const auto& arrays = draft.design.arrays;
  std::size_t& output = draft.design.learning.output;
  output = unresolved;
  const Node* node = map.find("output");
  if (node == nullptr) {
    for (std::size_t k = 0; k < arrays.size(); ++k) {
      if (arrays[k].has_drive()) output = k;
    }
    return;
  }
  std::string name;
  std::vector<std::string> neurons;
  for (const ArrayDesign& a : arrays) {
    if (a.has_drive()) neurons.push_back(a.name);
  }
  if (!read_text(draft.log, *node, "output", name)) return;
  if (const auto index = draft.find_array(name)) {
    output = *index;
    if (draft.sound(output) && !arrays[output].has_drive()) {
      draft.log.add("illegal-combination", *node,
                    "output '" + name + "' must be an array of " + ProspectiveNeuron::stem + " or " +
                        LeakyNeuron::stem + " blocks");
    }
  } else {
    draft.log.add("unknown-name", *node, "no array is called '" + name + "'" + suggestion(name, neurons));
  }
}

/// "32 samples", "1 tick"
void read_every(Draft& draft, const Node& node) {
  LearningDesign& learning = draft.design.learning;
  const std::string what = "every needs a whole number of samples or ticks, such as 32 samples";
  if (!node.is_scalar()) {
    draft.log.add("wrong-type", node, what + ", not " + kind_text(node));
    return;
  }
  const std::string& text = node.text;
  const std::size_t space = std::min(text.find(' '), text.size());
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + space, count);
  if (error != std::errc{} || end != text.data() + space || space == 0) {
    draft.log.add("bad-number", node, what + ", not '" + text + "'");
    return;
  }
  if (count < 1) {
    draft.log.add("out-of-range", node, "every = " + text + " is out of range; legal: 1 sample or more");
    return;
  }
  std::string unit = text.substr(std::min(space + 1, text.size()));
  if (unit.ends_with('s')) unit.pop_back();
  const auto& names = Names<EveryUnit>::value;
  const auto found = std::find(names.begin(), names.end(), unit);
  if (found == names.end()) {
    draft.log.add("bad-unit", node, what + ", not '" + text + "'");
    return;
  }
  learning.every = count, learning.every_unit = static_cast<EveryUnit>(found - names.begin());
}

/// `learning: pc: {lambda: 0.1}`: what only one system has.
void read_systems(Draft& draft, const Node& map) {
  LearningDesign& learning = draft.design.learning;
  const auto read = [&](const std::string& keyword, auto& params) {
    const Node* node = map.find(keyword);
    const std::string name = "learning." + keyword;
    if (node == nullptr || !expect_map(draft.log, *node, name)) return;
    check_keys(draft.log, *node, name, field_names(params.fields()));
    read_fields(draft.log, *node, params.fields(), params);
    if (name_of(learning.params.system) == keyword) return;
    draft.log.add("illegal-combination", draft.mark(name),
                  name + " belongs to system: " + keyword +
                      "; this chip has system: " + std::string(name_of(learning.params.system)));
  };
  read(OffChip::keyword, learning.bptt);
  CircuitSystems::for_each(learning.circuits,
                           [&]<class S>(typename S::Params& params) { read(S::keyword, params); });
}

void read_plastic_name(Draft& draft, const Node& node) {
  std::string name;
  if (!read_text(draft.log, node, "an element of plastic", name)) return;
  const bool tau_m = name.ends_with(".tau_m"), tau_r = name.ends_with(".tau_r"), tau = tau_m || tau_r;
  const auto& arrays = draft.design.arrays;
  std::vector<std::string> legal = draft.crossbar_names();
  for (const ArrayDesign& a : arrays) {
    if (a.is_neuron()) legal.push_back(a.name + ".tau_m"), legal.push_back(a.name + ".tau_r");
  }
  const auto index = tau ? draft.find_array(name.substr(0, name.size() - 6)) : draft.find_crossbar(name);
  if (!index || (tau && !arrays[*index].is_neuron() && draft.sound(*index))) {
    draft.log.add("unknown-name", node, "nothing plastic is called '" + name + "'" + suggestion(name, legal));
    return;
  }
  const Plastic plastic{tau_m   ? Plastic::Kind::tau_m
                        : tau_r ? Plastic::Kind::tau_r
                                : Plastic::Kind::weights,
                        *index, node.mark.at};
  for (const Plastic& other : draft.design.learning.plastic) {
    if (other.kind == plastic.kind && other.index == plastic.index) {
      draft.log.add("duplicate-name", node, "plastic lists '" + name + "' twice");
      return;
    }
  }
  draft.design.learning.plastic.push_back(plastic);
}

void read_plastic(Draft& draft, const Node& map) {
  const Node* node = map.find("plastic");
  auto& plastic = draft.design.learning.plastic;
  if (node == nullptr) {
    if (draft.design.learning.params.system == System::none) return;
    for (std::size_t k = 0; k < draft.design.crossbars.size(); ++k) {
      plastic.push_back({Plastic::Kind::weights, k, draft.design.crossbars[k].at});
    }
  } else if (!node->is_sequence()) {
    draft.log.add("wrong-type", *node,
                  "plastic needs a list such as [w1, hidden.tau_m], [] for nothing; not " + kind_text(*node));
  } else {
    for (const Node& item : node->items) read_plastic_name(draft, item);
  }
}

// ---------------------------------------------------------------------------------------------- task
bool continuous(const Draft& draft) { return !draft.design.task.sampled(); }

template <class V, class Read>
void read_list(Draft& draft, const Node& node, const std::string& name, std::vector<V>& values, Read&& read) {
  if (!node.is_sequence() || node.items.empty()) {
    draft.log.add("wrong-type", node, name + " needs a list with at least one value, not " + kind_text(node));
    return;
  }
  for (std::size_t k = 0; k < node.items.size(); ++k) {
    V value{};
    if (!read(node.items[k], name + "[" + std::to_string(k) + "]", value)) return;
    values.push_back(value);
  }
}

void read_teacher(Draft& draft, const Node& node) {
  TaskDesign& task = draft.design.task;
  if (!expect_map(draft.log, node, "teacher")) return;
  const Mark mark = draft.mark("task.teacher");
  check_keys(draft.log, node, "task.teacher", {"weights", "tau_m", "tau_r"});
  const auto require = [&](const char* key, const char* what) {
    const Node* value = node.find(key);
    if (value == nullptr)
      draft.log.add("missing-key", mark, "teacher needs " + std::string(key) + ": " + what);
    return value;
  };
  const auto check_two = [&](const Node& list, const char* name, std::size_t n) {
    if (n > 0 && n != 2) {
      draft.log.add("size-mismatch", list,
                    std::string(name) + " has " + std::to_string(n) +
                        " values, but the teacher is a chain of 2 neurons");
    }
  };
  if (const Node* value = require("weights", "one per teacher neuron, such as [1, 2]")) {
    read_list(draft, *value, "weights", task.teacher_weights,
              [&](const Node& n, const std::string& name, double& out) {
                return read_number(draft.log, n, name, domain::finite, {}, out);
              });
    check_two(*value, "weights", task.teacher_weights.size());
  }
  if (const Node* value = require("tau_m", "one per teacher neuron, such as [10 us, 20 us]")) {
    read_list(draft, *value, "tau_m", task.teacher_tau_m,
              [&](const Node& n, const std::string& name, Time& out) {
                return read_value(draft.log, n, name, domain::positive, out);
              });
    check_two(*value, "tau_m", task.teacher_tau_m.size());
  }
  if (const Node* value = require("tau_r", "one for both teacher neurons, such as 1 us")) {
    read_value(draft.log, *value, "tau_r", domain::non_negative, task.teacher_tau_r);
  }
}

/// Keys that a kind of task does not use are mistakes, not noise.
void check_task_keys(Draft& draft, const Node& map) {
  struct Use {
    const char* key;
    bool used;
    const char* by;
  };
  const TaskParams& p = draft.design.task.params;
  const bool images = p.kind == TaskKind::idx_images, standard = images && p.scaling == Scaling::standard;
  const bool tones = p.kind == TaskKind::tones || p.kind == TaskKind::lag_net,
             line = p.kind == TaskKind::lag_line, series = p.kind == TaskKind::series,
             generated = series && map.find("data") == nullptr;
  const char* const of_generated = "kind: series with generated: mnist1d";
  const std::array uses{Use{"data", images || series, "kind: idx_images and kind: series"},
                        Use{"scaling", images, "kind: idx_images"},
                        Use{"mean", standard, "kind: idx_images with scaling: standard"},
                        Use{"deviation", standard, "kind: idx_images with scaling: standard"},
                        Use{"pool", images, "kind: idx_images"},
                        Use{"mirrored", images, "kind: idx_images"},
                        Use{"generated", generated, "kind: series without data"},
                        Use{"samples", generated, of_generated},
                        Use{"length", generated, of_generated},
                        Use{"data_seed", generated, of_generated},
                        Use{"frequencies", tones, "kind: tones and kind: lag_net"},
                        Use{"teacher", line, "kind: lag_line"}};
  for (const Use& use : uses) {
    const Entry* e = map.entry(use.key);
    if (e == nullptr || use.used) continue;
    draft.log.add("illegal-combination", e->mark,
                  "task." + e->key + " belongs to " + use.by +
                      "; this task has kind: " + std::string(name_of(p.kind)) +
                      (images ? ", scaling: " + std::string(name_of(p.scaling)) : "") +
                      (series && !generated ? ", data: " + p.data : ""));
  }
  if (generated && map.find("generated") == nullptr) {
    draft.log.add("missing-key", draft.mark("task"), "series needs data: FOLDER or generated: mnist1d");
  }
  if (tones && map.find("frequencies") == nullptr) {
    draft.log.add("missing-key", draft.mark("task"),
                  std::string(name_of(p.kind)) + " needs frequencies: such as [0.49, 1.07, 1.98]");
  }
  if (line && map.find("teacher") == nullptr) {
    draft.log.add("missing-key", draft.mark("task"), "lag_line needs teacher: {weights: , tau_m: , tau_r: }");
  }
}

// ---------------------------------------------------------------------------------------------- schedule
void read_window(Draft& draft, const Node& map, const char* name, CycleWindow& window) {
  const Node* node = map.find(name);
  if (node == nullptr) return;
  const std::int64_t last = draft.design.schedule.params.cycles_per_sample;
  if (!node->is_sequence() || node->items.size() != 2) {
    draft.log.add("bad-window", *node,
                  std::string(name) + " needs two cycles [from, to), such as [0, " + std::to_string(last) +
                      "], not " + kind_text(*node));
    return;
  }
  const Domain whole{};
  std::int64_t from = 0, to = 0;
  constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  if (!read_whole(draft.log, node->items[0], std::string(name) + "[0]", whole, highest, from) ||
      !read_whole(draft.log, node->items[1], std::string(name) + "[1]", whole, highest, to)) {
    return;
  }
  const std::string text =
      std::string(name) + " = [" + std::to_string(from) + ", " + std::to_string(to) + "]";
  if (from >= to) {
    draft.log.add("bad-window", *node,
                  text + " is empty: the second cycle is the first one outside of the window");
  } else if (from < 0 || to > last) {
    draft.log.add("bad-window", *node,
                  text + " is outside of the sample; legal: within [0, " + std::to_string(last) +
                      "] (schedule.cycles_per_sample)");
  } else {
    window = {from, to};
  }
}

}  // namespace

void read_learning(Draft& draft) {
  const Node& map = draft.section("learning");
  LearningDesign& learning = draft.design.learning;
  learning.at = draft.mark("learning").at;
  std::vector<std::string> more{"output", "every", "plastic", "tau_m_low", "tau_r_low", OffChip::keyword};
  more.insert(more.end(), CircuitSystems::keywords.begin(), CircuitSystems::keywords.end());
  check_keys(draft.log, map, "learning", field_names(LearningParams::fields(), more));
  read_fields(draft.log, map, LearningParams::fields(), learning.params);
  read_systems(draft, map);
  read_output(draft, map);
  if (const Node* node = map.find("every")) read_every(draft, *node);
  read_plastic(draft, map);
  const auto read_low = [&](const char* key, std::optional<Time>& bound) {
    const Node* node = map.find(key);
    Time low;
    if (node != nullptr && read_value(draft.log, *node, key, domain::positive, low)) bound = low;
  };
  read_low("tau_m_low", learning.tau_m_low), read_low("tau_r_low", learning.tau_r_low);
}

void read_task(Draft& draft) {
  const Node& map = draft.section("task");
  TaskDesign& task = draft.design.task;
  task.at = draft.mark("task").at;
  check_keys(draft.log, map, "task", field_names(TaskParams::fields(), {"frequencies", "teacher"}));
  const std::size_t before = draft.log.size();
  read_fields(draft.log, map, TaskParams::fields(), task.params);
  if (task.params.kind == TaskKind::series && map.find("data") == nullptr) task.params.data.clear();
  if (map.find("kind") == nullptr) {
    const auto& names = Names<TaskKind>::value;
    draft.log.add("missing-key", draft.mark("task"),
                  "task needs kind: one of " + joined({names.begin(), names.end()}));
  } else if (draft.log.size() == before) {
    check_task_keys(draft, map);
  }
  if (const Node* node = map.find("frequencies")) {
    read_list(draft, *node, "frequencies", task.frequencies,
              [&](const Node& n, const std::string& name, double& out) {
                return read_number(draft.log, n, name, domain::positive, {}, out);
              });
  }
  if (const Node* node = map.find("teacher")) read_teacher(draft, *node);
  if (continuous(draft) && !draft.states("learning.every"))
    draft.design.learning.every_unit = EveryUnit::tick;
}

void read_schedule(Draft& draft) {
  const Node& map = draft.section("schedule");
  ScheduleDesign& schedule = draft.design.schedule;
  schedule.at = draft.mark("schedule").at;
  check_keys(draft.log, map, "schedule",
             field_names(ScheduleParams::fields(), {"target", "plasticity", "readout"}));
  const std::size_t before = draft.log.size();
  read_fields(draft.log, map, ScheduleParams::fields(), schedule.params);
  const bool sane = draft.log.size() == before;
  const std::int64_t last = continuous(draft) ? schedule.params.cycles : schedule.params.cycles_per_sample;
  schedule.target = schedule.plasticity = {0, last};
  schedule.test_cycles = last;
  schedule.readout = {continuous(draft) ? 0 : last - 1, last};
  if (!draft.states("task.kind")) return;
  const std::string kind(name_of(draft.design.task.params.kind));
  for (const Entry& e : map.entries) {
    const bool images_only = e.key == "cycles_per_sample" || e.key == "train_samples" ||
                             e.key == "test_samples" || e.key == "target" || e.key == "plasticity" ||
                             e.key == "readout";
    if (continuous(draft) && images_only) {
      draft.log.add("illegal-combination", e.mark,
                    "schedule." + e.key + " belongs to tasks made of samples; " + kind +
                        " runs on for schedule.cycles without windows");
    } else if (!continuous(draft) && e.key == "cycles") {
      draft.log.add("illegal-combination", e.mark,
                    "schedule.cycles belongs to continuous tasks; " + kind +
                        " runs for cycles_per_sample x (train_samples + test_samples)");
    }
  }
  if (continuous(draft) || !sane) return;
  read_window(draft, map, "target", schedule.target);
  read_window(draft, map, "plasticity", schedule.plasticity);
  read_window(draft, map, "readout", schedule.readout);
  const CycleWindow& readout = schedule.readout;
  if (readout.from > 0 || readout.to < last) return;
  const bool stated = draft.states("schedule.readout");
  draft.log.add(
      "bad-window", draft.mark(stated ? "schedule.readout" : "schedule.cycles_per_sample"),
      "readout = [0, " + std::to_string(last) +
          "] never closes, so that its sum would run on from sample to sample; leave a cycle out" +
          (last == 1 ? ": give a sample 2 cycles or more" : ", such as [1, " + std::to_string(last) + "]"));
}

}  // namespace leadlag
