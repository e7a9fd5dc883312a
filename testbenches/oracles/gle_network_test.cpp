// SPDX-License-Identifier: Apache-2.0
#include "oracles/gle_network.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "oracles/golden.hpp"
#include "oracles/teacher_student.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

Matrix random_matrix(std::size_t rows, std::size_t cols, std::mt19937_64& random, double size) {
  Matrix m(rows, cols);
  for (double& w : m.values) w = size * (static_cast<double>(random() >> 11) * 0x1p-52 - 1.0);
  return m;
}

GleLayer layer(std::vector<double> tau_m, std::vector<double> tau_r, Activation activation,
               double gamma = 0.0) {
  return {.tau_m = std::move(tau_m),
          .tau_r = std::move(tau_r),
          .bias = {},
          .activation = activation,
          .gamma = gamma};
}

GleProjection projection(std::size_t from, std::size_t to, Matrix w) {
  return {.from = from, .to = to, .w = std::move(w)};
}

/// x -> hidden -> output, one linear neuron each, w = 1, gamma of the hidden one = loop gain K.
GleNetwork nudged_pair(double loop_gain, double tau_r) {
  return {1,
          {layer({1.0}, {tau_r}, Activation::linear, loop_gain), layer({1.0}, {tau_r}, Activation::linear)},
          {projection(from_input, 0, Matrix(1, 1, {1.0})), projection(0, 1, Matrix(1, 1, {1.0}))},
          {}};
}

}  // namespace

TEST_CASE("T3 oracle: with a held input both blocks are exact at any tick", "[oracle]") {
  for (double dt : {0.01, 0.3}) {
    const double tau_m = 1.0, tau_r = 0.1;
    // A silent output neuron under a constant target: its error block sees a step, from the second tick on.
    GleNetwork chip(1, {layer({tau_m}, {tau_r}, Activation::linear)},
                    {projection(from_input, 0, Matrix(1, 1, {1.0}))}, {.dt = dt, .decay = Decay::held});
    GleNetwork silent(1, {layer({tau_m}, {tau_r}, Activation::linear)},
                      {projection(from_input, 0, Matrix(1, 1))}, {.dt = dt, .decay = Decay::held});
    for (int n = 0; n < 50; ++n) {
      chip.tick({1.0}, {}, false, false);
      silent.tick({1.0}, {1.0}, true, false);
      CHECK_THAT(chip.state[0].lookahead[0],
                 WithinAbs(1.0 - (1.0 - tau_r / tau_m) * std::exp(-n * dt / tau_m), 1e-13));
      if (n == 0) CHECK(silent.state[0].e[0] == 0.0);  // the slope is 0 before the first tick
      if (n > 0) {
        const double e = 1.0 - (1.0 - tau_m / tau_r) * std::exp(-(n - 1) * dt / tau_r);
        CHECK_THAT(silent.state[0].e[0], WithinAbs(e, 1e-13));
      }
    }
  }
}

TEST_CASE("T10 oracle: static output under nudging is 1 / (1 + K), the registered loop is unstable above 1",
          "[oracle]") {
  for (double tau_r : {1.0, 0.1}) {
    for (double k : {0.1, 0.5, 0.9, 1.01}) {
      GleNetwork chip = nudged_pair(k, tau_r);
      double middle = 0.0, last = 0.0;  // largest distance from the fixed point around tick 2000 and 4000
      for (int n = 0; n < 4000; ++n) {
        const double away = std::abs(chip.tick({1.0}, {0.0}, true, false)[0] - 1.0 / (1.0 + k));
        if (n >= 1990 && n < 2000) middle = std::max(middle, away);
        if (n >= 3990) last = std::max(last, away);
      }
      INFO("K " << k << ", tau_r " << tau_r << ", away " << last);
      if (k < 1.0) CHECK(last < 1e-9);
      if (k > 1.0) CHECK(last > 100.0 * middle);
    }
  }
}

