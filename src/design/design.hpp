// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "blocks/error_unit.hpp"
#include "blocks/gain_stage.hpp"
#include "blocks/host_link.hpp"
#include "blocks/input_driver.hpp"
#include "blocks/leaky_neuron.hpp"
#include "blocks/physics.hpp"
#include "blocks/plasticity_cell.hpp"
#include "blocks/prospective_neuron.hpp"
#include "blocks/readout.hpp"
#include "blocks/summing_node.hpp"
#include "blocks/synapse.hpp"
#include "blocks/synaptic_low_pass.hpp"
#include "blocks/target_unit.hpp"
#include "blocks/trajectory_memory.hpp"
#include "blocks/weight_register.hpp"
#include "design/position.hpp"
#include "fixed/words.hpp"
#include "learning/microcircuit.hpp"
#include "learning/off_chip.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"

namespace leadlag {

// ---------------------------------------------------------------------------------------------- enumerations
enum class Precision { double_, float_ };
template <>
struct Names<Precision> {
  static constexpr std::array<std::string_view, 2> value{"double", "float"};
};
enum class Coupling { sampled, continuous };
template <>
struct Names<Coupling> {
  static constexpr std::array<std::string_view, 2> value{"sampled", "continuous"};
};
enum class Loops { newton, parasitic_pole };
template <>
struct Names<Loops> {
  static constexpr std::array<std::string_view, 2> value{"newton", "parasitic_pole"};
};
enum class Integration { exact, euler };
template <>
struct Names<Integration> {
  static constexpr std::array<std::string_view, 2> value{"exact", "euler"};
};
enum class Ordering { registered, ordered };
template <>
struct Names<Ordering> {
  static constexpr std::array<std::string_view, 2> value{"registered", "ordered"};
};
enum class Detail { tile, structural };
template <>
struct Names<Detail> {
  static constexpr std::array<std::string_view, 2> value{"tile", "structural"};
};
enum class Fidelity { ideal, circuit, fixed };
template <>
struct Names<Fidelity> {
  static constexpr std::array<std::string_view, 3> value{"ideal", "circuit", "fixed"};
};
enum class Optimiser { sgd, momentum, adam };
template <>
struct Names<Optimiser> {
  static constexpr std::array<std::string_view, 3> value{"sgd", "momentum", "adam"};
};
enum class EveryUnit { sample, tick };
template <>
struct Names<EveryUnit> {
  static constexpr std::array<std::string_view, 2> value{"sample", "tick"};
};
enum class Anneal { linear, exponential };
template <>
struct Names<Anneal> {
  static constexpr std::array<std::string_view, 2> value{"linear", "exponential"};
};
enum class TaskKind { idx_images, series, lag_line, lag_net, tones };
template <>
struct Names<TaskKind> {
  static constexpr std::array<std::string_view, 5> value{"idx_images", "series", "lag_line", "lag_net",
                                                         "tones"};
};
enum class Generated { mnist1d };
template <>
struct Names<Generated> {
  static constexpr std::array<std::string_view, 1> value{"mnist1d"};
};
enum class Scaling { unit, standard };
template <>
struct Names<Scaling> {
  static constexpr std::array<std::string_view, 2> value{"unit", "standard"};
};
enum class WeightInit { zero, he, glorot, uniform, between, values };
template <>
struct Names<WeightInit> {
  static constexpr std::array<std::string_view, 6> value{"zero",    "he",      "glorot",
                                                         "uniform", "between", "values"};
};

// ---------------------------------------------------------------------------------------------- chip
/// `chip:` of a blueprint.
struct ChipParams {
  std::string name = "chip";
  std::string technology = "cmos180";
  std::string corner = Technology::typical;
  Frequency clock = 1_MHz;
  int ticks_per_clock = 1;
  Time time_scale = 1_us;
  std::int64_t seed = 1;
  Precision precision = Precision::double_;
  int replicas = 1;
  int settle_bits = 8;
  Coupling coupling = Coupling::sampled;
  Loops loops = Loops::newton;
  Integration integration = Integration::exact;
  Ordering schedule = Ordering::registered;
  Detail detail = Detail::tile;
  Fidelity fidelity = Fidelity::ideal;

