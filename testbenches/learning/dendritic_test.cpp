// SPDX-License-Identifier: Apache-2.0
// Latent Equilibrium's dendritic microcircuit as circuits: against the oracle of its equations, and learning.
#include <Eigen/Dense>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "arrays/socket.hpp"
#include "design/diagnostic.hpp"
#include "oracles/dendritic_microcircuit.hpp"
#include "oracles/golden.hpp"
#include "oracles/layered_net.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::VectorXd;

namespace {

// dt = 0.1 ms as a cycle of 1 us: tau = 1 / (0.19 / ms) is 52.6 cycles.
constexpr double tau = 1.0 / 0.019;

/// Layers l0 (inputs), l1, .. of these sizes; the last is the output. In Euler steps.
std::string blueprint(const std::vector<std::size_t>& sizes, const std::string& hidden,
                      const std::string& output, bool bias, const std::string& learning,
                      const std::string& update = "die") {
  const auto layer = [](std::size_t l) { return "l" + std::to_string(l); };
  char neuron[64];
  std::snprintf(neuron, sizeof neuron, ", tau: %.17g us}\n", tau);
  std::string arrays = "arrays:\n  l0: {block: input_driver, size: " + std::to_string(sizes[0]) + "}\n",
              crossbars = "crossbars:\n";
  for (std::size_t l = 1; l < sizes.size(); ++l) {
    arrays += "  " + layer(l) + ": {block: leaky_neuron, size: " + std::to_string(sizes[l]) +
              ", activation: " + (l + 1 < sizes.size() ? hidden : output) + neuron;
    crossbars += "  w" + std::to_string(l) + ": {from: " + layer(l - 1) + ", to: " + layer(l) +
                 ", weights: glorot, bias: " + (bias ? "true" : "false") + "}\n";
  }
  return "leadlag: 1\n"
         "chip: {name: x, clock: 1 MHz, time_scale: 1 us, integration: euler,\n"
         "       full_scale: {voltage: 25 mV, current: 10 nA}}\n" +
         arrays + crossbars + "learning: {system: dendritic, update: " + update + ", dendritic: {" +
         learning +
         "}}\ntask: {kind: idx_images, data: none}\nschedule: {train_samples: 1, test_samples: 1}\n";
}

std::vector<double> row_major(const MatrixXd& m) {
  std::vector<double> values;
  for (Index i = 0; i < m.rows(); ++i) {
    for (Index j = 0; j < m.cols(); ++j) values.push_back(m(i, j));
  }
  return values;
}
VectorXd signal(const Socket& s, const std::string& array, const char* name, Index size) {
  VectorXd v(size);
  for (Index i = 0; i < size; ++i) v(i) = s.probe(array, static_cast<std::size_t>(i), name);
  return v;
}
void show(Socket& s, const VectorXd& x, const VectorXd& target) {
  for (Index i = 0; i < x.size(); ++i) s.x(static_cast<std::size_t>(i), x(i));
  for (Index i = 0; i < target.size(); ++i) s.target(static_cast<std::size_t>(i), target(i));
}
MatrixXd shaped(const std::vector<double>& v, Index rows, Index columns) {
  REQUIRE(static_cast<Index>(v.size()) == rows * columns);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(v.data(), rows, columns);
}
MatrixXd taken(Socket& s, const std::string& group, Index rows, Index columns) {
  return shaped(s.take(group), rows, columns);
}
MatrixXd held(const Socket& s, const std::string& group, Index rows, Index columns) {
  return shaped(s.read(group), rows, columns);
}

/// The golden circuit 2-3-2: drawn by numpy's default_rng(1), uniform in [-1, 1].
oracle::DendriticMicrocircuit golden_circuit() {
  MatrixXd up_hidden(3, 2), up_output(2, 3), down(3, 2);
  up_hidden << 0.023643249400513433, 0.9009273926518706, -0.7116807745607325, 0.8972988942744877,
      -0.3763370959790291, -0.1533471020548487;
  up_output << 0.6554051876408835, -0.18160172726167745, 0.09918737534611899, -0.9448817735138633,
      0.5070262173496132, 0.07628662643855644;
  down << -0.34053656700181567, 0.5768574068568086, -0.39361034141671003, -0.09300422103869699,
      -0.7319166055056705, -0.19377402710574154;
  return {up_hidden, up_output, down};
}
const Vector2d golden_x(0.5, -0.3);

struct GoldenChip : Socket {
  /// The host never writes, so that the stores of w1 and w2 can be read.
  explicit GoldenChip(const std::string& learning)
      : Socket("t14", blueprint({2, 3, 2}, "softplus", "softplus", false, learning, "host"), {},
               [](Die& made) {
                 const auto c = golden_circuit();
                 made.weights.at(0) = row_major(c.up_hidden), made.weights.at(1) = row_major(c.up_output);
               }) {
    const auto c = golden_circuit();
    write("l2.down", row_major(c.down)), write("l2.from_inter", row_major(c.inter_to_pyramidal));
    show(*this, golden_x, Vector2d::Zero());
  }
  VectorXd state() const {
    VectorXd row(10);
    row << signal(*this, "l1", "lookahead", 3), signal(*this, "l2", "inter_lookahead", 2),
        signal(*this, "l2", "lookahead", 2), signal(*this, "l1", "membrane", 3);
    return row;
  }
  VectorXd apical() const { return signal(*this, "l1", "apical", 3); }
};
VectorXd state_of(const oracle::DendriticMicrocircuit& c) {
  VectorXd row(10);
  row << c.ahead_hidden, c.ahead_inter, c.ahead_output, c.u_hidden;
  return row;
}
VectorXd rates(const VectorXd& u) {
  return u.unaryExpr([](double v) { return std::log1p(std::exp(v)); });
}
double largest(const MatrixXd& m) { return m.cwiseAbs().maxCoeff(); }

/// A 3-6-2 chip with something to learn: five inputs, targets made by a linear map and a bend.
struct Lesson {
  std::vector<VectorXd> x, y;
  Lesson() {
    for (int k = 0; k < 5; ++k) {
      VectorXd in(3), out(2);
      in << std::sin(1.0 + 2.1 * k), std::cos(0.7 * k), std::sin(3.0 * k);
      out << 0.4 * in(0) - 0.3 * in(1) * in(2), 0.3 * in(1) + 0.2 * in(2) - 0.2;
      x.push_back(in), y.push_back(out);
    }
  }
};
const std::vector<std::size_t> small{3, 6, 2};

void sample(Socket& s, const VectorXd& x, const VectorXd& y, bool learn, double eta) {
  show(s, x, y);
  s.learn = learn, s.eta = eta;
  const Circuit c = s.design.circuit();
  for (std::int64_t n = 0; n < c.cycles(!learn); ++n) s.cycle();
}
double loss(Socket& s, const Lesson& lesson) {
  double sum = 0.0;
  for (std::size_t k = 0; k < lesson.x.size(); ++k) {
    sample(s, lesson.x[k], lesson.y[k], false, 0.0);
    for (Index i = 0; i < 2; ++i)
      sum += 0.5 * std::pow(s.value(static_cast<std::size_t>(i)) - lesson.y[k](i), 2);
  }
  return sum / static_cast<double>(lesson.x.size());
}
void teach(Socket& s, const Lesson& lesson, int rounds, double eta) {
  for (int n = 0; n < rounds; ++n) {
    for (std::size_t k = 0; k < lesson.x.size(); ++k) sample(s, lesson.x[k], lesson.y[k], true, eta);
  }
}
/// What apical compartments hold while no one nudges, over all inputs.
double silence(Socket& s, const Lesson& lesson, Index hidden) {
  double worst = 0.0;
  for (std::size_t k = 0; k < lesson.x.size(); ++k) {
    sample(s, lesson.x[k], lesson.y[k], false, 0.0);
    worst = std::max(worst, largest(signal(s, "l1", "apical", hidden)));
  }
  return worst;
}

}  // namespace

