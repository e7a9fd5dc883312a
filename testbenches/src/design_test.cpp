// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "design/diagnostic.hpp"
#include "design/measurement_table.hpp"
#include "design/reader.hpp"
#include "units/text.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const std::string blueprint = R"(leadlag: 1
chip:
  name: two_layers
  clock: 10 MHz
  full_scale: {voltage: 50 mV}
blocks:
  synapse: {bias: 2 nA}
  prospective_neuron: {adder_bias: 70 nA}
  error_unit: {tau_m: 5 us}
arrays:
  image:  {block: input_driver, size: 4, bits: 6}
  smooth: {block: synaptic_low_pass, from: image, tau_s: 3 us}
  hidden: {block: prospective_neuron, size: 3, activation: relu, tau_m: 2 us, tau_r: [1 us, 2 us, 3 us]}
  output: {block: prospective_neuron, size: 2}
crossbars:
  w1: {from: smooth, to: hidden, weights: {uniform: 0.5}, bias: true, tile: 256x128}
  w2: {from: hidden, to: output, weights: [[0.5, 0.7, 1], [1, 2, 3e-1]]}
learning:
  update: host
  every: 32 samples
  plastic: [w1, hidden.tau_m]
  tau_m_low: 1 us
task: {kind: idx_images}
schedule: {cycles_per_sample: 4, target: [2, 3]}
limits:
  test_accuracy: {min: 83 %}
  area: {max: 25 mm2}
  controls.open.test_accuracy: {max: 0.5}
trace: ["hidden[2].rate", "output[*].error", "w1[2,3].weight", "w2[*,1].weight", hidden.slope]
controls:
  open: {learning.errors: open, schedule.target: [1, 2]}
presets:
  full: {schedule.train_samples: 60000, chip.seed: 7}
  seeded: {chip.seed: 9}
)";

ReadOptions options(std::vector<std::pair<std::string, std::string>> settings = {},
                    std::vector<std::string> presets = {}) {
  return {std::move(presets), std::move(settings), LEADLAG_TECHNOLOGY_DIR};
}
Design parse(const std::string& text, const ReadOptions& o = options()) {
  return parse_design("chip.yaml", text, o);
}

std::string mistakes(const std::string& text, const ReadOptions& o = options()) {
  try {
    parse(text, o);
  } catch (const DesignError& e) {
    return e.what();
  }
  return "";
}
std::string read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

template <class M>
constexpr bool is_quantity_like = requires(M m) {
  m.si;
};

/// A legal value that is not the default, as text.
template <class M>
std::string other_text(const M& value, const Domain& d) {
  if constexpr (is_quantity_like<M>) {
    const double si = d.contains(value.si * 1.25) ? value.si * 1.25 : value.si * 0.75;
    return format_quantity(si == 0.0 ? 1e-6 : si, M::dimension, 9);
  } else if constexpr (std::is_same_v<M, bool>) {
    return value ? "false" : "true";
  } else if constexpr (std::is_same_v<M, std::string>) {
    return "other";
  } else if constexpr (std::is_enum_v<M>) {
    return std::string(Names<M>::value.back());
  } else {
    return std::to_string(d.contains(static_cast<double>(value) + 1.0) ? value + M(1) : value / M(2));
  }
}
template <class M>
bool reads_as(const M& value, const std::string& text) {
  if constexpr (is_quantity_like<M>) {
    return format_quantity(value.si, M::dimension, 9) == text;
  } else if constexpr (std::is_same_v<M, bool>) {
    return value == (text == "true");
  } else if constexpr (std::is_same_v<M, std::string>) {
    return value == text;
  } else if constexpr (std::is_enum_v<M>) {
    return name_of(value) == text;
  } else {
    return std::to_string(value) == text;
  }
}

const std::string small = R"(leadlag: 1
arrays:
  image: {block: input_driver, size: 2}
  output: {block: prospective_neuron, size: 2}
crossbars:
  w: {from: image, to: output}
learning: {update: host}
task: {kind: idx_images}
)";

/// Sets every field of a table through the blueprint and looks for it in the design.
template <class Fields, class Pick>
void check_fields(const std::string& path, const Fields& fields, Pick&& pick,
                  const std::set<std::string>& skip = {}) {
  std::size_t count = 0;
  const auto check = [&](const auto& f) {
    ++count;
    if (skip.contains(std::string(f.name))) return;
    const Design before = parse(small);
    const std::string text = other_text(pick(before).*f.member, f.domain);
    CAPTURE(path, f.name, text);
    const Design after = parse(small, options({{path + "." + std::string(f.name), text}}));
    CHECK(reads_as(pick(after).*f.member, text));
  };
  std::apply([&](const auto&... f) { (check(f), ...); }, fields);
  CHECK(count == std::tuple_size_v<Fields>);
}

}  // namespace