  Time period() const { return 1.0 / clock; }
  /// Integration step of analog islands; sampled blocks step by the clock period.
  Time island_tick() const { return period() / static_cast<double>(ticks_per_clock); }
  /// What the coefficients of sampled blocks are computed for.
  Input input() const { return integration == Integration::euler ? Input::euler : Input::held; }
  /// Of sampled blocks.
  Hop hop() const { return schedule == Ordering::ordered ? Hop::transparent : Hop::registered; }

  static constexpr auto fields() {
    using P = ChipParams;
    return std::tuple{
        Field{"name", &P::name, Domain{}, "name of the chip, in every report"},
        Field{"technology", &P::technology, Domain{},
              "file in models/technology (without .yaml), or a path to one"},
        Field{"corner", &P::corner, Domain{}, "typical, or a corner that the technology file names"},
        Field{"clock", &P::clock, domain::positive, "clock frequency"},
        Field{"ticks_per_clock", &P::ticks_per_clock, domain::between(1, 10000),
              "integration ticks of analog islands per clock period"},
        Field{"time_scale", &P::time_scale, domain::positive, "seconds per unit of the papers' model time"},
        Field{"seed", &P::seed, domain::non_negative, "seed of every random draw"},
        Field{"precision", &P::precision, Domain{}, "arithmetic of the tile detail"},
        Field{"replicas", &P::replicas, domain::between(1, 4096),
              "identical dies in lockstep that share weights and average their plasticity currents"},
        Field{"settle_bits", &P::settle_bits, domain::between(1, 16),
              "accuracy to which signals must settle in a hop"},
        Field{"coupling", &P::coupling, Domain{},
              "of arrays that do not state their own: sampled at the clock, or continuous (analog islands)"},
        Field{"loops", &P::loops, Domain{},
              "how analog islands close loops: Newton, or the parasitic poles of their adders"},
        Field{"integration", &P::integration, Domain{}, "exact for held inputs, or the papers' Euler steps"},
        Field{"schedule", &P::schedule, Domain{},
              "registered: one register per hop; ordered: no delay (euler only)"},
        Field{"detail", &P::detail, Domain{}, "one module per tile, or one per physical block"},
        Field{"fidelity", &P::fidelity, Domain{}, "physics that the blocks contain"}};
  }
};

/// `chip.full_scale:`
inline constexpr auto full_scale_fields() {
  return std::tuple{
      Field{"voltage", &FullScale::voltage, domain::positive, "volts per unit of rate, error and target"},
      Field{"current", &FullScale::current, domain::positive, "amperes per unit of drive"}};
}

// ---------------------------------------------------------------------------------------------- arrays
/// `arrays: NAME:`, one row of equal blocks. `blocks` holds one set of parameters per instance, as drawn.
struct ArrayDesign {
  std::string name;
  Position at;
  std::size_t size = 0;
  std::variant<std::vector<InputDriver::Params>, std::vector<SynapticLowPass::Params>,
               std::vector<ProspectiveNeuron::Params>, std::vector<LeakyNeuron::Params>>
      blocks;
  std::size_t source = 0;                 ///< synaptic_low_pass: index of the array whose rates it smooths
  Coupling coupling = Coupling::sampled;  ///< to the arrays beside it; input drivers have none

  bool is_input() const { return blocks.index() == 0; }
  bool is_low_pass() const { return blocks.index() == 1; }
  bool is_neuron() const { return blocks.index() == 2; }  ///< prospective
  bool is_leaky() const { return blocks.index() == 3; }
  bool has_drive() const { return is_neuron() || is_leaky(); }  ///< crossbars may drive it
  bool is_continuous() const { return coupling == Coupling::continuous && !is_input(); }
  const std::vector<ProspectiveNeuron::Params>& neurons() const { return std::get<2>(blocks); }
  const std::vector<LeakyNeuron::Params>& leaky() const { return std::get<3>(blocks); }
};

/// Rows x columns of a physical crossbar tile; {0, 0} means no map was given.
struct TileShape {
  std::size_t rows = 0, columns = 0;
};

/// `crossbars: NAME:`, all-to-all synapses from one array to a neuron array.
struct CrossbarDesign {
  std::string name;
  Position at;
  std::size_t from = 0, to = 0;  ///< indices into Design::arrays
  WeightInit weights = WeightInit::he;
  double scale = 1.0;                         ///< multiplies he and glorot; half-width of uniform
  double from_weight = 0.0, to_weight = 0.0;  ///< WeightInit::between
  std::vector<double> values;                 ///< WeightInit::values: row-major, size(to) x size(from)
  WeightRange range{};                        ///< as stated; a learning system may narrow it
  bool bias = false;                          ///< one more synapse per neuron, driven by a constant 1
  TileShape tile;
};

// ---------------------------------------------------------------------------------------------- learning
/// `learning:`
struct LearningParams {
  System system = System::gle;
  ErrorPath errors = ErrorPath::prospective;
  UpdateBy update = UpdateBy::die;
  Optimiser optimiser = Optimiser::sgd;
  double rate = 0.01;
  double momentum = 0.9;
  double anneal = 1.0;
  Anneal anneal_shape = Anneal::linear;
  std::int64_t start = 0;
  int window = 1000;

