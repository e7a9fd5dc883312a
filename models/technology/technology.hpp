// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "technology/digital.hpp"
#include "units/field.hpp"
#include "units/quantity.hpp"

namespace leadlag {

using CapacitanceDensity = Quantity<-1, -4, 4, 2>;
using AreaMatching = Quantity<1, 3, -3, -1>;    // A_VT: volt metre
using EnergyPerLength = Quantity<1, 1, -2, 0>;  // of one bit over a wire
using ResistancePerLength = Quantity<1, 1, -3, -2>;
using CapacitancePerLength = Quantity<-1, -3, 4, 2>;

/// Where a number comes from; printed beside every coefficient in the energy report.
struct Citation {
  std::string text;
  bool assumed = false;  ///< taken from the default in this header because the file does not state it
};

/// One group of equal transistors of a block: what area and mismatch are computed from.
struct Transistors {
  Length w, l;
  int count = 0;
  std::string source;
};

/// How far a number moves over process, supply and temperature; an end that is not stated is not known.
struct Ends {
  std::optional<double> min, max;  ///< SI
};
enum class End { min, max };
template <>
struct Names<End> {
  static constexpr std::array<std::string_view, 2> value{"min", "max"};
};

/// A process at one corner, as a text file in models/technology states it.
/// Thermal voltage U_T = k T / q; everything else is a number with a source.
struct Technology {
  std::string name;
  Voltage v_dd = 1.8_V;
  double kappa = 0.7;
  Temperature temperature{300.0};
  AreaMatching a_vt{5e-9};
  CapacitanceDensity capacitor_density{1e-3};
  Length capacitor_mismatch{1e-8};
  Current leakage{1e-15};
  Capacitance parasitic_capacitance = 10_fF;
  Energy adc_energy_per_step{172e-15};
  Capacitance dac_unit_capacitor = 5_fF;
  Energy sram_write_energy{5e-15};
  Energy sram_read_energy{3.5e-15};
  Area sram_bit_area{4e-12};
  EnergyPerLength wire_energy{1.62e-10};
  ResistancePerLength wire_resistance{1e5};
  CapacitancePerLength wire_capacitance{2e-10};
  Length cell_pitch{11e-6};
  double layout_overhead = 3.0;
  Voltage linear_range = 30_mV;
  double noise_gamma = 2.6;
  AreaMatching flicker{3.4e-12};
  CapacitanceDensity gate_capacitance{8.6e-3};
  CapacitancePerLength overlap_capacitance{3e-10};
  double injection_left = 0.2;
  double plasticity_offset = 0.062;
  double plasticity_gain_mismatch = 0.11;
  double activation_mismatch = 0.058;
  double kappa_slope = 0.0;
  Current kappa_bias = 10_nA;
  double supply_ota = 2.0;
  double supply_lead = 2.0;
  double supply_direct = 2.0;
  double supply_adder = 0.0;
  double supply_curve = 2.0;
  double supply_multiplier = 2.0;
  Capacitance multiplier_capacitance = 10_fF;
  Current multiplier_specific_current{0.0};
  double slope_gain = 1.0;
  Current slope_specific_current{0.0};

  std::map<std::string, std::map<std::string, Transistors>> transistors;  // block stem -> group -> sizes
  std::map<std::string, Citation> sources;                                // field name -> where it is from
  std::map<std::string, Ends> ends;                                       // field name -> its range
  std::map<std::string, std::map<std::string, End>> corners;              // corner -> field name -> which end
  std::vector<DigitalBlock> digital;                                      // synthesised modules of rtl_ref
  std::string corner = typical;                                           // that the numbers above are of

  static constexpr const char* typical = "typical";

  Voltage thermal_voltage() const { return {8.617333262e-5 * temperature.si}; }  // k/q, CODATA 2018
  /// Gate coupling of a transconductor biased at i: kappa - kappa_slope log10(i / kappa_bias), from 0.1 to 1.
  double kappa_at(Current i) const;

