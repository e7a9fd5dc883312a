// SPDX-License-Identifier: Apache-2.0
// Cores of the blocks of feedback control against closed forms.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "blocks/compartment_neuron.hpp"
#include "blocks/high_pass.hpp"
#include "blocks/label_driver.hpp"
#include "blocks/noise_source.hpp"
#include "blocks/pi_controller.hpp"
#include "oracles/golden_json.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

CellContext context(Time tick, Input input = Input::held) {
  return {.tick = tick, .time_scale = tick, .input = input, .seed = 7, .name = "column"};
}

/// One block with its pins.
template <class B>
struct Dut {
  typename B::Coefficients c;
  typename B::State s{};
  std::array<double, B::inputs.size()> in{};
  std::array<double, B::outputs.size()> out{};

  Dut(const typename B::Params& p, const CellContext& at, std::size_t unit = 0)
      : c(B::coefficients(p, at, unit)) {}
  void settle() { B::show(c, s, out.data()), B::follow(c, s, in.data(), out.data()); }
  void cycle() { settle(), B::advance(c, s, in.data()); }
  void cycles(int n) {
    for (int k = 0; k < n; ++k) cycle();
    settle();
  }
};

}  // namespace

TEST_CASE("compartment neuron core: three compartments, exact for held drives", "[core]") {
  using N = CompartmentNeuron;
  Dut<N> n({.tau = 20_us, .activation = Activation::tanh, .tau_apical = 40_us}, context(1_us));
  n.in[N::basal] = 0.8, n.in[N::apical] = 0.5;
  n.cycles(30);  // 1.5 tau, 0.75 tau_apical
  const double v_fb = 0.5 * (1.0 - std::exp(-0.75));
  CHECK_THAT(n.out[N::basal_v], WithinAbs(0.8, 0.0));
  CHECK_THAT(n.out[N::apical_v], WithinAbs(v_fb, 1e-14));
  // The soma holds v_fb over a tick: of first order in the tick, with coefficient below 1/2 x 1/40.
  const double ramp = 0.5 * (1.0 - 2.0 * std::exp(-0.75) + std::exp(-1.5));
  CHECK_THAT(n.out[N::soma], WithinAbs(0.8 * (1.0 - std::exp(-1.5)) + ramp, 0.007));
  CHECK_THAT(n.out[N::rate], WithinAbs(std::tanh(n.out[N::soma]), 1e-14));
  CHECK_THAT(n.out[N::delta], WithinAbs(std::tanh(n.out[N::soma]) - std::tanh(0.8), 1e-14));
}

TEST_CASE("compartment neuron core: feedback at once, noise on it, and the switch that ties the soma",
          "[core]") {
  using N = CompartmentNeuron;
  Dut<N> n({.tau = 20_us, .activation = Activation::linear}, context(5_us));
  n.in[N::basal] = 1.0, n.in[N::apical] = 0.5, n.in[N::noise] = -0.1;
  n.cycles(8);  // 2 tau
  CHECK_THAT(n.out[N::apical_v], WithinAbs(0.4, 1e-15));
  CHECK_THAT(n.out[N::soma], WithinAbs(1.4 * (1.0 - std::exp(-2.0)), 1e-14));
  n.in[N::init] = 1.0, n.in[N::apical] = n.in[N::noise] = 0.0;
  n.cycles(1);
  CHECK(n.out[N::soma] == 1.0);
  CHECK(n.out[N::delta] == 0.0);
  n.in[N::init] = 0.0;
  n.cycles(3);
  CHECK(n.out[N::delta] == 0.0);  // to the bit: no update without control
}

TEST_CASE("PI controller core: step response, DC gain, clear", "[core]") {
  using C = PiController;
  const double alpha = 0.1;
  Dut<C> pi({.tau_u = 50_us, .alpha = alpha, .k_p = 2.0, .alpha_sleep = 0.5, .k_p_sleep = 0.25},
            context(2_us));
  pi.in[C::reference] = 0.7, pi.in[C::output] = 0.4, pi.in[C::error] = 0.1;  // e = 0.4
  pi.cycles(3);
  CHECK(pi.out[C::control] == 0.0);  // off: neither path
  CHECK(pi.out[C::integral] == 0.0);
  CHECK_THAT(pi.out[C::seen], WithinAbs(0.4, 1e-15));
  pi.in[C::run] = C::on;
  pi.settle();
  CHECK_THAT(pi.out[C::control], WithinAbs(0.8, 1e-15));  // the proportional path alone
  pi.cycles(100);                                         // 200 us: alpha t / tau_u = 0.4
  const double integral = 0.4 / alpha * (1.0 - std::exp(-0.4));
  CHECK_THAT(pi.out[C::integral], WithinAbs(integral, 1e-13));
  CHECK_THAT(pi.out[C::control], WithinAbs(integral + 0.8, 1e-13));
  pi.in[C::run] = C::sleep;
  pi.cycles(2000);  // 40 alpha_sleep t / tau_u
  CHECK_THAT(pi.out[C::control], WithinAbs(0.4 / 0.5 + 0.25 * 0.4, 1e-12));
  pi.in[C::run] = C::off;
  pi.cycles(1);
  CHECK(pi.out[C::integral] == 0.0);
}