  static constexpr auto fields() {
    using P = LearningParams;
    return std::tuple{
        Field{"system", &P::system, Domain{},
              "microcircuit template; none leaves the chip without error units"},
        Field{"errors", &P::errors, Domain{},
              "what carries errors between layers; all but prospective are controls"},
        Field{"update", &P::update, Domain{},
              "die: in every cycle; host: accumulated, applied by an optimiser"},
        Field{"optimiser", &P::optimiser, Domain{}, "the host's rule (update: host)"},
        Field{"rate", &P::rate, domain::non_negative, "learning rate"},
        Field{"momentum", &P::momentum, domain::between(0.0, 0.9999), "of optimiser: momentum"},
        Field{"anneal", &P::anneal, domain::unit, "the rate falls to this share of itself over the training"},
        Field{"anneal_shape", &P::anneal_shape, Domain{},
              "along a straight line in the rate, or in its logarithm"},
        Field{"start", &P::start, domain::non_negative, "cycles before learning starts"},
        Field{"window", &P::window, domain::between(1, 1000000),
              "cycles over which errors run backwards (systems: vle_exact, bptt)"}};
  }
};

/// A parameter that learns: a crossbar's weights (and biases), or time constants of a neuron array.
struct Plastic {
  enum class Kind { weights, tau_m, tau_r } kind = Kind::weights;
  std::size_t index = 0;  ///< into Design::crossbars or Design::arrays
  Position at;
};

struct LearningDesign {
  LearningParams params;
  Position at;
  std::size_t output = 0;  ///< array that the target unit teaches
  int every = 1;           ///< update: host applies the optimiser every so many ...
  EveryUnit every_unit = EveryUnit::sample;
  std::vector<Plastic> plastic;
  std::optional<Time> tau_m_low, tau_r_low;  ///< a plastic time constant is kept at or above this
  OffChip::Params bptt;
  CircuitSystems::Params circuits;  ///< of the systems that are drawn as netlists, `learning: KEYWORD: {...}`
};

// ---------------------------------------------------------------------------------------------- task
/// `task:`. One table for all kinds; a kind that does not use a key rejects it.
struct TaskParams {
  TaskKind kind = TaskKind::idx_images;
  std::string data = "/usr/share/datasets/fashion-mnist";
  Scaling scaling = Scaling::unit;
  double mean = 0.286;
  double deviation = 0.353;
  std::int64_t pool = 1;
  bool mirrored = false;
  Generated generated = Generated::mnist1d;
  std::int64_t samples = 5000;
  std::int64_t length = 72;
  std::int64_t data_seed = 1;