  static constexpr auto fields() {
    using T = Technology;
    return std::tuple{
        Field{"v_dd", &T::v_dd, domain::positive, "supply voltage"},
        Field{"kappa", &T::kappa, domain::unit, "gate coupling in weak inversion"},
        Field{"temperature", &T::temperature, domain::between(200.0, 450.0), "junction temperature"},
        Field{"a_vt", &T::a_vt, domain::positive, "threshold mismatch, sigma(dVth) sqrt(W L)"},
        Field{"capacitor_density", &T::capacitor_density, domain::positive, "capacitance per drawn area"},
        Field{"capacitor_mismatch", &T::capacitor_mismatch, domain::non_negative,
              "relative capacitor mismatch, sigma(dC/C) sqrt(area)"},
        Field{"leakage", &T::leakage, domain::non_negative, "leakage of a hold switch at `temperature`"},
        Field{"parasitic_capacitance", &T::parasitic_capacitance, domain::positive,
              "capacitance of an internal node; with its load it is the parasitic pole of a lead stage"},
        Field{"adc_energy_per_step", &T::adc_energy_per_step, domain::positive,
              "Walden figure of merit: energy per conversion step, E = FoM 2^ENOB"},
        Field{"dac_unit_capacitor", &T::dac_unit_capacitor, domain::positive, "unit capacitor of a DAC"},
        Field{"sram_write_energy", &T::sram_write_energy, domain::positive, "energy to write one bit"},
        Field{"sram_read_energy", &T::sram_read_energy, domain::positive, "energy to read one bit"},
        Field{"sram_bit_area", &T::sram_bit_area, domain::positive, "area of one bit"},
        Field{"wire_energy", &T::wire_energy, domain::positive, "energy of one bit per length of wire"},
        Field{"wire_resistance", &T::wire_resistance, domain::positive, "resistance per length of wire"},
        Field{"wire_capacitance", &T::wire_capacitance, domain::positive, "capacitance per length of wire"},
        Field{"cell_pitch", &T::cell_pitch, domain::positive, "pitch of a crossbar cell"},
        Field{"layout_overhead", &T::layout_overhead, domain::between(1.0, 100.0),
              "layout area over the sum of gate areas W L"},
        Field{"linear_range", &T::linear_range, domain::positive,
              "differential input at which a plain OTA is 5 % compressed"},
        Field{"noise_gamma", &T::noise_gamma, domain::positive,
              "thermal noise of a gm-C stage, v^2 = gamma k T / C"},
        Field{"flicker", &T::flicker, domain::non_negative,
              "1/f noise of a transistor's gate voltage, sqrt(S f W L), S one-sided"},
        Field{"gate_capacitance", &T::gate_capacitance, domain::positive, "gate oxide, per W L"},
        Field{"overlap_capacitance", &T::overlap_capacitance, domain::non_negative,
              "gate to source or drain, per W"},
        Field{"injection_left", &T::injection_left, domain::unit,
              "share of an n-channel switch's charge that its complement does not take back"},
        Field{
            "plasticity_offset", &T::plasticity_offset, domain::non_negative,
            "sigma of a multiplier's output current at e = r = 0, of its bias (plasticity cells, synapses)"},
        Field{"plasticity_gain_mismatch", &T::plasticity_gain_mismatch, domain::non_negative,
              "sigma of a plasticity cell's gain, relative"},
        Field{"activation_mismatch", &T::activation_mismatch, domain::non_negative,
              "sigma of an output curve's amplitude, relative"},
        Field{"kappa_slope", &T::kappa_slope, domain::between(0.0, 0.2),
              "what kappa loses per decade of bias above `kappa_bias`"},
        Field{"kappa_bias", &T::kappa_bias, domain::positive, "bias at which `kappa` holds"},
        Field{"supply_ota", &T::supply_ota, domain::positive,
              "supply current of an OTA over its bias, mirrors included"},
        Field{"supply_lead", &T::supply_lead, domain::non_negative,
              "supply current of a lead stage's adder over its bias, per unit of rho"},
        Field{"supply_direct", &T::supply_direct, domain::non_negative, "the same per unit of abs(1 - rho)"},
        Field{"supply_adder", &T::supply_adder, domain::non_negative, "the same whatever rho is"},
        Field{"supply_curve", &T::supply_curve, domain::positive,
              "supply current of an output curve and its slope over their bias"},
        Field{"supply_multiplier", &T::supply_multiplier, domain::positive,
              "supply current of a four-quadrant multiplier over its bias"},
        Field{"multiplier_capacitance", &T::multiplier_capacitance, domain::positive,
              "capacitance inside a four-quadrant multiplier; with the conductance of its bias it is the "
              "multiplier's pole"},
        Field{"multiplier_specific_current", &T::multiplier_specific_current, domain::non_negative,
              "specific current of a multiplier's mirrors: at this bias it is 1.62 times slower than in weak "
              "inversion; 0: weak inversion at every bias"},
        Field{"slope_gain", &T::slope_gain, domain::positive,
              "what a tanh curve's slope circuit gives over the derivative, in weak inversion"},
        Field{"slope_specific_current", &T::slope_specific_current, domain::non_negative,
              "bias at which that gain is 1.62 times less; 0: it does not fall"},
    };
  }
};

/// The same process at another of its corners: the numbers that the corner names at their ends, all others
/// typical. `corner` is "typical" or in `technology.corners`, and `technology` is typical.
Technology at_corner(Technology technology, const std::string& corner);
/// Layout area of a block's transistors: overhead x sum(count W L). A block that the file does not size has
/// none.
Area transistor_area(const Technology& technology, const std::string& stem);
/// Bias current of a subthreshold OTA that has the time constant tau with C: the I_b that solves
/// I_b = 2 U_T C / (kappa(I_b) tau).
Current bias_for(const Technology& technology, Capacitance c, Time tau);
/// Parasitic pole behind a lead stage biased at i: tau_p = C_par / g, g = kappa(i) i / (2 U_T).
Time parasitic_pole(const Technology& technology, Current i);
/// Leakage of a hold switch at another temperature: the off current of its channel, which doubles every 18 K
/// around 300 K (own simulation with a textbook BSIM3 card: 1.18 pA at 27 C, 1.73 pA at 37 C, 8.2 pA at 85 C,
/// 22.5 pA at 125 C: this law is 0.3 % off at 37 C, a third too high at 85 C, 2.3 times at 125 C. A junction
/// alone doubles every 10 K).
Current leakage_at(const Technology& technology, Temperature temperature);
/// Input offset of a pair of transistors of a block's group (Pelgrom 1989): sigma(dVth) = A_VT / sqrt(W L). 0
/// for a block or group that the file does not size.
Voltage threshold_mismatch(const Technology& technology, std::string_view stem, std::string_view group);
/// Error of a weak-inversion mirror of that group: sigma(dI/I) = kappa sigma(dVth) / U_T.
double current_mismatch(const Technology& technology, std::string_view stem, std::string_view group);
/// Charge that a switch of that group (a transmission gate) leaves on a capacitor when it opens: half of its
/// channel's, with half the supply above the gate's threshold at most, and that of the gate's overlap,
///   q = injection_left (W L C_ox V_dd / 4 + W C_ov V_dd)
/// (Wegmann, Vittoz and Rahali 1987; the threshold is left out, so q is an upper bound). Electrons: it lowers
/// the voltage, by q / C. 0 for a group that the file does not size.
Charge injected_charge(const Technology& technology, std::string_view stem, std::string_view group);
/// sigma(dC/C) = A_C / sqrt(area), area = C / density.
double capacitor_mismatch(const Technology& technology, Capacitance c);
/// Settling of a single pole to half an LSB of `bits`: tau ln 2^(bits+1).
Time settle_time(Time tau, int bits);

}  // namespace leadlag
