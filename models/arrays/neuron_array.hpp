// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <systemc>
#include <vector>

#include "arrays/column_kernel.hpp"
#include "arrays/crossbar_array.hpp"
#include "arrays/fixed_column.hpp"
#include "arrays/gain_column.hpp"
#include "arrays/lane_bus.hpp"
#include "arrays/physical_column.hpp"
#include "arrays/product_lag.hpp"
#include "blocks/error_unit.hpp"
#include "blocks/plasticity_cell.hpp"
#include "blocks/prospective_neuron.hpp"
#include "blocks/readout.hpp"
#include "blocks/target_unit.hpp"
#include "blocks/trajectory_memory.hpp"

namespace leadlag {

/// Everything a neuron array is made of, as the elaborator hands it over.
struct NeuronArrayParams {
  std::vector<ProspectiveNeuron::Params> neurons;
  std::vector<ErrorUnit::Params> error_units;               ///< empty: the array has no error units
  std::vector<StagePhysics> neuron_physics, error_physics;  ///< one per unit, or empty: ideal
  std::vector<double> drive_offsets, back_offsets;          ///< of the summing nodes, one per unit, or empty
  NoiseKeys neuron_noise, error_noise;
  std::optional<FixedWords> words;  ///< the array is digital
  bool has_target = false;
  TargetUnit::Params target_unit;
  std::optional<GainStage::Params> gain_stage;  ///< one behind each error unit
  ErrorPath errors = ErrorPath::prospective;
  UpdateBy update = UpdateBy::die;
  bool tau_m_learns = false, tau_r_learns = false;
  bool records = false;  ///< errors exist only while a recorded window is read backwards
  /// What is recorded of neurons went through converters of so many bits and this range; slopes follow from
  /// it.
  struct Converter {
    int bits;
    double range;
  };
  std::optional<Converter> converter;
  bool replays_itself = true;  ///< at edges at which replay_i is high; else the neurons stand still there
  /// A plastic tau_m is the error unit's lead as well, a plastic tau_r its lag; the other way round if it
  /// records.
  bool error_leads_by_tau_m = true, error_lags_by_tau_r = true;
  Time tick, time_scale;
  Input input = Input::held;
  Hop hop = Hop::registered;
  std::vector<double> neuron_poles, error_poles;  ///< decay per tick of the adders' parasitic poles, or empty
  std::optional<LeadLag::Coefficients<double>> cell_lag;  ///< by clock periods; analog islands
  std::size_t replicas = 1;
};

/// The two time constants of a neuron that may learn.
enum class Tau { m, r };

/// Event counts of the blocks of one neuron array.
struct NeuronArrayActivity {
  Activity prospective_neuron, error_unit;
};

/// Tile detail of a neuron array: its neurons, their error units, and the crossbars that drive them, which
/// are its children. One clocked process; buses carry rates up and transposed currents down, one register per
/// hop.
///
/// At edge n it sees rates and currents of edge n-1:
///   a = phi'(n-1) (sum of back currents(n-1) + epsilon),  e = error unit(a)
///   drive = sum W rate(n-1) + b, back = W^T e, W += eta e rate(n-1): one sweep per crossbar
///   rate(n), phi'(n) = neuron(drive + gamma e)
/// Source of the schedule: the discretisation of GLE's published code (arXiv 2403.16933).
/// With params.records (VLE exact) the edges of a window write rates, slopes and target errors to a memory
/// and no errors exist; while replay_i is high the edges read them backwards, the neurons stand still, and
///   a(n) = phi'(n) (sum of back currents(n+1) + epsilon(n+1)),  e = error unit(a) from rest
///   back(n) = W^T e(n),  W += eta e(n) rate(n-1)
/// which is the adjoint of the recorded trajectory.
/// That is also what a host computes that backpropagates through time: then no edge is spent on it, the chip
/// calls replay() itself, and replay_i says that the neurons stand still because the host's link is busy.
/// With Hop::transparent the chip calls forward() bottom-up and backward() top-down within one edge instead;
/// with Hop::continuous the scheduler of its analog island calls the functions of NeuronArray::Analog.
template <class T>
class NeuronArray final : public sc_core::sc_module {
 public:
  struct Incoming {
    std::unique_ptr<CrossbarArray<T>> crossbar;
    bool sends_back = false;  ///< the source has error units that want the transposed read
    bool plastic = false;
    bool same_instant = false;  ///< source in the same analog island, or an input driver
    bool converted = false;  ///< its source's rates are recorded as NeuronArrayParams::converter reads them
  };

  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);  // asynchronous, active low
  sc_core::sc_in<bool> SC_NAMED(learn_i);
  sc_core::sc_in<bool> SC_NAMED(target_on_i);
  sc_core::sc_in<double> SC_NAMED(eta_i);
  sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> SC_NAMED(replay_i);
  sc_core::sc_vector<sc_core::sc_port<LaneIn<T>>> rates_i;   // one per incoming crossbar
  sc_core::sc_vector<sc_core::sc_port<LaneOut<T>>> backs_o;  // one per incoming crossbar that sends back
  sc_core::sc_vector<sc_core::sc_port<LaneIn<T>>> backs_i;   // one per outgoing crossbar that sends back
  sc_core::sc_port<LaneIn<double>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> SC_NAMED(target_i);
  sc_core::sc_port<LaneOut<T>> SC_NAMED(rate_o);