TEST_CASE("design: a blueprint becomes what it says", "[design]") {
  const Design d = parse(blueprint);
  CHECK(d.file == "chip.yaml");
  CHECK(d.text == blueprint);
  CHECK(d.chip.name == "two_layers");
  CHECK(to_text(d.chip.period()) == "100 ns");
  CHECK(d.full_scale.voltage == 50_mV);
  CHECK(d.full_scale.current == Current{0.3e-9});
  CHECK(d.technology.name == "cmos180");
  CHECK(d.inputs() == 4);
  CHECK(d.outputs() == 2);

  REQUIRE(d.arrays.size() == 4);
  CHECK(std::get<0>(d.arrays[0].blocks).at(3).bits == 6);
  REQUIRE(d.arrays[1].is_low_pass());
  CHECK(d.arrays[1].size == 4);
  CHECK(d.arrays[1].source == 0);
  CHECK(to_text(std::get<1>(d.arrays[1].blocks).at(3).tau_s) == "3 us");
  REQUIRE(d.arrays[2].neurons().size() == 3);
  for (std::size_t k = 0; k < 3; ++k) {
    const auto& n = d.arrays[2].neurons()[k];
    CHECK(to_text(n.tau_m) == "2 us");
    CHECK(to_text(n.tau_r) == std::to_string(k + 1) + " us");
    CHECK(n.activation == Activation::relu);
    CHECK(to_text(n.adder_bias) == "70 nA");  // from blocks:
  }
  CHECK(to_text(d.blocks.synapse.bias) == "2 nA");
  REQUIRE(d.blocks.error_tau_m);
  CHECK(to_text(*d.blocks.error_tau_m) == "5 us");
  CHECK_FALSE(d.blocks.error_tau_r);

  REQUIRE(d.crossbars.size() == 2);
  CHECK(d.crossbars[0].weights == WeightInit::uniform);
  CHECK(d.crossbars[0].scale == 0.5);
  CHECK(d.crossbars[0].bias);
  CHECK(d.crossbars[0].tile.rows == 256);
  CHECK(d.crossbars[0].tile.columns == 128);
  CHECK(d.crossbars[1].weights == WeightInit::values);
  CHECK(d.crossbars[1].values == std::vector<double>{0.5, 0.7, 1.0, 1.0, 2.0, 0.3});
  CHECK(d.crossbars[1].from == 2);
  CHECK(d.crossbars[1].to == 3);

  CHECK(d.learning.output == 3);
  CHECK(d.learning.every == 32);
  CHECK(d.learning.every_unit == EveryUnit::sample);
  REQUIRE(d.learning.plastic.size() == 2);
  CHECK(d.learning.plastic[1].kind == Plastic::Kind::tau_m);
  CHECK(d.learning.plastic[1].index == 2);
  CHECK(to_text(d.learning.tau_m_low.value()) == "1 us");

  CHECK(d.schedule.target.from == 2);
  CHECK(d.schedule.target.to == 3);
  CHECK(d.schedule.plasticity.to == 4);  // default: the whole sample
  CHECK(d.schedule.readout.from == 3);   // default: its last cycle
  CHECK(d.schedule.readout.to == 4);

  REQUIRE(d.limits.size() == 3);
  CHECK(d.limits[0].min.value() == Approx(0.83));
  CHECK(d.limits[1].max.value() == Approx(25e-6));
  CHECK(d.limits[2].measurement == "controls.open.test_accuracy");

  REQUIRE(d.traces.size() == 5);
  CHECK(d.traces[0].elements == std::vector<std::size_t>{2});
  CHECK(d.traces[1].elements == std::vector<std::size_t>{0, 1});
  CHECK(d.traces[2].crossbar);
  CHECK(d.traces[2].elements == std::vector<std::size_t>{2 * 4 + 3});
  CHECK(d.traces[3].elements == std::vector<std::size_t>{1, 4});
  CHECK(d.traces[4].elements == std::vector<std::size_t>{0, 1, 2});
  CHECK(d.traces[4].signal == "slope");

  REQUIRE(d.controls.size() == 1);
  CHECK(d.controls[0].settings == std::vector<std::pair<std::string, std::string>>{
                                      {"learning.errors", "open"}, {"schedule.target", "[1, 2]"}});
  const Design control =
      parse(blueprint, options(d.controls[0].settings));  // a control reads back as settings
  CHECK(control.learning.params.errors == ErrorPath::open);
  CHECK(control.schedule.target.from == 1);
}

