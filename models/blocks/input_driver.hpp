// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <systemc>
#include <tuple>

#include "blocks/converter.hpp"
#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Drives one row of the first crossbar: a DAC and a buffer that holds its code over the clock period, or
/// (reconstruction: ramp) an analog pin and its buffer.
///
///   rate = x        x in model units, 1 unit = one full-scale voltage
///
/// Ideal fidelity does not quantise: `bits` sizes the converter's energy and area. Circuit fidelity: a DAC
/// gives Converter::to_analog (converter.hpp) of x.
struct InputDriver {
  struct Params {
    int bits = 8;
    double range = 2.0;
    Current bias = 20_nA;
    Reconstruction reconstruction = Reconstruction::hold;

    static constexpr auto fields() {
      return std::tuple{
          Field{"bits", &Params::bits, domain::between(1, 16), "resolution of the DAC"},
          Field{"range", &Params::range, domain::positive,
                "circuit fidelity: the DAC reaches from -range to range, in model units"},
          Field{"bias", &Params::bias, domain::positive, "bias current of the row buffer"},
          Field{"reconstruction", &Params::reconstruction, Domain{},
                "what an analog island sees between two edges: steps of a DAC, or ramps of an analog pin"}};
    }
  };
  static constexpr const char* stem = "input_driver";

  template <class V>
  static V output(V x) {
    return x;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

/// Structural detail: one driver; follows its pin within the tick.
class InputDriverModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<double> SC_NAMED(x_i);  // model units
  sc_core::sc_out<Voltage> SC_NAMED(rate_o);

  SC_HAS_PROCESS(InputDriverModule);
  InputDriverModule(const sc_core::sc_module_name& name, const InputDriver::Params& params,
                    FullScale full_scale, Activity& activity, const Converter* converter = nullptr);

 private:
  void follow();

  bool dac_;
  FullScale full_scale_;
  std::optional<Converter> converter_;
  Activity& activity_;
};

}  // namespace leadlag