TEST_CASE("T11 oracle: golden trace of the registered LagLine", "[oracle]") {
  const CsvTable golden = read_csv(golden_path("golden_lagline.csv"));
  REQUIRE(golden.header.size() == 11);
  REQUIRE(golden.rows.size() == 129);
  const auto build = [](double w0, double w1) {
    return GleNetwork(1,
                      {layer({1.0}, {0.1}, Activation::softplus), layer({2.0}, {0.1}, Activation::softplus)},
                      {projection(from_input, 0, Matrix(1, 1, {w0})), projection(0, 1, Matrix(1, 1, {w1}))},
                      {.update = Update::accumulate});
  };
  GleNetwork teacher = build(1.0, 2.0), student = build(0.5, 0.7);
  std::size_t next = 0;
  for (std::size_t n = 0; n < 1200; ++n) {
    const double x = std::sin(static_cast<double>(n) * 0.01);
    const double u0 = student.state[0].u[0],
                 u1 = student.state[1].u[0];  // golden u is the one before the tick
    const std::vector<double> target = teacher.tick({x}, {}, false, false);
    student.tick({x}, target, true, true);
    if (next == golden.rows.size() || golden.rows[next][0] != static_cast<double>(n)) continue;
    const auto& s = student.state;
    const std::vector<double> seen{
        x,         u0,        s[0].lookahead[0], s[0].rate[0], u1, s[1].lookahead[0], s[1].rate[0],
        target[0], s[1].e[0], s[0].e[0]};
    INFO("tick " << n);
    for (std::size_t k = 0; k < seen.size(); ++k)
      CHECK_THAT(seen[k], WithinAbs(golden.rows[next][k + 1], 5e-10));
    ++next;
  }
  CHECK(next == golden.rows.size());
  CHECK_THAT(0.01 * student.projections[0].g(0, 0), WithinAbs(1.2787652963448866, 1e-11));
  CHECK_THAT(0.01 * student.projections[1].g(0, 0), WithinAbs(4.163707097863255, 1e-11));
}

TEST_CASE("T15 oracle: rate and error meet at layer l 2(L-l)-1 ticks apart", "[oracle]") {
  for (std::size_t depth : {2u, 3u, 4u, 7u}) {
    std::vector<GleLayer> layers(
        depth, layer({1.0}, {1.0}, Activation::linear));  // memoryless: an impulse stays one
    std::vector<GleProjection> wires{projection(from_input, 0, Matrix(1, 1, {1.0}))};
    for (std::size_t l = 1; l < depth; ++l) wires.push_back(projection(l - 1, l, Matrix(1, 1, {1.0})));
    GleNetwork chip(1, layers, wires, {});
    std::vector<std::vector<std::size_t>> driven(depth),
        corrected(depth);  // ticks with a drive, with an error
    for (std::size_t n = 0; n < 60; ++n) {
      chip.tick({n == 20 ? 1.0 : 0.0}, {0.0}, true, false);
      for (std::size_t l = 0; l < depth; ++l) {
        if (chip.state[l].s[0] != 0.0) driven[l].push_back(n);
        if (chip.state[l].e[0] != 0.0) corrected[l].push_back(n);
      }
    }
    for (std::size_t l = 0; l < depth; ++l) {
      INFO("L " << depth << ", l " << l);
      REQUIRE(driven[l].size() == 1);
      REQUIRE(corrected[l].size() == 1);
      CHECK(corrected[l][0] - driven[l][0] == 2 * (depth - l) - 1);
    }
  }
}