TEST_CASE("design: values keep the place where they stand", "[design]") {
  const Design d = parse(blueprint, options({{"chip.seed", "2"}}));
  const auto at = [&](const std::string& path) {
    const Position p = d.positions.at(path);
    return std::to_string(p.line) + ":" + std::to_string(p.column);
  };
  CHECK(at("chip.clock") == "4:10");
  CHECK(at("arrays.hidden") == "13:3");
  CHECK(at("arrays.hidden.tau_m") == "13:73");
  CHECK(at("limits.area.max") == "27:15");
  CHECK(at("chip.seed") == "0:0");
  CHECK(d.arrays[2].at.line == 13);
  CHECK(d.limits[1].at.line == 27);
}

TEST_CASE("design: the last neuron array is the output, all crossbars learn, unless stated", "[design]") {
  const Design d = parse(small);
  CHECK(d.learning.output == 1);
  REQUIRE(d.learning.plastic.size() == 1);
  CHECK(d.learning.every == 1);
  CHECK(parse(small, options({{"learning.system", "none"}})).learning.plastic.empty());
}

TEST_CASE("design: a continuous task is one window of `cycles`, its optimiser counts ticks", "[design]") {
  const Design d =
      parse(small, options({{"task", "{kind: tones, frequencies: [0.5, 1]}"}, {"schedule.cycles", "500"}}));
  CHECK(d.task.frequencies == std::vector<double>{0.5, 1.0});
  CHECK(d.learning.every_unit == EveryUnit::tick);
  CHECK(d.schedule.target.to == 500);
  CHECK(d.schedule.readout.from == 0);
  const Design line =
      parse(small, options({{"arrays.image.size", "1"},
                            {"arrays.output.size", "1"},
                            {"task",
                             "{kind: lag_line, teacher: {weights: [1, 2], tau_m: [10 us, 20 us], "
                             "tau_r: 1 us}}"}}));
  CHECK(line.task.teacher_weights == std::vector<double>{1.0, 2.0});
  REQUIRE(line.task.teacher_tau_m.size() == 2);
  CHECK(to_text(line.task.teacher_tau_m[1]) == "20 us");
  CHECK(to_text(line.task.teacher_tau_r) == "1 us");
}

TEST_CASE("design: a list may repeat a value", "[design]") {
  const Design d = parse(blueprint, options({{"arrays.hidden.tau_r", "[2 x 4 us, 7 us]"}}));
  REQUIRE(d.arrays[2].neurons().size() == 3);
  const std::vector<std::string> expected{"4 us", "4 us", "7 us"};
  for (std::size_t k = 0; k < 3; ++k) CHECK(to_text(d.arrays[2].neurons()[k].tau_r) == expected[k]);
  const auto refused = [](const std::string& list) {
    return mistakes(blueprint, options({{"arrays.hidden.tau_r", list}}));
  };
  CHECK_THAT(refused("[3 x 4 us, 7 us]"), Contains("lists 4 values, but the array has 3 blocks"));
  CHECK_THAT(refused("[99999999 x 4 us]"), Contains("lists 1 values"));
  CHECK_THAT(refused("[-1 x 4 us, 1 us, 1 us]"), Contains("tau_r[0]"));
  CHECK_THAT(refused("[1 x , 1 us, 1 us]"), Contains("tau_r[0]"));
  CHECK_THAT(refused("[2 x 4 V, 1 us]"), Contains("tau_r[0] needs a time"));
}

