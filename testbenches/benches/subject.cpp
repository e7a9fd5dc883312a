// SPDX-License-Identifier: Apache-2.0
#include "benches/subject.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "benches/row_bench.hpp"
#include "design/diagnostic.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

struct Place {
  std::size_t array = 0, unit = 0;
  std::string signal;
  bool target = false;
};

/// Reads NAME, NAME[INDEX], NAME[INDEX].SIGNAL and collects what is wrong.
class EndsReader {
 public:
  explicit EndsReader(const Design& design) : design_(design) {}

  std::optional<Place> block(const std::string& text) {
    auto place = read(
        "--of", text, [](const ArrayDesign& a) { return a.is_neuron(); }, false);
    check_signal("--of", text, place);
    return place;
  }
  /// An array or one of its blocks.
  std::optional<Place> row(const std::string& text, bool& whole) {
    whole = text.find('[') == std::string::npos && text.find('.') == std::string::npos;
    const auto found = std::find_if(design_.arrays.begin(), design_.arrays.end(),
                                    [&](const ArrayDesign& a) { return a.name == text && a.is_neuron(); });
    if (whole && found != design_.arrays.end())
      return Place{static_cast<std::size_t>(found - design_.arrays.begin()), 0, "rate", false};
    auto place = read(
        "--of", text, [](const ArrayDesign& a) { return a.is_neuron(); }, false);
    check_signal("--of", text, place);
    if (place && place->signal == "error")
      fail("--of", text, "illegal-combination", "this measurement is of neurons, not of error units");
    whole = false;
    return place;
  }
  std::optional<Place> from(const std::string& text) {
    auto place = read(
        "--from", text, [](const ArrayDesign& a) { return a.is_input(); }, true);
    if (place && !place->signal.empty() && place->signal != "rate")
      fail("--from", text, "bad-name",
           "a pin has no signal '" + place->signal + "'; write " + text.substr(0, text.rfind('.')));
    return place;
  }
  std::optional<Place> to(const std::string& text) {
    auto place = read(
        "--to", text, [](const ArrayDesign& a) { return a.is_neuron(); }, false);
    check_signal("--to", text, place);
    return place;
  }
  void fail(const std::string& option, const std::string& text, const std::string& id,
            const std::string& why) {
    found_.push_back({id, {}, why, option + (text.empty() ? "" : " " + text)});
  }
  void finish() const {
    if (!found_.empty()) throw DesignError(design_.file, found_);
  }

 private:
  template <class F>
  std::optional<Place> read(const std::string& option, const std::string& text, F&& fits, bool target) {
    std::string name = text, index;
    Place place;
    if (const std::size_t dot = name.rfind('.'); dot != std::string::npos)
      place.signal = name.substr(dot + 1), name.resize(dot);
    if (const std::size_t open = name.find('['); open != std::string::npos) {
      if (name.back() != ']') {
        fail(option, text, "bad-name", "it needs the form NAME[INDEX] or NAME[INDEX].SIGNAL");
        return std::nullopt;
      }
      index = name.substr(open + 1, name.size() - open - 2), name.resize(open);
    }
    std::vector<std::string> names;
    std::size_t size = 0;
    for (std::size_t a = 0; a < design_.arrays.size(); ++a) {
      const ArrayDesign& array = design_.arrays[a];
      if (fits(array)) names.push_back(array.name);
      if (array.name != name) continue;
      if (!fits(array)) {
        fail(option, text, "unknown-name",
             "'" + name + "' is not an array of " + (target ? "input drivers" : "neurons"));
        return std::nullopt;
      }
      place.array = a, size = array.size;
    }
    if (target) names.emplace_back("target");
    if (size == 0 && target && name == "target") place.target = true, size = design_.outputs();
    if (size == 0) {
      fail(option, text, "unknown-name", "nothing is called '" + name + "'" + suggestion(name, names));
      return std::nullopt;
    }
    const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), place.unit);
    const bool whole = error == std::errc{} && end == index.data() + index.size();
    if (index.empty() && size == 1) return place;
    if (!whole || place.unit >= size) {
      fail(option, text, "out-of-range",
           "'" + name + "' needs an index from 0 to " + std::to_string(size - 1) + ", as in " + name + "[0]");
      return std::nullopt;
    }
    return place;
  }
  /// Also of a place that was not found: all mistakes at once.
  void check_signal(const std::string& option, const std::string& text, std::optional<Place>& place) {
    const std::size_t dot = text.rfind('.');
    const std::string signal = dot == std::string::npos ? "rate" : text.substr(dot + 1);
    if (place) place->signal = signal;
    if (signal != "rate" && signal != "error") {
      fail(option, text, "unknown-name",
           "a neuron has no signal '" + signal + "'" + suggestion(signal, {"rate", "error"}));
    }
    if (signal == "error" && !has_error_units(design_.learning.params.system)) {
      fail(option, text, "illegal-combination",
           "learning.system: " + std::string(name_of(design_.learning.params.system)) +
               " leaves the chip without error units");
    }
  }

  const Design& design_;
  std::vector<Diagnostic> found_;
};