TEST_CASE("network oracle: the layered case equals the registered chain, tick by tick", "[oracle]") {
  std::mt19937_64 random(1);
  const std::vector<Matrix> w{random_matrix(4, 3, random, 1.0), random_matrix(5, 4, random, 1.0),
                              random_matrix(2, 5, random, 1.0)};
  const std::vector<double> m4{1.0, 0.5, 2.0, 1.0}, r4{0.1, 0.5, 0.2, 3.0};
  const std::vector<double> m5{1.0, 1.2, 0.6, 1.0, 2.0}, r5{0.2, 0.2, 0.2, 1.0, 0.1};
  const Chain chain{{w[0], m4, r4, Activation::tanh},
                    {w[1], m5, r5, Activation::softplus},
                    {w[2], {1.0, 2.0}, {1.0, 0.5}, Activation::hard_sigmoid}};
  GleNetwork chip(3,
                  {layer(m4, r4, Activation::tanh), layer(m5, r5, Activation::softplus),
                   layer({1.0, 2.0}, {1.0, 0.5}, Activation::hard_sigmoid)},
                  {projection(from_input, 0, w[0]), projection(0, 1, w[1]), projection(1, 2, w[2])},
                  {.dt = 0.05, .update = Update::accumulate});
  const std::size_t ticks = 400, first = 100;
  const Task task{random_matrix(ticks, 3, random, 1.0), random_matrix(ticks, 2, random, 1.0), 0.05, first};
  const Trace trace = forward(chain, task.input, task.dt, Schedule::registered);
  const Gradient g = local_gradient(chain, task, Schedule::registered, ErrorPath::prospective);
  double worst = 0.0;
  for (std::size_t n = 0; n < ticks; ++n) {
    const auto row = [n](const Signal& s) {
      const auto begin = s.values.begin() + static_cast<std::ptrdiff_t>(n * s.cols);
      return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(s.cols));
    };
    chip.tick(row(task.input), row(task.target), true, n >= first);
    for (std::size_t l = 0; l < 3; ++l) {
      for (std::size_t i = 0; i < w[l].rows; ++i) {
        worst = std::max(worst, std::abs(chip.state[l].rate[i] - trace[l].rate(n, i)));
        worst = std::max(worst, std::abs(chip.state[l].e[i] - g.error[l](n, i)));
      }
    }
  }
  CHECK(worst < 1e-10);  // errors reach 1e2: rounding of differently associated sums
  CHECK(norm(flatten(g.w)) > 1.0);
  for (std::size_t l = 0; l < 3; ++l) {
    REQUIRE(chip.projections[l].g.values.size() == g.w[l].values.size());
    for (std::size_t k = 0; k < g.w[l].values.size(); ++k) {
      CHECK_THAT(-task.dt * chip.projections[l].g.values[k], WithinAbs(g.w[l].values[k], 1e-10));
    }
  }
}

TEST_CASE("network oracle: two layers folded into one recurrent layer learn the same", "[oracle]") {
  std::mt19937_64 random(2);
  const Matrix w0 = random_matrix(2, 3, random, 1.0), w1 = random_matrix(2, 2, random, 1.0);
  const Matrix w2 = random_matrix(1, 2, random, 1.0);
  Matrix in(4, 3), recurrent(4, 4), out(1, 4);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j) in(i, j) = w0(i, j);
    for (std::size_t j = 0; j < 2; ++j) recurrent(2 + i, j) = w1(i, j);
    out(0, 2 + i) = w2(0, i);
  }
  const GleSettings settings{.dt = 0.02, .beta = 0.5, .eta = 1e-3, .decay = Decay::held};
  const GleLayer top = layer({1.0}, {1.0}, Activation::linear, 0.05);
  GleNetwork layered(3,
                     {layer({1.0, 0.5}, {0.1, 0.5}, Activation::tanh, 0.1),
                      layer({2.0, 1.0}, {0.2, 0.3}, Activation::tanh, 0.1), top},
                     {projection(from_input, 0, w0), projection(0, 1, w1), projection(1, 2, w2)}, settings);
  GleNetwork folded(3, {layer({1.0, 0.5, 2.0, 1.0}, {0.1, 0.5, 0.2, 0.3}, Activation::tanh, 0.1), top},
                    {projection(from_input, 0, in), projection(0, 0, recurrent), projection(0, 1, out)},
                    settings);
  // Online learning would fill the blocks that are zero in the folded chip, so its wiring is masked after
  // each tick.
  double worst = 0.0;
  for (std::size_t n = 0; n < 500; ++n) {
    const std::vector<double> x = random_matrix(1, 3, random, 1.0).values,
                              target{std::sin(0.05 * static_cast<double>(n))};
    worst = std::max(
        worst, std::abs(layered.tick(x, target, true, true)[0] - folded.tick(x, target, true, true)[0]));
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 3; ++j) folded.projections[0].w(2 + i, j) = 0.0;
      for (std::size_t j = 0; j < 2; ++j) {
        folded.projections[1].w(i, j) = folded.projections[1].w(i, 2 + j) = 0.0;
        folded.projections[1].w(2 + i, 2 + j) = 0.0;
      }
      folded.projections[2].w(0, i) = 0.0;
    }
  }
  CHECK(worst < 1e-12);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      CHECK(std::abs(layered.projections[1].w(i, j) - w1(i, j)) > 1e-4);  // it did learn
      CHECK_THAT(folded.projections[1].w(2 + i, j), WithinAbs(layered.projections[1].w(i, j), 1e-12));
    }
  }
}