TEST_CASE("design: every parameter of every table can be set and is found again", "[design]") {
  check_fields(
      "chip", ChipParams::fields(), [](const Design& d) -> const ChipParams& { return d.chip; },
      {"technology", "corner", "ticks_per_clock", "loops", "schedule", "precision", "replicas", "detail"});
  check_fields("chip.full_scale", full_scale_fields(),
               [](const Design& d) -> const FullScale& { return d.full_scale; });
  check_fields("learning", LearningParams::fields(),
               [](const Design& d) -> const LearningParams& { return d.learning.params; },
               {"momentum", "system", "window"});
  check_fields("schedule", ScheduleParams::fields(),
               [](const Design& d) -> const ScheduleParams& { return d.schedule.params; }, {"cycles"});
#define LEADLAG_CHECK_BLOCK(kind, Block)                 \
  check_fields("blocks." #kind, Block::Params::fields(), \
               [](const Design& d) -> const Block::Params& { return d.blocks.kind; })
  LEADLAG_CHECK_BLOCK(input_driver, InputDriver);
  LEADLAG_CHECK_BLOCK(synaptic_low_pass, SynapticLowPass);
  LEADLAG_CHECK_BLOCK(synapse, Synapse);
  LEADLAG_CHECK_BLOCK(summing_node, SummingNode);
  check_fields(
      "blocks.prospective_neuron", ProspectiveNeuron::Params::fields(),
      [](const Design& d) -> const ProspectiveNeuron::Params& { return d.blocks.prospective_neuron; },
      {"tau_a"});
  LEADLAG_CHECK_BLOCK(error_unit, ErrorUnit);
  LEADLAG_CHECK_BLOCK(gain_stage, GainStage);
  LEADLAG_CHECK_BLOCK(target_unit, TargetUnit);
  LEADLAG_CHECK_BLOCK(trajectory_memory, TrajectoryMemory);
  LEADLAG_CHECK_BLOCK(plasticity_cell, PlasticityCell);
  LEADLAG_CHECK_BLOCK(weight_register, WeightRegister);
  LEADLAG_CHECK_BLOCK(readout, Readout);
  LEADLAG_CHECK_BLOCK(host_link, HostLink);
#undef LEADLAG_CHECK_BLOCK
  // What the loops above skip because it is legal only together with something else.
  const Design tile = parse(small, options({{"chip.precision", "float"}, {"chip.replicas", "4"}}));
  CHECK(tile.chip.precision == Precision::float_);
  CHECK(tile.chip.replicas == 4);
  CHECK(parse(small, options({{"chip.detail", "structural"}})).chip.detail == Detail::structural);
  const Design island = parse(small, options({{"chip.coupling", "continuous"},
                                              {"chip.ticks_per_clock", "10000"},
                                              {"chip.loops", "parasitic_pole"},
                                              {"blocks.prospective_neuron.tau_a", "3 us"}}));
  CHECK(to_text(island.blocks.prospective_neuron.tau_a) == "3 us");
  CHECK(island.chip.loops == Loops::parasitic_pole);
  CHECK(island.chip.ticks_per_clock == 10000);
  const Design ordered = parse(small, options({{"chip.integration", "euler"}, {"chip.schedule", "ordered"}}));
  CHECK(ordered.chip.hop() == Hop::transparent);
  CHECK(parse(small, options({{"learning.system", "le"}})).learning.params.system == System::le);
  const Design window = parse(small, options({{"learning.system", "vle_exact"}, {"learning.window", "2"}}));
  CHECK(window.learning.params.system == System::vle_exact);
  CHECK(window.learning.params.window == 2);
  const Design momentum =
      parse(small, options({{"learning", "{update: host, optimiser: momentum, momentum: 0.5}"}}));
  CHECK(momentum.learning.params.momentum == 0.5);
  const Design images = parse(small, options({{"task.data", "/tmp/x"},
                                              {"task.scaling", "standard"},
                                              {"task.mean", "0.1"},
                                              {"task.deviation", "0.2"}}));
  CHECK(images.task.params.data == "/tmp/x");
  CHECK(images.task.params.scaling == Scaling::standard);
  CHECK(images.task.params.mean == 0.1);
  CHECK(images.task.params.deviation == 0.2);
  CHECK(parse(small, options({{"chip.fidelity", "{default: ideal, synapse: ideal}"}})).chip.fidelity ==
        Fidelity::ideal);
}

