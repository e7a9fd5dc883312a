// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <systemc>
#include <vector>

#include "arrays/column_kernel.hpp"
#include "arrays/crossbar_array.hpp"
#include "arrays/lane_bus.hpp"
#include "blocks/error_unit.hpp"
#include "blocks/plasticity_cell.hpp"
#include "blocks/prospective_neuron.hpp"
#include "blocks/target_unit.hpp"

namespace leadlag {

/// Everything a neuron array is made of, as the elaborator hands it over.
struct NeuronArrayParams {
  std::vector<ProspectiveNeuron::Params> neurons;
  std::vector<ErrorUnit::Params> error_units;  ///< empty: the array has no error units
  bool has_target = false;
  TargetUnit::Params target_unit;
  ErrorPath errors = ErrorPath::prospective;
  UpdateBy update = UpdateBy::die;
  bool tau_m_learns = false;
  bool error_leads_by_tau_m = true;  ///< a plastic tau_m is the error unit's lead as well
  Time tick, time_scale;
  Input input = Input::held;
  Hop hop = Hop::registered;
  std::size_t replicas = 1;
};

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
/// With Hop::transparent the chip calls forward() bottom-up and backward() top-down within one edge instead.
template <class T>
class NeuronArray final : public sc_core::sc_module {
 public:
  struct Incoming {
    std::unique_ptr<CrossbarArray<T>> crossbar;
    bool sends_back = false;  ///< the source has error units that want the transposed read
    bool plastic = false;
  };

  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);  // asynchronous, active low
  sc_core::sc_in<bool> SC_NAMED(learn_i);
  sc_core::sc_in<bool> SC_NAMED(target_on_i);
  sc_core::sc_in<double> SC_NAMED(eta_i);
  sc_core::sc_vector<sc_core::sc_port<LaneIn<T>>> rates_i;   // one per incoming crossbar
  sc_core::sc_vector<sc_core::sc_port<LaneOut<T>>> backs_o;  // one per incoming crossbar that sends back
  sc_core::sc_vector<sc_core::sc_port<LaneIn<T>>> backs_i;   // one per outgoing crossbar that sends back
  sc_core::sc_port<LaneIn<double>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> SC_NAMED(target_i);
  sc_core::sc_port<LaneOut<T>> SC_NAMED(rate_o);

  SC_HAS_PROCESS(NeuronArray);
  /// `crossbar(k, name)` builds incoming crossbar k as a child of this array.
  template <class Build>
  NeuronArray(const sc_core::sc_module_name& name, NeuronArrayParams params, std::size_t incoming,
              std::size_t outgoing, std::size_t sent_back, Build&& build)
      : sc_module(name),
        rates_i("rates_i", incoming),
        backs_o("backs_o", sent_back),
        backs_i("backs_i", outgoing),
        params_(std::move(params)),
        lanes_(lanes_per_unit(params_.replicas)),
        neurons_(params_.neurons.size() * lanes_),
        errors_(params_.error_units.size() * lanes_) {
    for (std::size_t k = 0; k < incoming; ++k) incoming_.push_back(build(k));
    prepare();
  }

  // The edge in two halves, for the transparent schedule.
  void forward();
  void backward();

  std::size_t size() const { return params_.neurons.size(); }
  bool has_errors() const { return !params_.error_units.empty(); }
  CrossbarArray<T>& crossbar(std::size_t k) { return *incoming_[k].crossbar; }

  // Probes, in model units, of replica 0.
  double rate(std::size_t unit) const { return static_cast<double>(rate_o->read()[unit * lanes_]); }
  double slope(std::size_t unit) const { return static_cast<double>(slope_[unit * lanes_]); }
  double error(std::size_t unit) const { return static_cast<double>(error_[unit * lanes_]); }

  // Host port of plastic time constants, in model time units.
  void read_tau_m(std::span<double> out) const;
  void write_tau_m(std::span<const double> in);
  void take_tau_m_gradient(std::span<double> out);  ///< descent direction, mean over replicas; clears

  NeuronArrayActivity activity;

 private:
  void prepare();
  void set_coefficients(std::size_t unit);
  void on_edge();
  void reset();
  void compute_epsilon(std::span<const T> rate);
  void compute_error(bool fresh);
  void run_neurons();
  SweepMode::Update update_mode(const Incoming& in) const;
  std::span<const T> rate_of(std::size_t k, bool fresh) const;
  void learn_tau_m();

  NeuronArrayParams params_;
  std::size_t lanes_;
  std::vector<Incoming> incoming_;
  LeadLagLanes<T> neurons_, errors_;
  bool nudged_ = false;
  AlignedVector<T> nudging_, drive_, velocity_, back_, epsilon_, error_, slope_, next_slope_;
  std::vector<double> tau_m_gradient_;
};

}  // namespace leadlag
