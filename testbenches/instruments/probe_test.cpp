// SPDX-License-Identifier: Apache-2.0
// Sources and probes on a bench: one kernel per test.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <numbers>

#include "instruments/histogram.hpp"
#include "instruments/phase_probe.hpp"
#include "instruments/power_probe.hpp"
#include "instruments/settling_probe.hpp"
#include "instruments/spectrum.hpp"
#include "instruments/supply_meter.hpp"
#include "instruments/voltmeter.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

constexpr double pi = std::numbers::pi;

/// Stands for a chip: at each rising edge, y = y + k (x - y), and the edge's x is noted.
struct OnePole final : sc_core::sc_module {
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<double> SC_NAMED(x_i);
  sc_core::sc_out<double> SC_NAMED(y_o);
  std::vector<double> seen;

  SC_HAS_PROCESS(OnePole);
  OnePole(const sc_core::sc_module_name& name, double k) : sc_module(name), k_(k) {
    SC_METHOD(on_rise);
    sensitive << clk_i.pos();
    dont_initialize();
  }

 private:
  void on_rise() {
    seen.push_back(x_i.read());
    y_ += k_ * (x_i.read() - y_);
    y_o.write(y_);
  }
  double k_, y_ = 0.0;
};

/// A clock of `ps` picoseconds; the instruments' period may be finer than that.
struct TestBench {
  sc_core::sc_clock clk;
  sc_core::sc_signal<double> x{"x"}, y{"y"};
  OnePole chip;
  double ps;

  TestBench(double ps_, double k, bool as_bench = true)
      : clk("clk", {ps_, sc_core::SC_PS}, 0.5, {as_bench ? ps_ / 2.0 : 0.0, sc_core::SC_PS}),
        chip("chip", k),
        ps(ps_) {
    chip.clk_i(clk), chip.x_i(x), chip.y_o(y);
  }
  void run(int cycles) const { sc_core::sc_start({cycles * ps + ps / 4.0, sc_core::SC_PS}); }
};

}  // namespace

TEST_CASE("source: edge n samples the waveform at n periods, for a period that is no number of picoseconds",
          "[instrument]") {
  const Time period = 1_us / 3.0;
  TestBench bench(333334.0, 1.0);
  const Waveform sine = waveform::sine({.frequency = {12345.0}, .phase = 0.2});
  Source source("source", sine, period);
  Voltmeter pin("pin", period), out("out", period);
  source.clk_i(bench.clk), source.out(bench.x);
  pin.clk_i(bench.clk), pin.in(bench.x), out.clk_i(bench.clk), out.in(bench.y);
  bench.run(2000);
  REQUIRE(bench.chip.seen.size() == 2000);
  REQUIRE(pin.record().values.size() == 2000);
  REQUIRE(out.record().values.size() == 2000);
  for (std::size_t n = 0; n < 2000; ++n) {
    const double t = static_cast<double>(n) * 1e-6 / 3.0;
    CHECK_THAT(bench.chip.seen[n], WithinAbs(std::sin(2.0 * pi * 12345.0 * t + 0.2), 1e-12));
    CHECK(pin.record().values[n] == bench.chip.seen[n]);  // what the chip sampled at edge n
    CHECK_THAT(out.record().values[n], WithinAbs(bench.chip.seen[n], 1e-15));  // k = 1: of edge n
  }
  CHECK_THAT(pin.record().time(1999).si, WithinRel(1999e-6 / 3.0, 1e-14));
}

TEST_CASE("source and probe: the same with a clock that rises at time 0", "[instrument]") {
  TestBench bench(1e6, 1.0, false);
  Source source(
      "source", [](Time t) { return t.si * 1e6 + 1.0; }, 1_us);
  Voltmeter out("out", 1_us);
  source.clk_i(bench.clk), source.out(bench.x), out.clk_i(bench.clk), out.in(bench.y);
  bench.run(5);
  REQUIRE(bench.chip.seen.size() == 6);  // also the edge at the end of cycle 5
  REQUIRE(out.record().values.size() == 5);
  for (std::size_t n = 0; n < 5; ++n) {
    CHECK_THAT(bench.chip.seen[n], WithinAbs(1.0 + static_cast<double>(n), 1e-12));
    CHECK_THAT(out.record().values[n], WithinAbs(1.0 + static_cast<double>(n), 1e-12));
  }
}