TEST_CASE("T14 dendritic die: without a target every cycle is the golden trace", "[learning]") {
  const auto golden = oracle::read_csv(oracle::golden_path("golden_microcircuit.csv"));
  REQUIRE(golden.rows.size() == 40);
  GoldenChip chip("settle: 60, nudged: 2");
  oracle::DendriticMicrocircuit reference = golden_circuit();
  double from_golden = 0.0, from_oracle = 0.0;
  const auto see = [](double& worst, double off) {
    if (!(off <= worst)) worst = std::isnan(off) ? 1e300 : off;
  };
  chip.cycle();
  for (const auto& row : golden.rows) {
    REQUIRE(row.size() == 14);
    // Cycle n shows what edge n - 1 left: states are those of the row before, apical potentials of this one.
    reference.step(golden_x);
    VectorXd seen(13), printed(13);
    const VectorXd apical = chip.apical();
    chip.cycle();
    const VectorXd state = chip.state();
    seen << state.head(7), apical, state.tail(3);
    for (Index k = 0; k < 13; ++k) printed(k) = row[static_cast<std::size_t>(k) + 1];
    see(from_golden, largest(seen - printed));
    see(from_oracle, std::max(largest(state - state_of(reference)), largest(apical - reference.apical)));
  }
  CHECK(from_golden <= 1e-9);  // ten printed digits of numbers below 1
  CHECK(from_oracle <= 1e-14);
}