std::string element(const Design& design, std::size_t array, std::size_t unit) {
  return design.arrays[array].name + "[" + std::to_string(unit) + "]";
}

/// What has nothing to do with a bench of its own, and what a rig asks for.
Design bare(const Design& chip, Reconstruction pins) {
  Design design = chip;
  design.traces.clear(), design.controls.clear(), design.limits.clear();
  design.chip.replicas = 1, design.chip.precision = Precision::double_;
  for (ArrayDesign& a : design.arrays) {
    if (!a.is_input()) continue;
    for (auto& p : std::get<0>(a.blocks)) p.reconstruction = pins;
  }
  design.blocks.target_unit.reconstruction = pins;
  return design;
}

/// A pin, an ideal synapse of weight 1 and one neuron.
Design alone(const Design& chip, const Place& place, Reconstruction pins) {
  Design design = bare(chip, pins);
  ArrayDesign neuron = design.arrays[place.array];
  auto params = neuron.neurons()[place.unit];
  params.nudging = 0.0;
  neuron.size = 1, neuron.blocks = std::vector{params};
  ArrayDesign pin;
  pin.name = neuron.name == "pin" ? "source" : "pin", pin.at = neuron.at, pin.size = 1;
  pin.blocks = std::vector{InputDriver::Params{.reconstruction = pins}};
  design.arrays = {pin, neuron};
  CrossbarDesign synapse;
  synapse.name = "unit_synapse", synapse.at = neuron.at, synapse.from = 0, synapse.to = 1;
  synapse.weights = WeightInit::values, synapse.values = {1.0}, synapse.tile = {1, 1};
  design.crossbars = {synapse};
  design.learning.plastic.clear(), design.learning.output = 1;
  if (place.signal != "error") design.learning.params.system = System::none;
  if (design.learning.params.errors != ErrorPath::instantaneous)
    design.learning.params.errors = ErrorPath::prospective;
  design.blocks.target_unit.loss = Loss::mse, design.blocks.target_unit.beta = 1.0;
  design.fidelities[std::string(Synapse::stem)] = Fidelity::ideal;
  return design;
}

void require_reference(EndsReader& reader, const Subject& s, const std::string& option) {
  if (const auto why = why_no_reference(s.design, s.die))
    reader.fail(option, "", "illegal-combination", *why);
  reader.finish();
}

}  // namespace

Subject make_subject(const Design& design, const Endpoints& ends, Reconstruction pins) {
  EndsReader reader(design);
  if (!ends.of.empty() && (!ends.from.empty() || !ends.to.empty()))
    reader.fail("--of", ends.of, "illegal-combination",
                "--of takes a block alone; --from and --to belong to a path");
  Subject s;
  if (!ends.of.empty()) {
    const auto place = reader.block(ends.of);
    if (!ends.from.empty()) reader.from(ends.from);
    if (!ends.to.empty()) reader.to(ends.to);
    reader.finish();
    s.alone = true, s.error = place->signal == "error", s.target_on = s.error;
    s.design = alone(design, *place, pins);
    s.array = 1, s.unit = 0, s.at = design.arrays[place->array].at;
    s.drive.at = s.error ? oracle::Excitation::At::target : oracle::Excitation::At::input;
    s.seen_name = element(design, place->array, place->unit) + "." + s.signal();
    s.name = s.seen_name + " alone", s.drive_name = s.error ? "epsilon" : "drive";
  } else {
    const auto input = std::find_if(design.arrays.begin(), design.arrays.end(),
                                    [](const ArrayDesign& a) { return a.is_input(); });
    const auto from = reader.from(ends.from.empty() ? input->name + "[0]" : ends.from);
    const auto to =
        reader.to(ends.to.empty() ? design.arrays[design.learning.output].name + "[0].rate" : ends.to);
    if (from && from->target && !has_error_units(design.learning.params.system))
      reader.fail("--from", ends.from, "illegal-combination",
                  "learning.system: " + std::string(name_of(design.learning.params.system)) +
                      " leaves the chip without a target");
    reader.finish();
    s.design = bare(design, pins);
    s.array = to->array, s.unit = to->unit, s.error = to->signal == "error",
    s.at = design.arrays[to->array].at;
    s.target_on = s.error || from->target;
    s.drive.at = from->target ? oracle::Excitation::At::target : oracle::Excitation::At::input;
    s.drive.index = from->unit;
    for (std::size_t a = 0; a < from->array && !from->target; ++a)
      s.drive.index += design.arrays[a].is_input() ? design.arrays[a].size : 0;
    s.drive_name = from->target ? "target[" + std::to_string(from->unit) + "]"
                                : element(design, from->array, from->unit);
    s.seen_name = element(design, to->array, to->unit) + "." + s.signal();
    s.name = s.drive_name + " to " + s.seen_name;
  }
  const System system = s.design.learning.params.system;
  if (s.target_on && (system == System::vle_local || system == System::vle_exact)) {
    reader.fail(
        "", "", "illegal-combination",
        "errors of system: " + std::string(name_of(system)) +
            " have no reference here (gain stages change with the signal, replayed errors exist only at "
            "the end of a window); add --set learning.system=gle, or measure rates without a target");
  }
  reader.finish();
  s.die = fabricate(s.design);
  require_reference(reader, s, s.alone ? "--of " + ends.of : "path " + s.name);
  return s;
}

