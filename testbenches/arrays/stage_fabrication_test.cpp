// SPDX-License-Identifier: Apache-2.0
// Neurons and error units of a chip at circuit fidelity: what fabrication draws, and what noise the chip
// shows.
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "arrays/socket.hpp"
#include "blocks/stage_physics.hpp"
#include "instruments/density.hpp"

using namespace leadlag;

namespace {

const std::string wide = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 1 us, full_scale: {voltage: 25 mV, current: 0.5 nA}, fidelity: circuit}
physics: {effects: [mismatch, offset], die: 7}
arrays:
  in: {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 4000, activation: tanh, tau_m: 20 us, tau_r: 10 us}
  out: {block: prospective_neuron, size: 2, activation: linear, tau_m: 20 us, tau_r: 10 us}
crossbars:
  w_in: {from: in, to: hidden, weights: zero}
  w_out: {from: hidden, to: out, weights: zero}
learning: {system: gle, output: out}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

Design design_of(const std::string& blueprint, const Socket::Settings& settings = {}) {
  return parse_design("x.yaml", blueprint,
                      {.presets = {}, .settings = settings, .technology_folder = LEADLAG_TECHNOLOGY_DIR});
}

struct Column {
  std::vector<double> lag, lead, error_lag, error_lead, offset, error_offset, amplitude, slope;
};
/// Logarithms of what hidden units became over what was drawn; offsets in volts.
Column column_of(const Design& design) {
  const Die die = fabricate(design), drawn = as_drawn(design);
  Column c;
  for (std::size_t i = 0; i < die.neurons[1].size(); ++i) {
    const auto &n = die.neurons[1][i], &m = drawn.neurons[1][i];
    const auto &e = die.error_units[1][i], &f = drawn.error_units[1][i];
    c.lag.push_back(std::log(n.tau_m / m.tau_m)), c.lead.push_back(std::log(n.tau_r / m.tau_r));
    c.error_lag.push_back(std::log(e.tau_r / f.tau_r)), c.error_lead.push_back(std::log(e.tau_m / f.tau_m));
    c.offset.push_back(die.neuron_physics[1][i].offset * 25e-3);
    c.error_offset.push_back(die.error_physics[1][i].offset * 25e-3);
    c.amplitude.push_back(std::log(die.neuron_physics[1][i].amplitude));
    c.slope.push_back(std::log(die.neuron_physics[1][i].slope));
  }
  return c;
}

/// Mean 0 and standard deviation sigma, each within an interval that a right answer leaves once in 10^4.
void check_spread(const std::vector<double>& x, double sigma) {
  const double n = static_cast<double>(x.size());
  double mean = 0.0, square = 0.0;
  for (const double v : x) mean += v / n;
  for (const double v : x) square += (v - mean) * (v - mean);
  CHECK(std::abs(mean) < 3.9 * sigma / std::sqrt(n));
  const boost::math::chi_squared law(n - 1.0);
  CHECK(square / (sigma * sigma) > boost::math::quantile(law, 5e-5));
  CHECK(square / (sigma * sigma) < boost::math::quantile(boost::math::complement(law, 5e-5)));
}
double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  double xx = 0.0, xy = 0.0, yy = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) xx += x[k] * x[k], xy += x[k] * y[k], yy += y[k] * y[k];
  return xy / std::sqrt(xx * yy);
}
/// By Fisher's z, which is normal with variance 1 / (n - 3).
void check_correlation(const std::vector<double>& x, const std::vector<double>& y, double rho) {
  const double z = std::atanh(correlation(x, y)) - std::atanh(rho);
  CHECK(std::abs(z) * std::sqrt(static_cast<double>(x.size()) - 3.0) < 3.9);
}

// By hand from cmos180: W L = 4 um2 everywhere but in the gate (2 um2), A_VT = 5 mV um, kappa / U_T = 0.7
// / 25.85 mV, 1 pF on 1000 um2 with 1 % um.
const double pair = 2.5e-3, mirror = 0.7 * 2.5 / 25.852, capacitor = 0.01 / std::sqrt(1000.0);

}  // namespace