  static constexpr auto fields() {
    using P = TaskParams;
    return std::tuple{Field{"kind", &P::kind, Domain{}, "what drives inputs and targets"},
                      Field{"data", &P::data, Domain{},
                            "folder of the four files, IDX (idx_images) or NPY or CSV (series)"},
                      Field{"scaling", &P::scaling, Domain{},
                            "unit: pixels in [0, 1]; standard: (x - mean) / deviation (idx_images)"},
                      Field{"mean", &P::mean, domain::finite, "of scaling: standard"},
                      Field{"deviation", &P::deviation, domain::positive, "of scaling: standard"},
                      Field{"pool", &P::pool, domain::between(1, 64),
                            "side of the squares of pixels that are averaged into one (idx_images)"},
                      Field{"mirrored", &P::mirrored, Domain{},
                            "each pixel x also as -x, on as many input pins again (idx_images)"},
                      Field{"generated", &P::generated, Domain{},
                            "data that the bench draws itself instead of reading a folder (series)"},
                      Field{"samples", &P::samples, domain::between(20, 1e6),
                            "how many to draw, four fifths for training (generated)"},
                      Field{"length", &P::length, domain::between(2, 10000), "points per sample (generated)"},
                      Field{"data_seed", &P::data_seed, domain::non_negative,
                            "seed of the data, apart from chip.seed (generated)"}};
  }
};

struct TaskDesign {
  TaskParams params;
  bool sampled() const { return params.kind == TaskKind::idx_images || params.kind == TaskKind::series; }
  Position at;
  std::vector<double> frequencies;      ///< tones, lag_net: rad per model time unit
  std::vector<double> teacher_weights;  ///< lag_line: w of each of the two teacher neurons
  std::vector<Time> teacher_tau_m;      ///< lag_line
  Time teacher_tau_r{};                 ///< lag_line
};

/// Half-open window of cycles within a sample.
struct CycleWindow {
  std::int64_t from = 0, to = 0;
  bool contains(std::int64_t cycle) const { return cycle >= from && cycle < to; }
};

/// `schedule:`. A continuous task (lag_line, lag_net, tones) is one sample of `cycles` cycles without
/// windows.
struct ScheduleParams {
  std::int64_t cycles_per_sample = 4;
  std::int64_t train_samples = 1000;
  std::int64_t test_samples = 1000;
  std::int64_t cycles = 1000;
  bool reset_state = false;
  std::int64_t traced_cycles = 10000;

  static constexpr auto fields() {
    using P = ScheduleParams;
    return std::tuple{
        Field{"cycles_per_sample", &P::cycles_per_sample, domain::between(1, 1e6),
              "clock cycles a sample is shown"},
        Field{"train_samples", &P::train_samples, domain::non_negative, "samples shown with learning on"},
        Field{"test_samples", &P::test_samples, domain::non_negative,
              "test samples shown afterwards, learning off"},
        Field{"cycles", &P::cycles, domain::between(1, 1e12), "length of a continuous task"},
        Field{"reset_state", &P::reset_state, Domain{}, "reset all state (not weights) before each sample"},
        Field{"traced_cycles", &P::traced_cycles, domain::non_negative,
              "cycles from the start that waves.vcd covers"}};
  }
};

struct ScheduleDesign {
  ScheduleParams params;
  Position at;
  CycleWindow target, plasticity, readout;  ///< of cycles within a sample
  std::int64_t test_cycles =
      0;  ///< that a test sample is shown; a training sample unless phases say otherwise
};

// ---------------------------------------------------------------------------------------------- limits,
// trace
/// `limits: NAME: {min: , max: }`. NAME is a measurement (table in src/measure/measurements.hpp).
struct Limit {
  std::string measurement;
  std::optional<double> min, max;  ///< SI
  Position at;
};

/// A signal to write to waves.vcd: "hidden[3].rate", "output[*].error", "w1[2,7].weight".
struct Trace {
  std::string path, array, signal;
  bool crossbar = false;
  std::size_t index = 0;              ///< into arrays or crossbars
  std::vector<std::size_t> elements;  ///< of the array; row-major of the crossbar
  Position at;
};

/// Parameters that hold for all blocks of a kind unless an array states its own (`blocks:`).
struct BlockDefaults {
  InputDriver::Params input_driver;
  SynapticLowPass::Params synaptic_low_pass;
  Synapse::Params synapse;
  SummingNode::Params summing_node;
  ProspectiveNeuron::Params prospective_neuron;
  LeakyNeuron::Params leaky_neuron;
  CellDefaults cells;
  ErrorUnit::Params error_unit;
  GainStage::Params gain_stage;
  std::optional<Time> error_tau_m, error_tau_r;  ///< stated in `blocks: error_unit:`; else each neuron's own
  TargetUnit::Params target_unit;
  TrajectoryMemory::Params trajectory_memory;
  PlasticityCell::Params plasticity_cell;
  WeightRegister::Params weight_register;
  Readout::Params readout;
  HostLink::Params host_link;
};

/// A run beside the main one that must fail or fall behind: `controls: NAME: {path: value, ...}`.
struct Control {
  std::string name;
  std::vector<std::pair<std::string, std::string>> settings;  ///< blueprint path -> value as text
  Position at;
};

/// `study:`
struct StudyParams {
  double converged = 0.75;