TEST_CASE("design: presets apply in order, settings after them, the last wins", "[design]") {
  CHECK(parse(blueprint).chip.seed == 1);
  CHECK(parse(blueprint, options({}, {"full"})).chip.seed == 7);
  CHECK(parse(blueprint, options({}, {"full"})).schedule.params.train_samples == 60000);
  CHECK(parse(blueprint, options({}, {"full", "seeded"})).chip.seed == 9);
  const Design d = parse(blueprint, options({{"chip.seed", "3"}, {"chip.seed", "4"}}, {"full"}));
  CHECK(d.chip.seed == 4);
  CHECK(d.options == std::vector<std::string>{"--preset full", "--set chip.seed=3", "--set chip.seed=4"});
  const Design list = parse(blueprint, options({{"arrays.hidden.tau_m", "[3 us, 4 us, 5 us]"},
                                                {"limits.controls.open.test_accuracy.max", "0.25"}}));
  CHECK(to_text(list.arrays[2].neurons()[2].tau_m) == "5 us");
  REQUIRE(list.limits.size() == 3);
  CHECK(list.limits[2].max == 0.25);
}

TEST_CASE("design: an option that is wrong is named in place of the file", "[design]") {
  CHECK(mistakes(small, options({{"chip.clokc", "1"}})) ==
        "--set chip.clokc=1: error[unknown-key]: unknown key 'clokc' in chip; did you mean 'clock'?");
  CHECK(mistakes(small, options({{"chip.clock", "1"}})) ==
        "--set chip.clock=1: error[bad-unit]: clock needs a frequency such as 1 MHz, but '1' has no unit");
  CHECK(mistakes(small, options({{"chip.clock", "[1"}}))
            .starts_with("--set chip.clock=[1: error[yaml-syntax]: "));
  CHECK(mistakes(blueprint, options({}, {"ful"})) ==
        "--preset ful: error[unknown-name]: no preset is called 'ful'; did you mean 'full'?");
}