namespace {

const std::string noisy = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 1 us, full_scale: {voltage: 25 mV, current: 0.5 nA}, fidelity: circuit}
physics: {effects: [noise]}
arrays:
  in: {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 100, activation: linear, tau_m: 5 us, tau_r: 15 us, membrane_capacitance: 20 fF}
  out: {block: prospective_neuron, size: 2, activation: linear, tau_m: 5 us, tau_r: 5 us}
crossbars:
  w_in: {from: in, to: hidden, weights: zero, tile: 256x256}
  w_out: {from: hidden, to: out, weights: zero, tile: 256x256}
learning: {system: gle, output: out}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

struct Seen {
  std::vector<std::vector<double>> membrane, rate, error;  // by unit
};
Seen watch(Socket& s, std::size_t cycles) {
  Seen seen;
  const std::size_t n = s.design.arrays[1].size;
  seen.membrane.resize(n), seen.rate.resize(n), seen.error.resize(n);
  const auto& errors = s.errors("hidden");
  for (std::size_t k = 0; k < cycles; ++k) {
    s.cycle();
    for (std::size_t i = 0; k >= 50 && i < n; ++i) {
      seen.membrane[i].push_back(s.probe("hidden", i, "membrane"));
      seen.rate[i].push_back(s.probe("hidden", i)), seen.error[i].push_back(errors[i]);
    }
  }
  return seen;
}
double variance(const std::vector<std::vector<double>>& units) {
  double sum = 0.0, count = 0.0;
  for (const auto& u : units) {
    for (const double v : u) sum += v * v, count += 1.0;
  }
  return sum / count;
}
constexpr double kt_gamma = 2.6 * 1.380649e-23 * 300.0;
double noise_variance(double farad) { return kt_gamma / farad / (25e-3 * 25e-3); }

}  // namespace

TEST_CASE("fabrication: lag and lead of neurons and error units spread and correlate by Pelgrom", "[array]") {
  const Column c = column_of(design_of(wide));
  REQUIRE(c.lag.size() == 4000);
  const double lag = std::hypot(mirror, capacitor);
  // tau_r / tau_m = 1/2: 1 unit transconductor against 2; the error unit's 2 is 2 against 1.
  const double ratio = mirror * std::sqrt(1.5), lead = std::hypot(lag, ratio);
  check_spread(c.lag, lag), check_spread(c.error_lag, lag);
  check_spread(c.lead, lead), check_spread(c.error_lead, lead);
  // One capacitor and one bias move both; what makes the ratio moves the lead alone.
  check_correlation(c.lag, c.lead, lag / lead), check_correlation(c.error_lag, c.error_lead, lag / lead);
  check_correlation(c.lag, c.error_lag, 0.0), check_correlation(c.lead, c.error_lead, 0.0);
}

TEST_CASE("fabrication: offsets and curves spread by Pelgrom, independently", "[array]") {
  const Column c = column_of(design_of(wide));
  REQUIRE(c.offset.size() == 4000);
  const double ota = std::sqrt(2.0) * pair;
  // rho = 1/2: |1 - rho| of the membrane, rho of the adder's pair, the load in two units; curve of six.
  check_spread(c.offset, std::sqrt(ota * ota * (0.25 + 0.25 + 0.5) + 3.0 * pair * pair));
  // rho = 2: the membrane once, the pair 2 / sqrt(2), the load; a gate of six transistors of 2 um2.
  check_spread(c.error_offset, std::sqrt(ota * ota * (1.0 + 2.0 + 1.0) + 6.0 * pair * pair));
  check_spread(c.amplitude, 0.058), check_spread(c.slope, 0.058);
  check_correlation(c.offset, c.error_offset, 0.0), check_correlation(c.amplitude, c.slope, 0.0);
  check_correlation(c.offset, c.lag, 0.0), check_correlation(c.amplitude, c.lag, 0.0);
  const std::vector<double> first(c.offset.begin(), c.offset.begin() + 3999);
  check_correlation(first, {c.offset.begin() + 1, c.offset.end()}, 0.0);
}

TEST_CASE("fabrication: a die is its number, weights, order and seed of noise are another matter",
          "[array]") {
  const Column c = column_of(design_of(wide));
  CHECK(column_of(design_of(wide, {{"chip.seed", "99"}})).lag == c.lag);
  const Column other = column_of(design_of(wide, {{"physics.die", "8"}}));
  check_correlation(c.lag, other.lag, 0.0);
  check_correlation(c.offset, other.offset, 0.0);
}