TEST_CASE(
    "T14 dendritic die: self-prediction silences apical compartments, the lookahead settles in 17 cycles",
    "[learning]") {
  GoldenChip chip("settle: 60, nudged: 2");
  std::vector<VectorXd> ahead, membranes;
  double early = 0.0, late = 0.0;
  for (int n = 0; n < 40; ++n) {
    chip.cycle();
    double& apical = n < 6 ? early : late;
    apical = std::max(apical, largest(chip.apical()));
    if (n == 0) continue;  // states before the first edge
    ahead.push_back(chip.state().head(7));
    membranes.push_back(chip.state().tail(3));
  }
  CHECK(early > 1e-2);
  CHECK_THAT(late, WithinAbs(7.777639198e-6, 1e-14));
  std::size_t settled = 0;
  while (largest(ahead[settled] - ahead.back()) >= 1e-12) ++settled;
  CHECK(settled == 17);
  for (const VectorXd& u : membranes)
    CHECK((u.array() / ahead.back().head(3).array() - 1.0).abs().maxCoeff() > 0.01);
}

TEST_CASE("T14 dendritic die: a nudge appears in the apical compartments and shifts the hidden cells by it",
          "[learning]") {
  GoldenChip chip("settle: 60, nudged: 60");
  oracle::DendriticMicrocircuit settled = golden_circuit();
  for (int n = 0; n < 60; ++n) settled.step(golden_x);
  const double share = settled.g.soma / settled.output_conductance();
  for (const double size : {1e-3, 1e-2}) {
    CAPTURE(size);
    const VectorXd target = settled.ahead_output + size * Vector2d(1.0, -1.0) / share;
    oracle::DendriticMicrocircuit nudged = golden_circuit();
    for (int n = 0; n < 60; ++n) nudged.step(golden_x, target);
    chip.reset();
    sample(chip, golden_x, target, true, 0.0);
    CHECK(largest(nudged.apical) > 0.1 * size);
    CHECK(largest(chip.apical() - nudged.apical) <= 1e-13);
    const VectorXd basal = nudged.basal_hidden;
    const double g = settled.hidden_conductance();
    const VectorXd shift = signal(chip, "l1", "lookahead", 3) - settled.g.basal / g * basal;
    CHECK(largest(shift - settled.g.apical / g * chip.apical()) <= 1e-15);
  }
}