TEST_CASE("design: the hash names the text and the options", "[design]") {
  const std::string hash = parse(blueprint).hash;
  CHECK(hash.size() == 16);
  CHECK(hash.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(parse(blueprint).hash == hash);
  std::set<std::string> hashes{hash};
  hashes.insert(parse(blueprint + "\n").hash);
  hashes.insert(parse(blueprint, options({{"chip.seed", "1"}})).hash);
  hashes.insert(parse(blueprint, options({{"chip.seed", "2"}})).hash);
  hashes.insert(parse(blueprint, options({}, {"full"})).hash);
  hashes.insert(parse(blueprint, options({}, {"full", "seeded"})).hash);
  CHECK(hashes.size() == 6);
}

TEST_CASE("design: a missing file and a missing technology are diagnostics", "[design]") {
  try {
    read_design("/nowhere/chip.yaml", options());
    FAIL("read a file that does not exist");
  } catch (const DesignError& e) {
    CHECK(std::string(e.what()) == "/nowhere/chip.yaml: error[no-file]: cannot read this file");
  }
  CHECK(mistakes(small, options({{"chip.technology", "./none.yaml"}})) ==
        "--set chip.technology=./none.yaml: error[unknown-name]: there is no file './none.yaml'");
}

TEST_CASE("technology: the shipped files source every number and size every block", "[technology]") {
  const std::string name_of_file = GENERATE("cmos180", "cmos65", "cmos28");
  const Technology t = read_technology(std::string(LEADLAG_TECHNOLOGY_DIR) + "/" + name_of_file + ".yaml");
  CHECK(t.name == name_of_file);
  CHECK(t.sources.size() == std::tuple_size_v<decltype(Technology::fields())>);
  for (const auto& [name, source] : t.sources) {
    CAPTURE(name);
    CHECK_FALSE(source.assumed);
    CHECK(source.text.find("/work") == std::string::npos);
    CHECK(source.text.size() > 10);
  }
  for (const std::string& kind : block_kinds()) {
    CAPTURE(kind);
    CHECK(transistor_area(t, kind).si > 0.0);
  }
  CHECK(t.transistors.size() == block_kinds().size());
  // Two numbers that the file derives from others, to the digits it states.
  CHECK(t.wire_energy.si == Approx(t.wire_capacitance.si * t.v_dd.si * t.v_dd.si / 4.0).epsilon(1e-3));
  const OperatingPoint at;
  const double cell = Synapse::datasheet({}, t, at).area.si +
                      PlasticityCell::datasheet({}, t, at, UpdateBy::die).area.si +
                      WeightRegister::datasheet({}, t, at).area.si;
  CHECK(t.cell_pitch.si * t.cell_pitch.si ==
        Approx(cell).epsilon(0.02));  // the pitch is stated to two digits
}

TEST_CASE("technology: newer processes match as well in less area, and cost less", "[technology]") {
  const auto read = [](const char* name) {
    return read_technology(std::string(LEADLAG_TECHNOLOGY_DIR) + "/" + name + ".yaml");
  };
  const std::array<Technology, 3> by_age{read("cmos180"), read("cmos65"), read("cmos28")};
  for (std::size_t k = 1; k < by_age.size(); ++k) {
    const Technology &older = by_age[k - 1], &newer = by_age[k];
    CHECK(newer.v_dd < older.v_dd);
    CHECK(newer.adc_energy_per_step < older.adc_energy_per_step);
    CHECK(newer.sram_bit_area < older.sram_bit_area);
    CHECK(newer.wire_resistance > older.wire_resistance);
    CHECK(newer.wire_energy < older.wire_energy);
    const Transistors &a = older.transistors.at("error_unit").at("lag_pair"),
                      &b = newer.transistors.at("error_unit").at("lag_pair");
    const auto sigma = [](const Technology& t, const Transistors& x) {
      return t.a_vt.si / std::sqrt(x.w.si * x.l.si);
    };
    CHECK(sigma(newer, b) == Approx(sigma(older, a)).epsilon(0.01));
    CHECK(transistor_area(newer, "synapse") < 0.6 * transistor_area(older, "synapse"));
  }
}

TEST_CASE("technology: corners take the ends of their ranges, and Datasheets follow", "[technology]") {
  const std::string name_of_file = GENERATE("cmos180", "cmos65", "cmos28");
  CAPTURE(name_of_file);
  const auto at_corner_of = [&](const char* corner) {
    return parse_design("x.yaml", small,
                        options({{"chip.technology", name_of_file}, {"chip.corner", corner}}))
        .technology;
  };
  const Technology typical = at_corner_of("typical"), slow = at_corner_of("slow"),
                   fast = at_corner_of("fast"), hot = at_corner_of("hot"), cold = at_corner_of("cold");
  REQUIRE(typical.corners.size() == 4);
  CHECK(hot.corner == "hot");
  CHECK(hot.v_dd.si == Approx(1.1 * typical.v_dd.si));
  CHECK(cold.v_dd.si == Approx(0.9 * typical.v_dd.si));
  CHECK(hot.temperature.si == 398.15);
  CHECK(cold.temperature.si == 233.15);
  CHECK(hot.sources.at("v_dd").text.starts_with("max of its range, corner hot: "));
  CHECK(hot.sources.at("a_vt").text == typical.sources.at("a_vt").text);
  CHECK(typical.ends.at("temperature").min == 233.15);
  CHECK(hot.leakage / cold.leakage > 500.0);  // 9.2 doublings
  // A full scale of kappa V / (2 U_T) = 0.39 is what 5 % of compression means at any temperature.
  for (const Technology& t : {typical, hot, cold}) {
    const double x = 0.7 * t.linear_range.si / (2.0 * t.thermal_voltage().si);
    CHECK(1.0 - std::tanh(x) / x == Approx(0.05).margin(0.005));
  }
  const OperatingPoint at;
  const auto settle = [&](const Technology& t) {
    return std::array{Synapse::datasheet({}, t, at).arcs.at(0).settle,
                      SummingNode::datasheet({}, t, at, 256).arcs.at(0).settle};
  };
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(settle(slow)[k] > settle(typical)[k]);
    CHECK(settle(fast)[k] < settle(typical)[k]);
  }
  const auto power = [&](const Technology& t) {
    return (ProspectiveNeuron::datasheet({}, t, at).static_current * t.v_dd).si;
  };
  CHECK(power(hot) > power(typical));
  CHECK(power(cold) < power(typical));
  // The membrane's bias follows the temperature to keep tau: 2 U_T C / (kappa tau).
  CHECK(bias_for(hot, 1_pF, 1_us) / bias_for(cold, 1_pF, 1_us) == Approx(398.15 / 233.15));

  const std::string wrong = mistakes(small, options({{"chip.corner", "hott"}}));
  CHECK(wrong ==
        "--set chip.corner=hott: error[unknown-name]: technology 'cmos180' has no corner 'hott'; did you "
        "mean 'hot'?");
}