TEST_CASE("PI controller core: Euler steps, and a leak too small to see is a pure integrator", "[core]") {
  using C = PiController;
  Dut<C> euler({.tau_u = 50_us, .alpha = 0.1, .k_p = 0.0}, context(1_us, Input::euler));
  euler.in[C::error] = 1.0, euler.in[C::run] = C::on;
  euler.cycles(2);  // dt = 0.02: 0.02, then 0.02 + 0.02 (1 - 0.1 x 0.02)
  CHECK_THAT(euler.out[C::control], WithinAbs(0.02 + 0.02 * (1.0 - 0.002), 1e-16));
  Dut<C> pure({.tau_u = 50_us, .alpha = 1e-12, .k_p = 0.0}, context(1_us));
  pure.in[C::error] = 1.0, pure.in[C::run] = C::on;
  pure.cycles(500);
  CHECK_THAT(pure.out[C::control], WithinRel(10.0, 1e-10));
}

TEST_CASE("high-pass core: S3, the golden step response, exact at any tick, a switch begins it anew",
          "[core]") {
  using H = HighPass;
  const auto g = oracle::golden_json("strong_dfc_ref.json").at("hp_filter");
  Dut<H> euler({.tau = 500_us}, context(1_us, Input::euler));  // a = 0.002
  euler.in[H::signal] = 1.0;
  euler.settle();
  CHECK(euler.out[H::high] == 1.0);
  euler.cycles(1);
  CHECK_THAT(euler.out[H::high], WithinRel(g.at("step_response_u_hp_after_1_step").get<double>(), 1e-12));
  euler.cycles(500);
  CHECK_THAT(euler.out[H::high], WithinRel(g.at("step_response_after_500_steps").get<double>(), 1e-12));
  Dut<H> exact({.tau = 500_us}, context(100_us));
  exact.in[H::signal] = 1.0;
  exact.cycles(5);
  CHECK_THAT(exact.out[H::high], WithinRel(std::exp(-1.0), 1e-13));
  exact.in[H::track] = 1.0;
  exact.cycles(1);
  CHECK(exact.out[H::high] == 0.0);
}

namespace {

/// n(t) of unit `unit` from when it is settled on.
std::vector<double> noise_record(const NoiseSource::Params& p, const CellContext& at, std::size_t unit,
                                 int n) {
  Dut<NoiseSource> source(p, at, unit);
  source.in[NoiseSource::on] = 1.0;
  source.cycles(200);
  std::vector<double> record;
  for (int k = 0; k < n; ++k) source.cycles(1), record.push_back(source.out[NoiseSource::noise]);
  return record;
}
double correlation(const std::vector<double>& a, const std::vector<double>& b, std::size_t lag) {
  double sum = 0.0;
  for (std::size_t k = lag; k < a.size(); ++k) sum += a[k] * b[k - lag];
  return sum / static_cast<double>(a.size() - lag);
}

}  // namespace

TEST_CASE("noise source core: S4, deviation and correlation time, whatever the tick, units are independent",
          "[core]") {
  const NoiseSource::Params p{.sigma = 0.3, .tau = 10_us};
  constexpr int samples = 200000;
  for (const Input input : {Input::held, Input::euler}) {
    for (const Time tick : {1_us, 2_us}) {
      const CellContext at = context(tick, input);
      const auto a = noise_record(p, at, 0, samples), b = noise_record(p, at, 1, samples);
      const double keep = input == Input::held ? std::exp(-tick.si / 10e-6) : 1.0 - tick.si / 10e-6;
      // A mean square over T of a process with correlation keep^|lag| has the relative deviation
      // sqrt(2 (1 + keep^2) / (1 - keep^2) / T) <= 1.0 %; five of them.
      CHECK_THAT(correlation(a, a, 0), WithinRel(0.09, 0.05));
      CHECK_THAT(correlation(a, a, 5) / 0.09, WithinAbs(std::pow(keep, 5), 0.05));
      CHECK_THAT(correlation(a, b, 0) / 0.09, WithinAbs(0.0, 0.05));
    }
  }
}