TEST_CASE("dendritic die: what plasticity cells store is what the equations say, on the way as well",
          "[learning]") {
  // Few cycles, so that nothing has settled and an exchange of instants would show. 3 without a target, 4
  // with.
  GoldenChip chip("settle: 3, nudged: 4, nudge: 0.5, inter_rate: 2, apical_rate: 3");
  const Vector2d y(0.9, -0.4);
  oracle::DendriticMicrocircuit c = golden_circuit();
  const double eta = 0.1;  // of the crossbars that write themselves
  sample(chip, golden_x, y, true, eta);
  const double low = c.g.basal / c.hidden_conductance(), high = c.g.basal / (c.g.leak + c.g.basal);
  MatrixXd quiet;
  for (int n = 0; n < 6; ++n) {
    if (n == 2) {  // the last without a target: W_pi learns, and is used from the next cycle on
      const VectorXd v = c.down * rates(c.ahead_output) + c.inter_to_pyramidal * rates(c.ahead_inter);
      quiet = -eta * 3.0 * v * rates(c.ahead_inter).transpose();
    }
    // Half of the way from the cell's own prediction to the target.
    const VectorXd p = high * (c.up_output * rates(c.ahead_hidden));
    n < 3 ? c.step(golden_x) : c.step(golden_x, VectorXd(p + 0.5 * (y - p)));
    if (n == 2) c.inter_to_pyramidal += quiet;
  }
  const VectorXd r = rates(c.ahead_hidden);
  const VectorXd hidden = r - rates(VectorXd(low * (c.up_hidden * golden_x)));
  const VectorXd output = rates(c.ahead_output) - rates(VectorXd(high * (c.up_output * r)));
  const VectorXd inter = rates(c.ahead_inter) - rates(VectorXd(high * (c.pyramidal_to_inter * r)));
  CHECK(largest(hidden) > 1e-3);
  CHECK(largest(inter) > 1e-3);
  CHECK(largest(quiet) > 1e-3);
  CHECK(largest(taken(chip, "w1", 3, 2) - hidden * golden_x.transpose() / 0.5) <= 1e-14);
  CHECK(largest(taken(chip, "w2", 2, 3) - output * r.transpose() / 0.5) <= 1e-14);
  CHECK(largest(held(chip, "l2.to_inter", 2, 3) - c.pyramidal_to_inter - eta * 2.0 * inter * r.transpose()) <=
        1e-14);
  CHECK(largest(held(chip, "l2.from_inter", 3, 2) - c.inter_to_pyramidal) <= 1e-14);
  CHECK(largest(held(chip, "l2.down", 3, 2) - c.down) == 0.0);
}

TEST_CASE("dendritic die: three layers predict themselves from the start, whatever the conductances",
          "[learning]") {
  Socket s("deep",
           blueprint({3, 5, 4, 2}, "tanh", "linear", true,
                     "settle: 60, leak: 0.05, basal: 0.2, apical: 0.03, soma: 0.1, feedback: random"));
  VectorXd x(3);
  x << 0.7, -0.4, 0.9;
  sample(s, x, Vector2d(0.0, 0.0), false, 0.0);
  for (const auto& [array, above, size] :
       {std::tuple{"l1", "l2", Index{5}}, std::tuple{"l2", "l3", Index{4}}}) {
    CAPTURE(array);
    CHECK(largest(signal(s, array, "rate", size)) > 0.05);
    CHECK(largest(signal(s, above, "inter_rate", 2)) > 1e-3);
    CHECK(largest(signal(s, array, "apical", size)) <= 1e-12);
    CHECK(largest(signal(s, array, "delta", size)) <= 1e-12);
  }
  sample(s, x, Vector2d(1.0, 0.0), true, 0.0);
  CHECK(largest(signal(s, "l1", "apical", 5)) > 1e-4);  // two layers below the target
}

TEST_CASE("dendritic die: W_ip follows the weights that it mirrors, apical compartments stay silent",
          "[learning]") {
  const Lesson lesson;
  Socket follows("follows", blueprint(small, "tanh", "linear", true, "settle: 40, inter_rate: 2")),
      stays("stays", blueprint(small, "tanh", "linear", true, "settle: 40, inter_rate: 0"));
  for (Socket* s : {&follows, &stays}) teach(*s, lesson, 40, 0.2);
  const double silent = silence(follows, lesson, 6), loud = silence(stays, lesson, 6);
  CAPTURE(silent, loud);
  CHECK(silent < 0.1 * loud);
  CHECK(loud > 1e-2);
}

TEST_CASE("dendritic die: W_pi learns to silence apical compartments from any start", "[learning]") {
  const Lesson lesson;
  Socket s("silencing", blueprint(small, "tanh", "linear", true,
                                  "settle: 20, hidden_rate: 0, inter_rate: 0, apical_rate: 5"));
  // What interneurons say is what output cells say at rest: -W_dn is the solution, of which nothing is left.
  s.write("l2.from_inter", std::vector<double>(12, 0.0));
  const double before = silence(s, lesson, 6);
  for (int n = 0; n < 400; ++n) {
    for (const VectorXd& x : lesson.x) {
      // Output weights rest: their target is what they say.
      sample(s, x, Vector2d(0.0, 0.0), false, 0.0);
      sample(s, x, Vector2d(s.value(0), s.value(1)), true, 0.5);
    }
  }
  const double after = silence(s, lesson, 6);
  CAPTURE(before, after);
  CHECK(before > 0.02);
  CHECK(after < 0.02 * before);
}