TEST_CASE("technology: digital modules are read with their units and words", "[technology]") {
  const fs::path path = fs::temp_directory_path() / "leadlag_design_test_digital.yaml";
  std::ofstream(path) << R"(technology: digital
digital:
  - {module: sample_hold, words: {signal_bits: 12, signal_fraction: 8}, cells: 64, area: 3824 um2,
     critical_path: 0.432 ns, critical_pins: "held_o[14] -> held_o[14]", leakage: 6.19 nW, active: 5.8 pJ, idle: 2.6 pJ,
     source: "own synthesis"}
  - {module: sample_hold, words: {}, cells: 80, area: 5000 um2, critical_path: 0.5 ns, critical_pins: "a -> b",
     leakage: 0 W, active: 7 pJ, idle: 3 pJ, stirred: 4 pJ, source: "own synthesis"}
)";
  const Technology t = read_technology(path.string());
  fs::remove(path);
  REQUIRE(t.digital.size() == 2);
  const DigitalBlock& b = t.digital[0];
  CHECK(b.module == "sample_hold");
  CHECK(b.words.signal_bits == 12);
  CHECK(b.words.signal_fraction == 8);
  CHECK(b.words.weight_bits == FixedWords{}.weight_bits);
  CHECK(b.cells == 64);
  CHECK(b.area.si == Approx(3824e-12));
  CHECK(b.critical_path.si == Approx(0.432e-9));
  CHECK(b.critical_pins == "held_o[14] -> held_o[14]");
  CHECK(b.leakage.si == Approx(6.19e-9));
  CHECK(b.active.si == Approx(5.8e-12));
  CHECK(b.idle.si == Approx(2.6e-12));
  CHECK(b.stirred.si == 0.0);
  CHECK(b.source == "own synthesis");
  CHECK(t.digital[1].words == FixedWords{});
  CHECK(t.digital[1].stirred.si == Approx(4e-12));
}

TEST_CASE("technology: what a file does not state is assumed, and says so", "[technology]") {
  const fs::path path = fs::temp_directory_path() / "leadlag_design_test_technology.yaml";
  std::ofstream(path) << "technology: bare\nnumbers: {v_dd: {value: 1.2 V, source: \"own choice\"}}\n";
  const Technology t = read_technology(path.string());
  fs::remove(path);
  CHECK(to_text(t.v_dd) == "1.2 V");
  CHECK_FALSE(t.sources.at("v_dd").assumed);
  CHECK(t.sources.at("kappa").assumed);
  CHECK(t.sources.at("kappa").text == "default of Leadlag, gate coupling in weak inversion");
}

TEST_CASE("schema: contains every field of every table, and refuses others", "[schema]") {
  const auto schema = nlohmann::json::parse(blueprint_schema());
  const auto& p = schema.at("properties");
  std::size_t checked = 0;
  const auto contains = [&](const nlohmann::json& object, const auto& fields) {
    CHECK(object.at("additionalProperties") == false);
    const auto check = [&](const auto& f) {
      CAPTURE(f.name);
      REQUIRE(object.at("properties").contains(std::string(f.name)));
      CHECK(object.at("properties")
                .at(std::string(f.name))
                .at("description")
                .get<std::string>()
                .starts_with(f.meaning));
      ++checked;
    };
    std::apply([&](const auto&... f) { (check(f), ...); }, fields);
  };
  contains(p.at("chip"), ChipParams::fields());
  contains(p.at("chip").at("properties").at("full_scale"), full_scale_fields());
  contains(p.at("learning"), LearningParams::fields());
  contains(p.at("task"), TaskParams::fields());
  contains(p.at("schedule"), ScheduleParams::fields());
  const auto& blocks = p.at("blocks").at("properties");
  contains(blocks.at("input_driver"), InputDriver::Params::fields());
  contains(blocks.at("synaptic_low_pass"), SynapticLowPass::Params::fields());
  contains(blocks.at("synapse"), Synapse::Params::fields());
  contains(blocks.at("summing_node"), SummingNode::Params::fields());
  contains(blocks.at("prospective_neuron"), ProspectiveNeuron::Params::fields());
  contains(blocks.at("error_unit"), ErrorUnit::Params::fields());
  contains(blocks.at("target_unit"), TargetUnit::Params::fields());
  contains(blocks.at("plasticity_cell"), PlasticityCell::Params::fields());
  contains(blocks.at("weight_register"), WeightRegister::Params::fields());
  contains(blocks.at("readout"), Readout::Params::fields());
  contains(blocks.at("leaky_neuron"), LeakyNeuron::Params::fields());
  CellDefaults cells;
  for_each_cell(cells,
                [&](const std::string& stem, auto& params) { contains(blocks.at(stem), params.fields()); });
  CHECK(blocks.size() == block_kinds().size());
  const auto& kinds = p.at("arrays").at("additionalProperties").at("oneOf");
  REQUIRE(kinds.size() == 4);
  contains(kinds[0], InputDriver::Params::fields());
  contains(kinds[1], SynapticLowPass::Params::fields());
  contains(kinds[2], ProspectiveNeuron::Params::fields());
  contains(kinds[3], LeakyNeuron::Params::fields());
  CHECK(kinds[2].at("required") == nlohmann::json{"block", "size"});
  CHECK(kinds[2].at("properties").at("block").at("const") == "prospective_neuron");
  CHECK(checked > 60);
  for (const MeasurementKind& m : measurement_table) {
    CHECK(p.at("limits").at("properties").contains(std::string(m.name)));
  }
  CHECK(p.at("chip").at("properties").at("integration").at("enum") == nlohmann::json{"exact", "euler"});
  CHECK(p.at("chip").at("properties").at("replicas").at("maximum") == 4096);
  CHECK(p.at("chip").at("properties").at("clock").at("type") == "string");
  CHECK(p.at("schedule").at("properties").at("reset_state").at("type") == "boolean");
  CHECK(schema.at("required") == nlohmann::json{"leadlag", "arrays", "crossbars", "task"});
}

