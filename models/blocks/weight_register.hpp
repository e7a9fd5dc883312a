// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <systemc>
#include <tuple>

#include "blocks/operating_point.hpp"
#include "blocks/plasticity_cell.hpp"
#include "blocks/weight_device.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"

namespace leadlag {

/// What a weight is kept in.
enum class Storage {
  sram,       ///< `bits` bits beside the synapse
  capacitor,  ///< a charge
  rram,       ///< a resistive device
};
template <>
struct Names<Storage> {
  static constexpr std::array<std::string_view, 3> value{"sram", "capacitor", "rram"};
};

/// Keeps one weight: w += eta product at an edge at which plasticity is on (UpdateBy::die), within its range.
///
/// Ideal fidelity keeps the weight exactly: `bits` and `capacitance` size its energy and area only. Circuit
/// fidelity: WeightDevice (weight_device.hpp).
struct WeightRegister {
  struct Params {
    Storage storage = Storage::sram;
    int bits = 8;
    Capacitance capacitance = 100_fF;
    Length host_distance{1e-3};
    Rounding rounding = Rounding::nearest;
    Voltage volts_per_unit{0.2};
    Current leakage{};
    double nonlinearity = 1.0;
    double asymmetry = 0.0;
    double pulse = 1e-3;
    double device_variation = 0.3;
    double cycle_variation = 3.75;
    double write_variation = 0.01;
    double read_noise = 0.01;
    double drift = 0.049;
    Time drift_start{20.0};
    double on_off_ratio = 100.0;

    static constexpr auto fields() {
      return std::tuple{
          Field{"storage", &Params::storage, Domain{}, "what keeps the weight"},
          Field{"bits", &Params::bits, domain::between(1, 32),
                "bits of a weight, over the wires and in SRAM"},
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor that keeps a weight"},
          Field{"host_distance", &Params::host_distance, domain::non_negative,
                "length of wire between a register and the host port"},
          Field{"rounding", &Params::rounding, Domain{}, "of a write that is no whole number of steps"},
          Field{"volts_per_unit", &Params::volts_per_unit, domain::positive,
                "voltage of a weight of 1 on the capacitor"},
          Field{"leakage", &Params::leakage, domain::non_negative,
                "of the capacitor, at the die's temperature; 0 A: the technology's"},
          Field{"nonlinearity", &Params::nonlinearity, domain::between(0.0, 10.0),
                "rram: exponent with which updates shrink towards an end; 0: they do not"},
          Field{"asymmetry", &Params::asymmetry, domain::between(-0.99, 0.99),
                "rram: share by which steps up exceed, and steps down fall short of, what was asked"},
          Field{"pulse", &Params::pulse, domain::positive, "rram: step of one pulse, share of the range"},
          Field{"device_variation", &Params::device_variation, domain::between(0.0, 1.0),
                "rram: sigma of the gain of updates, from device to device"},
          Field{"cycle_variation", &Params::cycle_variation, domain::non_negative,
                "rram: sigma of one pulse over its step"},
          Field{"write_variation", &Params::write_variation, domain::non_negative,
                "rram: sigma of a host's write, share of the range"},
          Field{"read_noise", &Params::read_noise, domain::non_negative,
                "rram: sigma of a read of one device, share of the range"},
          Field{"drift", &Params::drift, domain::between(0.0, 1.0), "rram: exponent of g ~ t^-drift"},
          Field{"drift_start", &Params::drift_start, domain::positive, "rram: age of a device as written"},
          Field{"on_off_ratio", &Params::on_off_ratio, domain::between(1.01, 1e9),
                "rram: largest over smallest conductance"}};
    }
  };
  static constexpr const char* stem = "weight_register";

  template <class V>
  static V update(V weight, V eta, V product) {
    return weight + eta * product;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

/// Structural detail: one register. With Hop::continuous the scheduler of the analog island of its
/// postsynaptic neuron calls learn().
class WeightRegisterModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(learn_i);
  sc_core::sc_in<double> SC_NAMED(eta_i);  // learning rate, programmed by the host
  sc_core::sc_in<double> SC_NAMED(product_i);
  sc_core::sc_out<double> SC_NAMED(weight_o);

  SC_HAS_PROCESS(WeightRegisterModule);
  WeightRegisterModule(const sc_core::sc_module_name& name, double weight, WeightRange range, UpdateBy update,
                       Hop hop, Activity& activity, CellPlace place = {});

  double weight() const;
  void load(double weight);
  void learn(double eta, double product);
  /// What the synapse reads: leaks and drifts act in steps (WeightDevice::due), weight() shows them at once.
  double held() const { return weight_; }
  /// Circuit fidelity: a cycle has passed. Called by whoever clocks the register, before it learns.
  void age();

 private:
  void show() { weight_o.write(weight_); }
  void on_edge();
  double made(double weight);

  const WeightRange range_;
  const CellPlace place_;
  const bool learns_;
  std::int64_t age_ = 0, aged_ = 0;        // cycles since the last write; cycles that weight_ shows
  std::uint64_t loads_ = 0, updates_ = 0;  // before weight_, whose first value is a load
  double weight_;
  sc_core::sc_event changed_;  // one process drives weight_o, whoever changed the weight
  Activity& activity_;
};

}  // namespace leadlag
