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
#include <numbers>
#include <vector>

using std::numbers::pi;

/// Everything outside the chip moves on the falling edge of the clock; the chip acts on the rising edge.
class Chirp : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_out<double> SC_NAMED(out_o);

  SC_HAS_PROCESS(Chirp);
  /// From 0 Hz to `highest` in `samples` clock periods, then silence.
  Chirp(const sc_core::sc_module_name& name, double highest, double period, int samples)
      : sc_module(name), highest_(highest), period_(period), samples_(samples) {
    SC_METHOD(next);
    sensitive << clk_i.neg();
  }

 private:
  void next() {
    const double t = n_++ * period_, duration = samples_ * period_;
    out_o.write(t < duration ? std::sin(pi * highest_ * t * t / duration) : 0.0);
  }
  double highest_, period_;
  int samples_, n_ = 0;
};

/// Records two signals once per clock cycle.
class Scope : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<double> SC_NAMED(a_i), SC_NAMED(b_i);
  std::vector<double> a, b;

  SC_HAS_PROCESS(Scope);
  explicit Scope(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_METHOD(sample);
    sensitive << clk_i.neg();
    dont_initialize();
  }

 private:
  void sample() { a.push_back(a_i.read()), b.push_back(b_i.read()); }
};

/// Fourier sum at one frequency; `turn` is its phase per sample.
std::complex<double> spectrum(const std::vector<double>& samples, double turn) {
  std::complex<double> sum = 0.0;
  for (std::size_t n = 0; n < samples.size(); ++n) {
    sum += samples[n] * std::polar(1.0, -turn * static_cast<double>(n));
  }
  return sum;
}

int sc_main(int argc, char* argv[]) {
  leadlag::Chip chip{"chip", argc > 1 ? argv[1] : "neuron.yaml"};
  leadlag::Clock clk{"clk", chip};
  const double period = chip.period().si;
  const int sweep = 20000;

  Chirp chirp{"chirp", 100e3, period, sweep};
  Scope scope{"scope"};
  sc_core::sc_signal<double> x{"x"}, value{"value"};
  chip.clk_i(clk), chirp.clk_i(clk), scope.clk_i(clk);  // the chip's other pins may stay open
  chip.x_i[0](x), chirp.out_o(x), scope.a_i(x);
  chip.value_o[0](value), scope.b_i(value);

  sc_core::sc_start(chip.clock_period() * (sweep + 1000));  // 1000 periods of silence: 50 tau_m

  std::printf("frequency_hz gain phase_degrees\n");
  for (const double frequency : {1e3, 2e3, 5e3, 10e3, 20e3, 50e3}) {
    const double turn = 2.0 * pi * frequency * period;
    // The readout samples at the edge after the one at which the neuron's output changed: one period to take
    // off.
    const auto response = spectrum(scope.b, turn) / spectrum(scope.a, turn) * std::polar(1.0, turn);
    std::printf("%.0f %.9f %.7f\n", frequency, std::abs(response), std::arg(response) * 180.0 / pi);
  }
  const leadlag::EnergyLedger energy = chip.energy();
  std::printf("energy_j %.9g static_j %.9g dynamic_j %.9g average_power_w %.9g\n", energy.total().si,
              energy.static_energy.si, energy.dynamic_energy.si, chip.measurements().at("average_power"));
  return 0;
}