TEST_CASE("network oracle: settled cross-entropy errors are its descent direction, weights and bias",
          "[oracle]") {
  std::mt19937_64 random(3);
  const Matrix w = random_matrix(3, 2, random, 1.0);
  const std::vector<double> x{0.7, -1.3}, target{0.0, 1.0, 0.0}, bias{0.1, -0.2, 0.3};
  const double beta = 0.3;
  const auto cross_entropy = [&](const Matrix& weights, const std::vector<double>& b) {
    std::vector<double> z = b;
    for (std::size_t i = 0; i < 3; ++i) z[i] += weights(i, 0) * x[0] + weights(i, 1) * x[1];
    return -std::log(softmax(z)[1]);
  };
  GleLayer top = layer({1.0, 1.0, 1.0}, {0.5, 1.0, 2.0}, Activation::linear);
  top.bias = bias;
  top.learn_bias = true;
  GleNetwork chip(
      2, {top}, {projection(from_input, 0, w)},
      {.dt = 0.05, .beta = beta, .output_error = OutputError::cross_entropy, .update = Update::accumulate});
  for (int n = 0; n < 2000; ++n) chip.tick(x, target, true, false);
  CHECK(norm(chip.projections[0].g.values) == 0.0);  // learn_on was off
  chip.tick(x, target, true, true);
  const double h = 1e-6;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      Matrix up = w, down = w;
      up(i, j) += h, down(i, j) -= h;
      const double fd = (cross_entropy(up, bias) - cross_entropy(down, bias)) / (2.0 * h);
      CHECK_THAT(chip.projections[0].g(i, j), WithinAbs(-beta * fd, 1e-9));
    }
    std::vector<double> up = bias, down = bias;
    up[i] += h, down[i] -= h;
    const double fd = (cross_entropy(w, up) - cross_entropy(w, down)) / (2.0 * h);
    CHECK_THAT(chip.state[0].g_bias[i], WithinAbs(-beta * fd, 1e-9));
  }
  // Online, the same tick moves the parameters by eta times the same numbers.
  GleNetwork online = chip;
  online.settings.update = Update::online;
  online.settings.eta = 0.25;
  online.tick(x, target, true, true);
  CHECK_THAT(online.layers[0].bias[0], WithinAbs(bias[0] + 0.25 * online.state[0].e[0], 1e-15));
  CHECK_THAT(online.projections[0].w(2, 1), WithinAbs(w(2, 1) + 0.25 * online.state[0].e[2] * x[1], 1e-15));
  const std::vector<double> kept = online.projections[0].w.values;
  online.projections[0].learn = false;
  online.tick(x, target, true, true);
  CHECK(online.projections[0].w.values == kept);
}