  static constexpr auto fields() {
    return std::tuple{Field{"converged", &StudyParams::converged, domain::unit,
                            "test accuracy from which a system counts as having learnt"}};
  }
};

/// `study: curves: NAME:`, what `leadlag study robustness` draws: a measurement against a parameter.
struct StudyCurve {
  std::string name;
  std::string vary;                  ///< blueprint path
  std::vector<std::string> values;   ///< as one would write them there
  std::vector<std::string> presets;  ///< one line each; empty: the blueprint alone
  std::string measure = "test_accuracy";
  Position at;
};

/// What `leadlag study learning` compares: presets of the blueprint, each with every seed.
struct StudyDesign {
  StudyParams params;
  std::vector<std::string> systems;
  std::vector<std::int64_t> seeds{1, 2, 3};
  std::vector<StudyCurve> curves;
};

/// The chip as drawn: immutable once read. Everything downstream works on this, never on text.
struct Design {
  std::string file;                  ///< as given by the user
  std::string text;                  ///< of the blueprint, for findings that quote a line and for the hash
  std::string hash;                  ///< of the text and of every --set and preset: 16 hex digits
  std::vector<std::string> options;  ///< "--preset full", "--set chip.seed=2", in the order given

  ChipParams chip;
  std::map<std::string, Fidelity, std::less<>> fidelities;  ///< block kinds whose fidelity is not the chip's
  FullScale full_scale;
  Technology technology;
  BlockDefaults blocks;
  Physics physics;           ///< of blocks at circuit fidelity
  FixedWords words;          ///< of a digital die, fidelity: fixed
  Frequency column_clock{};  ///< of its serial columns; 0: as fast as its slowest module
  std::vector<ArrayDesign> arrays;
  std::vector<CrossbarDesign> crossbars;
  LearningDesign learning;
  TaskDesign task;
  ScheduleDesign schedule;
  std::vector<Limit> limits;
  std::vector<Trace> traces;
  std::vector<Control> controls;
  StudyDesign study;
  std::map<std::string, Position> positions;  ///< blueprint path ("arrays.hidden.tau_m") -> where it stands

  OperatingPoint operating_point() const { return {full_scale, chip.period(), chip.settle_bits}; }
  std::size_t inputs() const;  ///< number of the arrays' input drivers, in the order of `arrays`
  std::size_t outputs() const { return arrays[learning.output].size; }
  bool is_plastic(Plastic::Kind kind, std::size_t index) const;
  bool has_physics() const;  ///< some block kind is at circuit fidelity
  bool is_digital() const { return chip.fidelity == Fidelity::fixed; }  ///< the whole die
  Fidelity fidelity_of(std::string_view stem) const;
  Physics physics_of(std::string_view stem) const;  ///< no effects if the kind is ideal
  bool has_circuit() const { return is_circuit(learning.params.system); }
  ForwardChip forward_chip() const;  ///< what a system that draws a netlist needs to know
  Circuit circuit() const;           ///< needs has_circuit()
  /// The rates of all neurons leave the die in every cycle with plasticity on.
  bool converts_states() const {
    return learning.params.system == System::bptt && learning.bptt.loop == GradientOf::chip;
  }
  /// What the cells of a crossbar hold where the blueprint does not say: at circuit fidelity cells that have
  /// steps or ends need a range, which is 8 times the root mean square of the initial weights to both sides
  /// (a matrix: or 1.25 times its largest element, if that is more), or -1 to 1 if all begin at 0.
  WeightRange cell_range(std::size_t crossbar) const;
  /// sigma of what one synapse adds to its summing node at rest, in units of drive, after zeroing; 0 where
  /// synapses are ideal.
  double synapse_offset() const;
  Topology topology() const;  ///< what a learning template needs to know of the forward chip
  /// Signals of each unit of an array that a trajectory memory holds.
  std::size_t recorded_signals(std::size_t array) const;
  /// Analog islands: sets of continuous arrays that crossbars or filters join, in the order of `arrays`.
  std::vector<std::vector<std::size_t>> islands() const;
  Time tick(std::size_t array) const {
    return arrays[array].is_continuous() ? chip.island_tick() : chip.period();
  }
  Input input(std::size_t array) const { return arrays[array].is_continuous() ? Input::ramp : chip.input(); }
  Hop hop(std::size_t array) const { return arrays[array].is_continuous() ? Hop::continuous : chip.hop(); }
};

}  // namespace leadlag