TEST_CASE("source and probe: the same with a clock that starts high", "[instrument]") {
  sc_core::sc_clock clk("clk", {1, sc_core::SC_US}, 0.5, {0.5, sc_core::SC_US}, false);
  sc_core::sc_signal<double> x("x"), y("y");
  OnePole chip("chip", 1.0);
  Source source(
      "source", [](Time t) { return t.si * 1e6 + 1.0; }, 1_us);
  Voltmeter out("out", 1_us);
  double used = 0.0;
  PowerProbe power(
      "power", [&] { return Energy{used += 1e-12}; }, 1_us);
  chip.clk_i(clk), chip.x_i(x), chip.y_o(y);
  source.clk_i(clk), source.out(x), out.clk_i(clk), out.in(y), power.clk_i(clk);
  sc_core::sc_start({4.75, sc_core::SC_US});
  REQUIRE(chip.seen.size() == 4);
  REQUIRE(out.record().values.size() == 4);
  CHECK(power.power().size() == 4);
  for (std::size_t n = 0; n < 4; ++n)
    CHECK_THAT(chip.seen[n], WithinAbs(1.0 + static_cast<double>(n), 1e-12));
}

TEST_CASE("voltmeter: reads a gate of whole periods", "[instrument]") {
  TestBench bench(1e6, 1.0);
  Source source("source", waveform::sine({.amplitude = 0.5, .frequency = {1e4}, .offset = 0.25}), 1_us);
  Voltmeter meter("meter", 1_us, {.from = 100_us, .to = 400_us});
  source.clk_i(bench.clk), source.out(bench.x), meter.clk_i(bench.clk), meter.in(bench.y);
  bench.run(500);
  CHECK(meter.record().first == 100);
  const Summary s = meter.reading();
  CHECK(s.samples == 300);
  CHECK_THAT(s.mean, WithinAbs(0.25, 1e-12));
  CHECK_THAT(s.rms, WithinAbs(std::sqrt(0.0625 + 0.125), 1e-12));
  CHECK_THAT(s.min, WithinAbs(-0.25, 1e-12));
  CHECK_THAT(s.max, WithinAbs(0.75, 1e-12));
}

TEST_CASE("phase probe: gain and phase of a one-pole chip are those of its z-transform", "[instrument]") {
  TestBench bench(1e6, 0.2);
  const double f = 31250.0;  // 32 samples a period
  Source source("source", waveform::sine({.frequency = {f}}), 1_us);
  PhaseProbe probe("probe", 1_us, {.from = 200_us});
  source.clk_i(bench.clk), source.out(bench.x);
  probe.clk_i(bench.clk), probe.in(bench.y), probe.reference(bench.x);
  bench.run(1200);
  // y[n] = 0.8 y[n-1] + 0.2 x[n]; after 200 ticks 0.8^200 = 4e-20 of the transient is left.
  const std::complex<double> h = 0.2 / (1.0 - 0.8 * std::polar(1.0, -2.0 * pi * f * 1e-6));
  const Transfer t = probe.transfer({f});
  CHECK_THAT(t.gain, WithinAbs(std::abs(h), 1e-12));
  CHECK_THAT(t.phase, WithinAbs(std::arg(h), 1e-12));
  CHECK(t.residual < 1e-11);
  CHECK(t.reference_residual < 1e-11);
}

TEST_CASE("spectrum probe: third harmonic of a bent source", "[instrument]") {
  TestBench bench(1e6, 1.0);
  const Waveform sine = waveform::sine({.frequency = {1e6 * 31.0 / 1024.0}});
  Source source(
      "source", [sine](Time t) { return sine(t) + 0.04 * std::pow(sine(t), 3); }, 1_us);
  SpectrumProbe probe("probe", 1_us, Window::rectangular, {.from = 64_us, .to = 1088_us});
  source.clk_i(bench.clk), source.out(bench.x), probe.clk_i(bench.clk), probe.in(bench.y);
  bench.run(1200);
  CHECK(probe.spectrum().samples == 1024);
  const SineQuality q = probe.sine_quality({1e6 * 31.0 / 1024.0});
  CHECK_THAT(q.amplitude, WithinAbs(1.03, 1e-12));
  CHECK_THAT(q.thd, WithinAbs(0.01 / 1.03, 1e-12));
}