  SC_HAS_PROCESS(NeuronArray);
  /// `build(k)` makes incoming crossbar k as a child of this array. back_at_once: one entry per outgoing
  /// crossbar that sends errors back, true if they come from the same analog island.
  template <class Build>
  NeuronArray(const sc_core::sc_module_name& name, NeuronArrayParams params, std::size_t incoming,
              std::vector<bool> back_at_once, std::size_t sent_back, Build&& build)
      : sc_module(name),
        rates_i("rates_i", incoming),
        backs_o("backs_o", sent_back),
        backs_i("backs_i", back_at_once.size()),
        params_(std::move(params)),
        lanes_(lanes_per_unit(params_.replicas)),
        neurons_(params_.neurons.size() * lanes_),
        errors_(params_.error_units.size() * lanes_),
        neuron_physics_(params_.neuron_physics.size() * lanes_, params_.neuron_noise),
        error_physics_(params_.error_physics.size() * lanes_, params_.error_noise),
        digital_neurons_(digital_column(params_.neurons.size())),
        digital_errors_(digital_column(params_.error_units.size())),
        gains_(params_.gain_stage ? params_.neurons.size() * lanes_ : 0),
        analog_neurons_(neurons_, !params_.neuron_poles.empty(), &neuron_physics_),
        analog_errors_(errors_, !params_.error_poles.empty(), &error_physics_),
        back_at_once_(std::move(back_at_once)),
        lagged_rates_(incoming, ProductLag<T>(params_.cell_lag)),
        lagged_error_(params_.cell_lag) {
    for (std::size_t k = 0; k < incoming; ++k) incoming_.push_back(build(k));
    prepare();
  }

  /// A cycle passes for the weights of the incoming crossbars, and in an analog island for the offsets of its
  /// stages. With Hop::registered the array calls it.
  void begin_cycle() {
    for (Incoming& in : incoming_) in.crossbar->begin_cycle();
    if (params_.hop == Hop::continuous) neuron_physics_.begin_cycle(), error_physics_.begin_cycle();
  }
  // The edge in two halves, for the transparent schedule.
  void forward() { run_forward(true), record(true); }
  void backward();
  /// One cycle of a window, backwards; `fresh`: errors come back within it.
  void replay(bool fresh);

  // Hop::continuous: what an analog island asks of its column of neurons and of its column of error units.
  void settle_rates(Instant at);
  void settle_errors(Instant at);
  void keep();
  void advance();
  void publish();                     ///< outputs of the parasitic poles, known before a tick is evaluated
  void take_target(double fraction);  ///< of the way from the last edge to this one
  void learn();                       ///< products of this instant into the plastic cells; counts the reads
  void send_back();                   ///< transposed reads of the present errors
  bool rates_are_states() const { return analog_neurons_.poled(); }
  bool errors_are_states() const { return analog_errors_.poled(); }
  std::span<T> rate_wires() { return rate_o->next(); }
  std::span<T> error_wires() { return error_; }