TEST_CASE("dendritic die: it learns by its circuits alone, loss falls three decades", "[learning]") {
  const Lesson lesson;
  Socket s("alone", blueprint(small, "tanh", "linear", true, "settle: 8"));
  const double before = loss(s, lesson);
  teach(s, lesson, 400, 0.3);
  const double after = loss(s, lesson);
  CAPTURE(before, after);
  CHECK(before > 1e-2);
  CHECK(after < 1e-3 * before);
}

TEST_CASE("dendritic die: N1 learns by its circuits alone, loss falls three decades in 100 samples",
          "[learning]") {
  const oracle::Sample n1 = oracle::net_n1();
  Socket s("n1", blueprint({3, 4, 3, 2}, "tanh", "linear", true, "settle: 10, nudged: 10"), {},
           [&](Die& die) {
             for (std::size_t l = 0; l < 3; ++l) {
               die.weights.at(l) = row_major(n1.net.W[l]);
             }
           });
  const auto off = [&] {
    sample(s, n1.x, n1.y, false, 0.0);
    return 0.5 * (Vector2d(s.value(0), s.value(1)) - n1.y).squaredNorm();
  };
  const double before = off();
  for (int k = 0; k < 100; ++k) sample(s, n1.x, n1.y, true, 0.3);
  const double after = off();
  CAPTURE(before, after);
  CHECK(before > 1e-2);
  CHECK(after < 1e-3 * before);
}

TEST_CASE("dendritic die: presented for less than a membrane time constant, only prospective cells learn",
          "[learning]") {
  // 16 cycles are 0.3 tau. Every sample begins where the one before left the membranes.
  const Lesson lesson;
  const auto chip = [](const std::string& more) { return blueprint(small, "tanh", "linear", true, more); };
  Socket le("le", chip("settle: 8, nudged: 8")),
      original("original", chip("settle: 8, nudged: 8, prospective: false")),
      patient("patient", chip("settle: 500, nudged: 500, prospective: false"));
  std::vector<double> before, after;
  for (Socket* s : {&le, &original, &patient}) {
    before.push_back(loss(*s, lesson));
    teach(*s, lesson, s == &patient ? 100 : 400, 0.3);
    after.push_back(loss(*s, lesson));
  }
  CAPTURE(before, after);
  CHECK(after[0] < 1e-3 * before[0]);
  CHECK(after[1] > 0.1 * before[0]);
  CHECK(after[2] < 1e-2 * before[2]);  // the same cells, given ten time constants
}

TEST_CASE("dendritic: all that stands against drawing a chip is said at once", "[learning]") {
  const std::string text = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 1 us, full_scale: {voltage: 25 mV, current: 10 nA}}
arrays:
  in: {block: input_driver, size: 3}
  a: {block: leaky_neuron, size: 4, tau: 9 us}
  out: {block: leaky_neuron, size: 2, activation: linear, tau: 9 us}
  top: {block: leaky_neuron, size: 2, activation: linear, tau: 9 us}
crossbars:
  w1: {from: in, to: a, weights: glorot}
  out_to_inter: {from: a, to: out, weights: glorot}
  skip: {from: in, to: out, weights: glorot}
  onward: {from: out, to: top, weights: glorot}
learning: {system: dendritic, output: out}
task: {kind: idx_images}
)";
  try {
    parse_design("x.yaml", text,
                 {.presets = {}, .settings = {}, .technology_folder = LEADLAG_TECHNOLOGY_DIR});
    FAIL("no objection");
  } catch (const DesignError& e) {
    const std::string said = e.what();
    CHECK_THAT(said, Contains("'out' see one array below it, but 2 crossbars"));
    CHECK_THAT(said, Contains("call 'out_to_inter' otherwise"));
    CHECK_THAT(said, Contains("'onward' cannot lead on"));
  }
}