TEST_CASE("noise source core: white, off, and the same draws for the same seed, column and unit", "[core]") {
  const NoiseSource::Params white{.sigma = 0.2, .tau = Time{}};
  const CellContext at = context(1_us);
  const auto a = noise_record(white, at, 3, 20000);
  CHECK_THAT(correlation(a, a, 0), WithinRel(0.04, 0.05));  // five of sqrt(2 / 20000)
  CHECK_THAT(correlation(a, a, 1) / 0.04, WithinAbs(0.0, 0.036));
  CHECK(a == noise_record(white, at, 3, 20000));
  CellContext other = at;
  other.seed = 8;
  CHECK(a != noise_record(white, other, 3, 20000));
  other = at, other.name = "another column";
  CHECK(a != noise_record(white, other, 3, 20000));
  Dut<NoiseSource> source(white, at);
  source.in[NoiseSource::on] = 1.0;
  source.cycles(1);
  CHECK(source.out[NoiseSource::noise] != 0.0);
  source.in[NoiseSource::on] = 0.0;
  source.cycles(1);
  CHECK(source.out[NoiseSource::noise] == 0.0);
}

TEST_CASE("label driver core: two levels", "[core]") {
  Dut<LabelDriver> soft({.low = 0.01, .high = 0.91}, context(1_us));
  soft.in[LabelDriver::label] = 1.0;
  soft.settle();
  CHECK_THAT(soft.out[LabelDriver::level], WithinAbs(0.91, 1e-16));
  soft.in[LabelDriver::label] = 0.0;
  soft.settle();
  CHECK(soft.out[LabelDriver::level] == 0.01);
  Dut<LabelDriver> plain({}, context(1_us));
  plain.in[LabelDriver::label] = -0.4;
  plain.settle();
  CHECK(plain.out[LabelDriver::level] == -0.4);
}

TEST_CASE("datasheets: the blocks of feedback control by hand", "[datasheet]") {
  const Technology t;
  const OperatingPoint at;
  const double ut = 8.617333262e-5 * 300.0;
  const auto ota = [&](double c, double tau) { return 2.0 * ut * c / (t.kappa * tau); };
  const auto settled = [&](double bias) {
    return t.parasitic_capacitance.si / (t.kappa * bias / (2.0 * ut)) * std::log(512.0);
  };
  const double hold = 50e-15 * t.v_dd.si * at.full_scale.voltage.si;
  const auto check = [&](const Datasheet& d, double current, double settle, double area) {
    CAPTURE(d.block);
    CHECK_THAT(d.static_current.si, WithinRel(current, 1e-12));
    REQUIRE(d.arcs.size() == 1);
    CHECK_THAT(d.arcs[0].settle.si, WithinRel(settle, 1e-12));
    CHECK_THAT(d.area.si, WithinRel(area, 1e-12));  // no transistors in an empty technology: capacitors only
  };
  const double density = t.capacitor_density.si;
  const Datasheet n = CompartmentNeuron::datasheet({.tau = 20_us, .tau_apical = 40_us}, t, at);
  check(n, 2 * ota(1e-12, 20e-6) + 2 * ota(1e-12, 40e-6) + 600e-9, 2 * settled(100e-9), 2.1e-12 / density);
  REQUIRE(n.energies.size() == 1);
  CHECK_THAT(n.energies[0].energy.si, WithinRel(2 * hold, 1e-12));
  check(CompartmentNeuron::datasheet({.tau = 20_us}, t, at), 2 * ota(1e-12, 20e-6) + 600e-9,
        2 * settled(100e-9), 1.1e-12 / density);
  const Datasheet pi = PiController::datasheet({.tau_u = 50_us}, t, at);
  check(pi, 2 * ota(5e-12, 50e-6) + 400e-9, 2 * settled(100e-9), 5.05e-12 / density);
  REQUIRE(pi.energies.size() == 1);
  CHECK_THAT(pi.energies[0].energy.si, WithinRel(hold, 1e-12));
  check(NoiseSource::datasheet({}, t, at), 200e-9, settled(50e-9), 0.2e-12 / density);
  check(HighPass::datasheet({.tau = 500_us}, t, at), 2 * ota(5e-12, 500e-6) + 200e-9, settled(100e-9),
        5e-12 / density);
  check(LabelDriver::datasheet({}, t, at), 100e-9, settled(50e-9), 0.0);
}