TEST_CASE("fabrication: tau_mismatch replaces Pelgrom's figure, with any effects", "[array]") {
  const Column c =
      column_of(design_of(wide, {{"physics.tau_mismatch", "0.2"}, {"physics.effects", "[offset]"}}));
  check_spread(c.lag, 0.2), check_spread(c.error_lag, 0.2);
  check_spread(c.lead, 0.2 * std::sqrt(2.0));
  CHECK(std::all_of(c.amplitude.begin(), c.amplitude.end(), [](double a) { return a == 0.0; }));
}

TEST_CASE("fabrication: an auto-zeroed error unit keeps a share of its offset, a chopped one turns it",
          "[array]") {
  const Column c = column_of(design_of(wide));
  const Socket::Settings zeroed{{"blocks.error_unit.offset_removal", "auto_zero"},
                                {"blocks.error_unit.zero_capacitor", "20 fF"},
                                {"physics.effects", "[mismatch, offset, noise]"}};
  const Die die = fabricate(design_of(wide, zeroed));
  REQUIRE(die.error_physics[1].size() == 4000);
  for (const std::size_t i : {std::size_t{0}, std::size_t{17}}) {
    CHECK(die.error_physics[1][i].offset * 25e-3 == Approx(c.error_offset[i] / 210.0));
    CHECK(die.neuron_physics[1][i].offset * 25e-3 == Approx(c.offset[i]));
    const double square = 2.6 / 10e-15 + 1.0 / 20e-15;  // adder, zero
    CHECK(die.error_physics[1][i].output_noise * 25e-3 == Approx(std::sqrt(square * 1.380649e-23 * 300.0)));
  }
  Socket s("x", noisy,
           {{"blocks.error_unit.offset_removal", "chopped"},
            {"physics.effects", "[offset]"},
            {"chip.fidelity", "{default: circuit, synapse: ideal}"}});  // whose offsets do not turn
  const auto& errors = s.errors("hidden");
  std::vector<double> first, second;
  s.cycle(), first = errors;
  s.cycle(), second = errors;
  REQUIRE(first.size() == 100);
  CHECK(variance({first}) > 0.0);
  for (std::size_t i = 0; i < first.size(); ++i) CHECK(second[i] == -first[i]);
}

TEST_CASE("fabrication: a time constant that a host writes keeps the error of its instance", "[array]") {
  Socket s("x", noisy,
           {{"physics.effects", "[mismatch]"}, {"crossbars.w_in.weights", "{between: [0.5, 1]}"}});
  const auto& stages = s.die.neuron_physics[1];
  REQUIRE(stages.size() == 100);
  for (const double tau : {5.0, 8.0}) {
    if (tau != 5.0) s.write("hidden.tau_m", std::vector<double>(100, tau));
    for (const double asked : s.read("hidden.tau_m")) CHECK(asked == Approx(tau));
    s.reset();
    s.x(0, 1.0);
    std::vector<std::vector<double>> u;  // a step: what is left shrinks by e^(-tick / tau) in every cycle
    for (int k = 0; k < 6; ++k) {
      s.cycle(), u.emplace_back();
      for (std::size_t i = 0; i < 100; ++i) u.back().push_back(s.probe("hidden", i, "membrane"));
    }
    for (std::size_t i = 0; i < 100; ++i) {
      CHECK((u[5][i] - u[4][i]) / (u[4][i] - u[3][i]) ==
            Approx(std::exp(-1.0 / (tau * stages[i].lag))).epsilon(1e-9));
    }
  }
}

TEST_CASE("fabrication: ideal blocks are as drawn, block kinds on their own", "[array]") {
  const Column c = column_of(design_of(wide));
  const Design neurons_only =
      design_of(wide, {{"chip.fidelity", "{default: ideal, prospective_neuron: circuit}"}});
  const Die die = fabricate(neurons_only);
  CHECK(die.error_physics[1].empty());
  CHECK(die.error_units[1][3].tau_m == as_drawn(neurons_only).error_units[1][3].tau_m);
  REQUIRE(die.neuron_physics[1].size() == 4000);
  CHECK(std::log(die.neurons[1][3].tau_m / (20_us)) == c.lag[3]);
}

