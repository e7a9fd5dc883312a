// SPDX-License-Identifier: Apache-2.0
// Frequency response of a neuron on the die, measured with a chirp.
//
//   cmake -S . -B build -D CMAKE_PREFIX_PATH=/where/leadlag/is/installed && cmake --build build
//   build/neuron_chirp neuron.yaml
//
// A chirp is a sine whose frequency rises: it excites the neuron at all frequencies in one go. Once the
// neuron has come to rest again, the ratio of the spectra of output and input is its response, at any
// frequency of the sweep.
#include <cmath>
#include <complex>
#include <cstdio>
#include <leadlag/chip.hpp>
#include <leadlag/instruments.hpp>
#include <numbers>

using leadlag::Time;
using std::numbers::pi;

/// Fourier sum of a record at one frequency; `turn` is its phase per sample.
std::complex<double> spectrum(const leadlag::Record& record, double turn) {
  std::complex<double> sum = 0.0;
  for (std::size_t n = 0; n < record.values.size(); ++n) {
    sum += record.values[n] * std::polar(1.0, -turn * static_cast<double>(n));
  }
  return sum;
}

int sc_main(int argc, char* argv[]) {
  leadlag::Chip chip{"chip", argc > 1 ? argv[1] : "neuron.yaml"};
  leadlag::Clock clk{"clk", chip};
  const Time period = chip.period(), sweep = 20000 * period;

  // A waveform is any function of time: here a chirp from 100 Hz to 100 kHz, then silence.
  const leadlag::Waveform rising =
      leadlag::waveform::chirp({.from = {100.0}, .to = {100e3}, .duration = sweep});
  leadlag::Source source{"source", [&](Time t) { return t < sweep ? rising(t) : 0.0; }, period};
  leadlag::Voltmeter input{"input", period}, output{"output", period};

  sc_core::sc_signal<double> x{"x"}, value{"value"};
  chip.clk_i(clk), source.clk_i(clk), input.clk_i(clk), output.clk_i(clk);
  source.out(x), chip.x_i[0](x), input.in(x);
  chip.value_o[0](value), output.in(value);  // the chip's other pins may stay open

  sc_core::sc_start(chip.clock_period() * 21000);  // 1000 periods of silence: 50 tau_m

  std::printf("frequency_hz gain phase_degrees\n");
  for (const double frequency : {1e3, 2e3, 5e3, 10e3, 20e3, 50e3}) {
    const double turn = 2.0 * pi * frequency * period.si;
    // The readout samples at the edge after the one at which the neuron's output changed: one period to take
    // off.
    const auto response =
        spectrum(output.record(), turn) / spectrum(input.record(), turn) * std::polar(1.0, turn);
    std::printf("%.0f %.9f %.7f\n", frequency, std::abs(response), std::arg(response) * 180.0 / pi);
  }
  const leadlag::EnergyLedger energy = chip.energy();
  std::printf("energy_j %.9g static_j %.9g dynamic_j %.9g average_power_w %.9g\n", energy.total().si,
              energy.static_energy.si, energy.dynamic_energy.si, chip.measurements().at("average_power"));
  return 0;
}