TEST_CASE("docs table: one row per parameter", "[schema]") {
  REQUIRE(block_kinds().size() >= 16);
  for (const std::string& kind : block_kinds()) {
    const std::string table = block_table(kind);
    const std::string head = "| parameter | default | legal | meaning |\n|---|---|---|---|\n";
    CHECK(table.starts_with(head));
    CHECK((table.size() == head.size()) == (kind == "conductor"));  // the only one without parameters
  }
  CHECK(
      block_table("synapse") ==
      "| parameter | default | legal | meaning |\n|---|---|---|---|\n"
      "| `bias` | 1 nA | more than 0 A | bias current of each of the two transconductors "
      "(wires: ideal) |\n"
      "| `weight_voltage` | 20 mV | more than 0 V | at the transconductors' weight inputs for a weight of 1 "
      "(wires: ideal): more makes their offset smaller beside the signal, and leaves less range |\n"
      "| `wires` | ideal | ideal, approximate, nodal | ideal: transconductors; else pairs of conductances "
      "on wires "
      "that resist, approximate or nodal |\n"
      "| `conductance` | 1 uS | more than 0 S | of weight 1 (wires: approximate, nodal) |\n");
  CHECK_THROWS_AS(block_table("synapsis"), std::invalid_argument);
}

TEST_CASE("diagnostics: near words are suggested, far ones are not", "[design]") {
  const std::vector<std::string> words{"clock", "seed", "optimiser", "tau_m", "tau_r"};
  CHECK(did_you_mean("clokc", words) == "clock");
  CHECK(did_you_mean("Seed", words) == "seed");
  CHECK(did_you_mean("taum", words) == "tau_m");
  CHECK(did_you_mean("opt", words) == "optimiser");
  CHECK(did_you_mean("voltage", words).empty());
  CHECK(did_you_mean("x", words).empty());
  CHECK(did_you_mean("", words).empty());
}

// LEADLAG_ACCEPT=1 rewrites the texts; then read the difference as a designer would.
TEST_CASE("diagnostics: every malformed blueprint gives its reviewed text", "[design]") {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(LEADLAG_MALFORMED_DIR)) {
    if (file.path().extension() == ".yaml") files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 32);
  std::set<std::string> seen{"no-file"};  // cannot be a file; its own test is above
  for (const fs::path& file : files) {
    CAPTURE(file.string());
    const std::string name = file.filename().string(), text = read_text(file);
    std::string found;
    try {
      if (name.starts_with("technology_")) {
        read_technology(file.string());
      } else {
        parse_design(name, text, options());
      }
    } catch (const DesignError& e) {
      found = std::string(DesignError(name, e.diagnostics()).what()) + "\n";
      for (const Diagnostic& d : e.diagnostics()) seen.insert(d.id);
    }
    const fs::path golden = fs::path(file).replace_extension(".txt");
    if (std::getenv("LEADLAG_ACCEPT") != nullptr) std::ofstream(golden, std::ios::binary) << found;
    CHECK(found == read_text(golden));
    CHECK_FALSE(found.empty());
  }
  for (const std::string_view id : diagnostic_ids) {
    CAPTURE(id);
    CHECK(seen.contains(std::string(id)));
  }
  CHECK(seen.size() == diagnostic_ids.size());
}