TEST_CASE("circuit noise: a chip's membranes and rates have the variance of kT/C, whatever the precision",
          "[array]") {
  Socket s("x", noisy, {});
  const Seen seen = watch(s, 3000);
  // 100 units x 3000 cycles / 5 independent each 5 cycles: 1 % of a variance is two standard deviations.
  CHECK(variance(seen.membrane) == Approx(noise_variance(20e-15)).epsilon(0.03));
  // No drive: u_hat = (1 - rho) u, rho = 3, and the adder's own noise.
  CHECK(variance(seen.rate) == Approx(4.0 * noise_variance(20e-15) + noise_variance(10e-15)).epsilon(0.03));
  // tau_m is five cycles.
  double now = 0.0, later = 0.0;
  for (const auto& u : seen.membrane) {
    for (std::size_t k = 5; k < u.size(); ++k) now += u[k] * u[k], later += u[k] * u[k - 5];
  }
  CHECK(later / now == Approx(std::exp(-1.0)).margin(0.02));
  // Independent from unit to unit: 2950 samples, about 10 cycles apart each from the last.
  double worst = 0.0;
  for (std::size_t i = 1; i < seen.membrane.size(); ++i) {
    worst = std::max(worst, std::abs(correlation(seen.membrane[i], seen.membrane[i - 1])));
  }
  CHECK(worst < 4.5 * std::sqrt(5.0 / 2950.0));
}

TEST_CASE("circuit noise: error units too, a stated noise comes on top", "[array]") {
  Socket s("x", noisy, {{"physics.error_noise", "0.5"}});
  const Seen seen = watch(s, 3000);
  // rho of the error unit is 5/15; no current comes back.
  CHECK(variance(seen.error) ==
        Approx(4.0 / 9.0 * noise_variance(1e-12) + noise_variance(10e-15) + 0.25).epsilon(0.03));
}

TEST_CASE("circuit noise: replicas are noisy on their own, runs repeat", "[array]") {
  const Socket::Settings two{{"chip.replicas", "2"}, {"chip.precision", "float"}};
  Socket a("a", noisy, two), b("b", noisy, two);
  std::vector<double> first, second;
  for (int k = 0; k < 200; ++k) {
    a.cycle(), b.cycle();
    first.push_back(a.value(0, 0)), second.push_back(a.value(0, 1));
    CHECK(a.value(1, 1) == b.value(1, 1));
  }
  CHECK(variance({first}) > 0.0);
  check_correlation(first, second, 0.0);
}

TEST_CASE("circuit noise: a reset does not make it repeat itself", "[array]") {
  Socket s("x", noisy, {});
  std::vector<double> first, second;
  for (auto* seen : {&first, &second}) {
    s.reset();
    for (int k = 0; k < 100; ++k) s.cycle(), seen->push_back(s.probe("hidden", 0));
  }
  CHECK(first != second);
}

namespace {

/// Standard deviation over units of the mean of each.
double spread_of_means(const std::vector<std::vector<double>>& units) {
  double square = 0.0;
  for (const auto& u : units) {
    double mean = 0.0;
    for (const double v : u) mean += v / static_cast<double>(u.size());
    square += mean * mean / static_cast<double>(units.size());
  }
  return std::sqrt(square);
}

}  // namespace