TEST_CASE("network oracle: 784-512-10 fits one picture in a thousand ticks", "[oracle]") {
  std::mt19937_64 random(4);
  const std::vector<double> tau_h(512, 1.0), tau_o(10, 1.0);
  GleNetwork chip(784, {layer(tau_h, tau_h, Activation::tanh), layer(tau_o, tau_o, Activation::linear)},
                  {projection(from_input, 0, random_matrix(512, 784, random, 0.06)),
                   projection(0, 1, random_matrix(10, 512, random, 0.08))},
                  {.eta = 1e-3, .output_error = OutputError::cross_entropy});
  const std::vector<double> x = random_matrix(1, 784, random, 1.0).values;
  std::vector<double> target(10, 0.0), out;
  target[3] = 1.0;
  for (int n = 0; n < 1000; ++n) out = chip.tick(x, target, true, true);
  CHECK(softmax(out)[3] > 0.99);
}

TEST_CASE("T12 oracle: LagNet learns with GLE, not with instantaneous errors", "[oracle]") {
  // The reference script's figures: it has the same schedule, and no random numbers.
  const LagNetResult gle = learn_lag_net({});
  CHECK_THAT(gle.w[0], WithinAbs(-0.49887928512707463, 1e-9));
  CHECK_THAT(gle.w[1], WithinAbs(1.0003330664868242, 1e-9));
  CHECK_THAT(gle.first_mse, WithinRel(0.027919999605763163, 1e-9));
  CHECK_THAT(gle.mse, WithinRel(6.011856990875818e-08, 1e-4));
  CHECK(learn_lag_net({.start_w = {-0.8, -0.3}}).mse < 5e-6);
  const LagNetResult bp = learn_lag_net({.error_path = ErrorPath::instantaneous});
  CHECK_THAT(bp.w[0], WithinAbs(-0.029248596951168257, 1e-9));
  CHECK(bp.mse > 1e-2);
}

TEST_CASE("T12 oracle: LagLine learns weights and time constants on eight dies", "[oracle]") {
  const LagLineResult gle = learn_lag_line({.dies = 8});
  CHECK(gle.mse < 1e-9);
  CHECK(gle.first_mse > 0.05);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK_THAT(gle.w[i], WithinAbs(1.0 + static_cast<double>(i), 1e-3));
    CHECK_THAT(gle.tau_m[i], WithinAbs(1.0 + static_cast<double>(i), 1e-3));
  }
  CHECK(learn_lag_line({.error_path = ErrorPath::instantaneous, .dies = 8}).mse > 1e-2);
}

TEST_CASE("T12 oracle: LagLine follows the reference script", "[oracle]") {
  // gle_learn.py given the phases and starts that seed 0 draws here, and an input periodic from the first
  // tick.
  const LagLineResult early = learn_lag_line({.dies = 8, .learn_time = 300.0});
  CHECK_THAT(early.w[0], WithinAbs(0.929939919394249, 1e-9));
  CHECK_THAT(early.w[1], WithinAbs(2.0328077299017826, 1e-9));
  CHECK_THAT(early.tau_m[0], WithinAbs(1.1513144186281674, 1e-9));
  CHECK_THAT(early.tau_m[1], WithinAbs(1.6719761036457772, 1e-9));
  CHECK_THAT(early.first_mse, WithinRel(0.28003513540151453, 1e-9));
  CHECK_THAT(early.mse, WithinRel(6.9366180989131185e-06, 1e-7));
  const LagLineResult mismatched = learn_lag_line(
      {.dies = 8, .learn_time = 300.0, .error_tau_m_scale = {1.2, 0.8}, .error_tau_r_scale = {0.8, 1.2}});
  CHECK_THAT(mismatched.w[0], WithinAbs(0.9397241904657359, 1e-9));
  CHECK_THAT(mismatched.tau_m[1], WithinAbs(1.7363976964917334, 1e-9));
}

TEST_CASE("T12 oracle: LagLine on a hundred dies, also with a mismatched error path", "[oracle][long]") {
  CHECK(learn_lag_line({}).mse < 1e-10);
  const LagLineSettings mismatched{.error_tau_m_scale = {1.2, 0.8}, .error_tau_r_scale = {0.8, 1.2}};
  CHECK(learn_lag_line(mismatched).mse < 1e-9);
}