NeuronRow make_row(const Design& design, const std::string& of) {
  EndsReader reader(design);
  bool whole = false;
  const auto place = reader.row(of.empty() ? design.arrays[design.learning.output].name : of, whole);
  reader.finish();
  const ArrayDesign& array = design.arrays[place->array];
  NeuronRow row;
  row.at = array.at, row.name = (whole ? array.name : element(design, place->array, place->unit)) + " alone";
  row.design = alone(design, *place, Reconstruction::hold);
  std::vector<ProspectiveNeuron::Params> params;
  for (std::size_t i = whole ? 0 : place->unit; i < (whole ? array.size : place->unit + 1); ++i) {
    params.push_back(array.neurons()[i]);
    params.back().nudging = 0.0;
    row.units.push_back(element(design, place->array, i) + ".rate");
  }
  row.design.learning.params.system = System::none;
  ArrayDesign& neurons = row.design.arrays[1];
  neurons.size = params.size(), neurons.blocks = std::move(params);
  CrossbarDesign& synapses = row.design.crossbars[0];
  synapses.values.assign(neurons.size, 1.0), synapses.tile = {neurons.size, 1};
  row.design.blocks.synapse.wires = WireModel::ideal;
  row.die = fabricate(row.design);
  if (const auto why = why_no_reference(row.design, row.die))
    reader.fail("--of", of, "illegal-combination", *why);
  if (adapts(row.die))
    reader.fail("--of", of, "illegal-combination",
                "neurons with an adaptation current (tau_a) have no closed form here; measure them with ac");
  reader.finish();
  return row;
}

Subject whole_chip(const Design& design, Reconstruction pins) {
  Subject s;
  s.design = bare(design, pins), s.die = fabricate(s.design);
  s.array = design.learning.output, s.target_on = true, s.at = design.learning.at;
  s.name = s.seen_name = design.chip.name;
  EndsReader reader(design);
  require_reference(reader, s, "chip " + design.chip.name);
  return s;
}

Eigen::VectorXd resting_input(const Subject& s) {
  Eigen::VectorXd x = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(s.design.inputs()));
  if (s.alone || s.drive.at == oracle::Excitation::At::input)
    x(static_cast<Eigen::Index>(s.alone ? 0 : s.drive.index)) = s.offset;
  return x;
}

Eigen::VectorXd resting_target(const Subject& s) {
  if (!s.target_on) return {};
  const auto n = static_cast<Eigen::Index>(s.design.outputs());
  if (s.alone) {  // what the neuron puts out, so that its error is 0
    double rate = 0.0, slope = 0.0;
    with_activation(s.die.neurons[s.array][s.unit].activation,
                    [&]<Activation A>() { activate<A>(s.offset, rate, slope); });
    return Eigen::VectorXd::Constant(1, rate);
  }
  const bool shares = s.design.blocks.target_unit.loss == Loss::cross_entropy;
  Eigen::VectorXd target = Eigen::VectorXd::Constant(n, shares ? 1.0 / static_cast<double>(n) : 0.0);
  if (s.drive.at == oracle::Excitation::At::target)
    target(static_cast<Eigen::Index>(s.drive.index)) += s.offset;
  return target;
}

double resting_pin(const Subject& s) {
  const bool input = s.drive.at == oracle::Excitation::At::input;
  return (input ? resting_input(s) : resting_target(s))(static_cast<Eigen::Index>(s.drive.index));
}

oracle::Instant operating_point(const Subject& s, const oracle::Network& network) {
  const oracle::Instant point = oracle::rest(network, resting_input(s), resting_target(s));
  for (std::size_t a = 0, k = 0; a < s.design.arrays.size(); ++a) {
    if (!s.design.arrays[a].is_neuron()) continue;
    for (std::size_t i = 0; i < s.design.arrays[a].size; ++i, ++k) {
      const double at = point.lookahead(static_cast<Eigen::Index>(k));
      const Activation phi = s.die.neurons[a][i].activation;
      const bool kink =
          (phi == Activation::relu && at == 0.0) || (phi == Activation::hard_sigmoid && std::abs(at) == 2.0);
      if (!kink) continue;
      throw DesignError(
          s.design.file,
          {{"illegal-combination",
            {},
            element(s.design, a, i) + " rests at " + plain_number(at) + ", on the kink of " +
                std::string(name_of(phi)) +
                ", where it has no small-signal response; move the operating point, as in --offset 0.5",
            "--offset " + plain_number(s.offset)}});
    }
  }
  return point;
}

}  // namespace leadlag