TEST_CASE("circuit noise: 1/f noise of a chip's rates has the density of its drawn areas", "[array]") {
  Socket s("x", noisy, {{"physics.effects", "[flicker]"}});
  const Seen seen = watch(s, 50 + (1 << 14));
  REQUIRE(seen.rate.size() == 100);
  CHECK(variance(seen.membrane) == 0.0);
  // rho = 3: the lag's OTA times 2, the adder's by 3 in three units, its load; four transistors of 4 um2
  // each, and six of the curve. 3.4 uV um.
  const double s_f = (4.0 * 4.0 + 3.0 * 4.0 + 4.0 + 6.0) * 3.4e-12 * 3.4e-12 / 4e-12 / (25e-3 * 25e-3);
  const std::size_t segment = 1000;  // not in step with rows, which change every 2^k cycles
  std::vector<double> density(segment / 2 + 1, 0.0);
  double deviation = 0.0;
  for (const auto& unit : seen.rate) {
    DensityMeter meter(segment, 1_us);
    for (const double v : unit) meter.add(v);
    const auto own = meter.density();
    for (std::size_t k = 0; k < density.size(); ++k) density[k] += own[k] / 100.0;
    deviation = meter.deviation() / 10.0;
  }
  const double pi = 3.14159265358979;
  std::size_t bands = 0;
  for (std::size_t first = 4; 2 * first <= segment / 2; first *= 2, ++bands) {
    double found = 0.0, expected = 0.0, plain = 0.0;
    for (std::size_t k = first; k < 2 * first; ++k) {
      const double turns = static_cast<double>(k) / static_cast<double>(segment);
      double sum = 0.0;
      for (int row = 0; row < 20; ++row) {
        const double held = std::ldexp(1.0, row), v = (row == 0 ? 2.0 : 1.0) * std::log(2.0);
        sum += 2.0 * v / held * std::pow(std::sin(pi * turns * held) / std::sin(pi * turns), 2);
      }
      found += density[k], expected += s_f * sum * 1e-6, plain += s_f / (turns * 1e6);
    }
    INFO("bins from " << first);
    CHECK(found / expected ==
          Approx(1.0).margin(4.5 * deviation * std::sqrt(2.0 / static_cast<double>(first)) + 0.01));
    if (first <= 64) CHECK(found / plain == Approx(1.0).epsilon(0.11));
  }
  CHECK(bands == 6);
}

TEST_CASE("circuit noise: chopping takes 1/f noise from the mean of an error", "[array]") {
  const Socket::Settings flicker{{"physics.effects", "[flicker]"}};
  Socket as_is("as_is", noisy, flicker);
  Socket turned("turned", noisy, {flicker[0], {"blocks.error_unit.offset_removal", "chopped"}});
  const double left = spread_of_means(watch(as_is, 2000).error);
  const double chopped = spread_of_means(watch(turned, 2000).error);
  CHECK(left > 0.0);
  CHECK(chopped < 0.1 * left);
  CHECK(chopped > 0.0);
}

TEST_CASE("fabrication: a zeroing switch leaves its charge in an error unit's offset", "[array]") {
  const Die die = fabricate(design_of(wide, {{"blocks.error_unit.offset_removal", "auto_zero"},
                                             {"blocks.error_unit.zero_capacitor", "20 fF"},
                                             {"physics.effects", "[injection]"}}));
  REQUIRE(die.error_physics[1].size() == 4000);
  // cmos180: W = L = 0.5 um, 8.6 fF/um2, 0.3 fF/um, 1.8 V, a fifth of it.
  const double charge = 0.2 * (0.5 * 8.6e-15 * 0.25 * 0.9 + 0.3e-15 * 0.5 * 1.8);
  for (const std::size_t i : {std::size_t{0}, std::size_t{3999}}) {
    CHECK(die.error_physics[1][i].offset * 25e-3 == Approx(-charge / 20e-15).epsilon(1e-9));
    CHECK(die.error_physics[1][i].output_noise == 0.0);
  }
  CHECK(die.neuron_physics[1].empty());
}

TEST_CASE("fabrication: zeroing leaves a share of slow 1/f noise, and all of its fastest row", "[array]") {
  const Socket::Settings one{{"physics.effects", "[flicker]"}};
  Socket::Settings zeroed = one;
  zeroed.emplace_back("blocks.error_unit.offset_removal", "auto_zero");
  const Die left = fabricate(design_of(wide, one)), taken = fabricate(design_of(wide, zeroed));
  REQUIRE(left.error_physics[1].size() == 4000);
  REQUIRE(taken.error_physics[1].size() == 4000);
  const double flicker = left.error_physics[1][5].flicker;
  CHECK(flicker > 0.0);
  CHECK(taken.error_physics[1][5].flicker == Approx(flicker / 210.0));
  CHECK(taken.error_physics[1][5].output_noise == Approx(flicker * std::sqrt(2.0 * std::log(2.0))));
}