TEST_CASE("settling probe: a one-pole chip after a step", "[instrument]") {
  TestBench bench(1e6, 0.2);
  Source source("source", waveform::step({.at = 50_us}), 1_us);
  SettlingProbe probe("probe", 1_us, {.trigger = 50_us, .tolerance = 0.01});
  source.clk_i(bench.clk), source.out(bench.x), probe.clk_i(bench.clk), probe.in(bench.y);
  bench.run(200);
  // y[50 + n] = 1 - 0.8^(n+1) <= 1 % away from n + 1 = ln 0.01 / ln 0.8 = 20.6 on, so n = 20.
  const Settling s = probe.settling();
  REQUIRE(s.time.has_value());
  CHECK_THAT(s.time->si, WithinAbs(20e-6, 1e-12));
  CHECK(s.initial_value == 0.0);
}

TEST_CASE("histogram probe: PRBS on a pin visits both levels as often as it should", "[instrument]") {
  TestBench bench(1e6, 1.0);
  Source source("source", waveform::prbs({.order = 9, .low = 0.0, .high = 1.0, .bit = 1_us}), 1_us);
  HistogramProbe probe("probe", 1_us, 2, -0.5, 1.5);
  source.clk_i(bench.clk), source.out(bench.x), probe.clk_i(bench.clk), probe.in(bench.y);
  bench.run(511);
  CHECK(probe.histogram().counts == std::vector<std::uint64_t>{255, 256});
}

TEST_CASE("power probe: power, average, peak and energy of what a supply meter counts", "[instrument]") {
  TestBench bench(1e6, 1.0);
  Activity activity;
  SupplyMeter::Load load{&activity, 2_nA, {}};
  load.charge[static_cast<std::size_t>(Event::hold_sample)] = {1e-15};
  SupplyMeter meter("meter", {load}, 1_us);
  const auto used = [&] { return meter.charge() * 1.8_V; };
  PowerProbe probe("probe", used, 1_us), slow("slow", used, 1_us, 4);
  Source source("source", waveform::dc(0.0), 1_us);
  meter.clk_i(bench.clk), probe.clk_i(bench.clk), slow.clk_i(bench.clk);
  source.clk_i(bench.clk), source.out(bench.x);
  // Cycle n is from n to n + 1 us; the rising edge in its middle makes 3 events in cycle 5.
  bench.run(5);
  activity[Event::hold_sample] += 3;
  sc_core::sc_start({3, sc_core::SC_US});
  REQUIRE(probe.power().size() == 8);
  for (std::size_t n = 0; n < 8; ++n) {
    const double amperes = n == 5 ? 2e-9 + 3e-9 : 2e-9;
    CHECK_THAT(probe.power()[n], WithinRel(1.8 * amperes, 1e-9));
  }
  const double energy = 1.8 * (8 * 2e-15 + 3e-15);
  CHECK_THAT(probe.energy().si, WithinRel(energy, 1e-9));
  CHECK_THAT(probe.average().si, WithinRel(energy / 8e-6, 1e-9));
  CHECK_THAT(probe.peak().si, WithinRel(1.8 * 5e-9, 1e-9));
  REQUIRE(slow.power().size() == 2);
  CHECK_THAT(slow.power()[1], WithinRel(1.8 * (2e-9 + 3e-9 / 4.0), 1e-9));
  CHECK_THAT(slow.energy().si, WithinRel(energy, 1e-9));
}

TEST_CASE("instruments: refuse a period that is none, and name the instrument", "[instrument]") {
  CHECK_THROWS_WITH(Source("tone", waveform::dc(0.0), Time{0.0}), Contains("tone: period"));
  CHECK_THROWS_WITH(PowerProbe(
                        "watts", [] { return Energy{}; }, 1_us, 0),
                    Contains("watts: samples every"));
}