  std::size_t size() const { return params_.neurons.size(); }
  bool has_errors() const { return !params_.error_units.empty(); }
  CrossbarArray<T>& crossbar(std::size_t k) { return *incoming_[k].crossbar; }

  // Probes, in model units, of replica 0.
  double rate(std::size_t unit) const { return static_cast<double>(rate_o->read()[unit * lanes_]); }
  double slope(std::size_t unit) const { return static_cast<double>(slope_[unit * lanes_]); }
  double error(std::size_t unit) const { return static_cast<double>(error_[unit * lanes_]); }
  /// Of the instant that the rates belong to in an analog island; of the present tick's start elsewhere.
  double membrane(std::size_t unit) const {
    const auto& u = params_.hop == Hop::continuous ? analog_neurons_.capacitor() : neurons_.carry;
    return static_cast<double>(u[unit * lanes_]);
  }

  // Host port of plastic time constants, in model time units.
  void read_tau(Tau which, std::span<double> out) const;
  void write_tau(Tau which, std::span<const double> in);
  void take_tau_gradient(Tau which,
                         std::span<double> out);  ///< descent direction, mean over replicas; clears

  NeuronArrayActivity activity;

 private:
  void prepare();
  AlignedVector<T> at_rest(const std::vector<double>& offsets) const;
  static void rest(AlignedVector<T>& node, const AlignedVector<T>& at_rest);
  void set_coefficients(std::size_t unit);
  void on_edge();
  void reset();
  void run_forward(bool fresh);
  void record(bool fresh);  ///< one cycle of a window into the memory, if plasticity is on
  void add_back(bool fresh);
  std::span<const T> as_converted(std::span<const T> rate);
  void compute_epsilon(std::span<const T> rate);
  void compute_error(bool fresh);
  void filter_errors(const T* slope);
  void run_neurons();
  SweepMode::Update update_mode(const Incoming& in) const;
  std::span<const T> rate_of(std::size_t k, bool fresh) const;
  void activate();
  void clear_padding(std::span<T> rate, std::span<T> slope) const;
  void check_finite() const;
  std::optional<FixedColumn> digital_column(std::size_t units) const {
    return params_.words ? std::optional<FixedColumn>({*params_.words, units * lanes_}) : std::nullopt;
  }
  bool tapped() const { return params_.tau_m_learns || params_.tau_r_learns || !gains_.empty(); }
  bool tau_learns() const { return params_.tau_m_learns || params_.tau_r_learns; }
  void learn_tau();

  NeuronArrayParams params_;
  std::size_t lanes_;
  std::vector<Incoming> incoming_;
  LeadLagLanes<T> neurons_, errors_;
  PhysicalColumn<T> neuron_physics_, error_physics_;
  std::optional<FixedColumn> digital_neurons_, digital_errors_;
  GainColumn<T> gains_;
  bool nudged_ = false;
  AnalogColumn<T> analog_neurons_, analog_errors_;
  std::vector<bool> back_at_once_;  // by outgoing crossbar: its error units are in the same analog island
  AlignedVector<T> drive_at_rest_, back_at_rest_;  // of the summing nodes; empty: 0
  std::vector<ProductLag<T>> lagged_rates_;        // by incoming crossbar
  ProductLag<T> lagged_error_;
  AlignedVector<T> nudging_, drive_, back_, epsilon_, later_epsilon_, error_, slope_, next_slope_, lead_;
  AlignedVector<T> driven_, membrane_, lookahead_, apical_;  // where something looks inside: s, u, u_hat, a
  std::vector<double> target_, last_target_;                 // Hop::continuous
  std::vector<double> tau_m_gradient_, tau_r_gradient_;
  TrajectoryMemory::Words<T> memory_;
  AlignedVector<T> converted_;
  bool replaying_ = false;
};

}  // namespace leadlag