namespace {

const std::string gated = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 1 us, full_scale: {voltage: 25 mV, current: 0.5 nA}}
arrays:
  in: {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 3, activation: tanh, tau_m: 5 us, tau_r: 3 us}
  out: {block: prospective_neuron, size: 2, activation: linear, tau_m: 5 us, tau_r: 5 us}
crossbars:
  w_in: {from: in, to: hidden, weights: [[0.5], [-0.9], [1.4]]}
  w_out: {from: hidden, to: out, weights: [[0.4, -0.7, 0.2], [-0.3, 0.6, 0.9]]}
blocks:
  prospective_neuron: {adder_bias: 30 nA}
learning: {system: gle, output: out}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";
const Socket::Settings slope_alone{{"chip.fidelity", "circuit"}, {"physics", "{effects: [slope]}"}};

/// 30 nA is three quarters of the specific current: f^2 - f = 3/4, so that the gain is 1.2 / 1.5.
Die with_gain(const Socket::Settings& more = {}) {
  Socket::Settings settings = slope_alone;
  settings.insert(settings.end(), more.begin(), more.end());
  Design d = design_of(gated, settings);
  d.technology.slope_gain = 1.2, d.technology.slope_specific_current = 40_nA;
  return fabricate(d);
}

}  // namespace

TEST_CASE("fabrication: the circuit of tanh' has the gain of its bias, on all dies alike", "[array]") {
  const Die die = with_gain();
  REQUIRE(die.neuron_physics[1].size() == 3);
  for (const StagePhysics& p : die.neuron_physics[1]) {
    CHECK(p.slope == Approx(0.8).epsilon(1e-12));
    StagePhysics rest = p;
    rest.slope = 1.0;
    CHECK(rest == StagePhysics{});
  }
  CHECK(die.neuron_physics[2].empty());
  CHECK(die.error_physics[1].empty());
  CHECK(with_gain({{"physics", "{effects: [mismatch, saturation]}"}}).neuron_physics[1][0].slope !=
        Approx(0.8));
  const Die drawn = with_gain({{"physics", "{effects: [mismatch, slope]}"}}),
            other = with_gain({{"physics", "{effects: [mismatch]}"}});
  CHECK(drawn.neuron_physics[1][2].slope == Approx(0.8 * other.neuron_physics[1][2].slope).epsilon(1e-12));
  // cmos180 says 1: nothing is there.
  CHECK(fabricate(design_of(gated, slope_alone)).neuron_physics[1].empty());
}

TEST_CASE("circuit slope: errors that pass a tanh neuron have its gain, rates do not", "[array]") {
  Socket::Settings structural{{"chip.detail", "structural"}}, slope_in_modules = slope_alone;
  slope_in_modules.emplace_back("chip.detail", "structural");
  const auto gained = [](Die& die) { die = with_gain(); };
  Socket tile("tile", gated), tile_gained("tile_gained", gated, slope_alone, gained);
  Socket modules("modules", gated, structural),
      modules_gained("modules_gained", gated, slope_in_modules, gained);
  struct Pair {
    Socket &ideal, &circuit;
    const std::vector<double>&e0, &e1, &o0, &o1;
  };
  std::vector<Pair> pairs;
  for (auto [ideal, circuit] : {std::pair{&tile, &tile_gained}, {&modules, &modules_gained}})
    pairs.push_back({*ideal, *circuit, ideal->errors("hidden"), circuit->errors("hidden"),
                     ideal->errors("out"), circuit->errors("out")});
  double largest = 0.0;
  for (int k = 0; k < 40; ++k) {
    for (Socket* s : {&tile, &tile_gained, &modules, &modules_gained}) {
      s->x(0, std::sin(0.2 * k)), s->target(0, 0.6), s->target(1, -0.3);
      s->cycle();
    }
    for (const Pair& p : pairs) {
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(p.e1[i] == Approx(0.8 * p.e0[i]).margin(1e-12));
        CHECK(p.circuit.probe("hidden", i) == p.ideal.probe("hidden", i));
        CHECK(p.circuit.probe("hidden", i, "slope") ==
              Approx(0.8 * p.ideal.probe("hidden", i, "slope")).epsilon(1e-12));
        largest = std::max(largest, std::abs(p.e0[i]));
      }
      CHECK(p.o1 == p.o0);
    }
  }
  CHECK(largest > 0.1);
}
