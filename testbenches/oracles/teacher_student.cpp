// SPDX-License-Identifier: Apache-2.0
#include "oracles/teacher_student.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "oracles/gle_network.hpp"

namespace leadlag::oracle {
namespace {

/// Mean of a squared error over whole windows of ticks.
class WindowedMean {
 public:
  explicit WindowedMean(std::size_t window) : window_(window) {}
  /// True when a window has just been completed; last() is then its mean.
  bool add(double x) {
    sum_ += x;
    if (++count_ < window_) return false;
    last_ = sum_ / static_cast<double>(window_);
    sum_ = 0.0;
    count_ = 0;
    ++completed_;
    return true;
  }
  double last() const { return last_; }
  std::size_t completed() const { return completed_; }

 private:
  std::size_t window_, count_ = 0, completed_ = 0;
  double sum_ = 0.0, last_ = 0.0;
};

/// One period of the square wave, smoothed with a Gaussian cut at 4 sigma.
std::vector<double> smoothed_square(std::size_t half_period) {
  const double sigma = 5.0;
  const int reach = 20;
  double total = 0.0;
  for (int k = -reach; k <= reach; ++k) total += std::exp(-0.5 * std::pow(k / sigma, 2));
  const int period = 2 * static_cast<int>(half_period);
  std::vector<double> wave;
  for (int n = 0; n < period; ++n) {
    double sum = 0.0;
    for (int k = -reach; k <= reach; ++k) {
      const int at = ((n + k) % period + period) % period;
      sum += std::exp(-0.5 * std::pow(k / sigma, 2)) * (2 * at < period ? 1.0 : -1.0);
    }
    wave.push_back(sum / total);
  }
  return wave;
}

/// Uniform in (0, 1), the same on every standard library.
double uniform(std::mt19937_64& random) { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; }

struct Die {
  std::size_t phase = 0;
  Pair teacher_u{}, teacher_rate{};
  Pair u{}, v{}, rate{}, slope{};
  double apical = 0.0;  // W^T e for the lower neuron
};

constexpr Activation softplus = Activation::softplus;

}  // namespace

LagLineResult learn_lag_line(const LagLineSettings& c) {
  if (c.dies == 0) throw std::invalid_argument("LagLine needs a die");
  std::mt19937_64 random(c.seed);
  const auto half_period = static_cast<std::size_t>(std::llround(2.0 / c.dt));
  const std::vector<double> wave = smoothed_square(half_period);
  std::vector<Die> dies(c.dies);
  for (Die& die : dies) die.phase = static_cast<std::size_t>(random() % half_period);
  const Pair drawn_w{uniform(random), uniform(random)}, drawn_tau{uniform(random), uniform(random)};
  Pair w = c.start_w.value_or(drawn_w), tau_m = c.start_tau_m.value_or(drawn_tau);
  for (double& tau : tau_m) tau = std::max(tau, 10.0 * c.dt);

  std::array<double, 4> mean{}, square{};  // Adam's moments of dw0, dw1, dtau0, dtau1
  double mean_left = 1.0, square_left = 1.0;
  LagLineResult result;
  WindowedMean mse(4000);
  const double share = 1.0 / static_cast<double>(c.dies);
  const auto ticks = static_cast<std::size_t>(std::llround((c.learn_time + c.settle_time) / c.dt));

  for (std::size_t n = 0; n < ticks; ++n) {
    std::array<double, 4> gradient{};
    double error_square = 0.0;
    for (Die& die : dies) {
      const double x = wave[(n + wave.size() - die.phase) % wave.size()];
      const double target = die.teacher_rate[1];
      const Pair teacher_s{c.teacher_w[0] * x, c.teacher_w[1] * die.teacher_rate[0]};
      for (std::size_t i = 0; i < 2; ++i) {
        const double du = (teacher_s[i] - die.teacher_u[i]) / c.teacher_tau_m[i];
        die.teacher_rate[i] = value(softplus, die.teacher_u[i] + c.tau_r * du);
        die.teacher_u[i] += c.dt * du;
      }

      error_square += share * std::pow(target - die.rate[1], 2);
      const Pair a{die.apical * die.slope[0], c.beta * (target - die.rate[1]) * die.slope[1]};
      const Pair below{x, die.rate[0]};
      for (std::size_t i = 0; i < 2; ++i) {
        const double dv = (a[i] - die.v[i]) / (c.tau_r * c.error_tau_r_scale[i]);
        double e = die.v[i] + tau_m[i] * c.error_tau_m_scale[i] * dv;
        if (c.error_path == ErrorPath::instantaneous) e = a[i];
        die.v[i] += c.dt * dv;
        const double du = (w[i] * below[i] + c.gamma * e - die.u[i]) / tau_m[i];
        const double lookahead = die.u[i] + c.tau_r * du;
        die.u[i] += c.dt * du;
        die.rate[i] = value(softplus, lookahead);
        die.slope[i] = slope(softplus, lookahead);
        gradient[i] -= share * e * below[i];
        gradient[2 + i] += share * e * du;
        if (i == 1) die.apical = w[1] * e;
      }
    }

    if (mse.add(error_square) && mse.completed() <= 2) result.first_mse = mse.last();
    if (static_cast<double>(n) * c.dt <= c.settle_time) continue;
    mean_left *= 0.9;
    square_left *= 0.999;
    for (std::size_t k = 0; k < 4; ++k) {
      mean[k] = 0.9 * mean[k] + 0.1 * gradient[k];
      square[k] = 0.999 * square[k] + 0.001 * gradient[k] * gradient[k];
      const double step = c.adam_rate / c.beta * (mean[k] / (1.0 - mean_left)) /
                          (std::sqrt(square[k] / (1.0 - square_left)) + 1e-8);
      if (k < 2) w[k] -= step;
      if (k >= 2) tau_m[k - 2] = std::max(tau_m[k - 2] - step, 10.0 * c.dt);
    }
  }
  result.w = w;
  result.tau_m = tau_m;
  result.mse = mse.last();
  return result;
}

LagNetResult learn_lag_net(const LagNetSettings& c) {
  const auto build = [&c](const Pair& first, double gamma) {
    const GleLayer hidden{.tau_m = {1.0, 1.0}, .tau_r = {1.0, 0.1}, .bias = {}, .gamma = gamma};
    const GleLayer top{
        .tau_m = {1.0}, .tau_r = {1.0}, .bias = {}, .activation = Activation::linear, .gamma = gamma};
    return GleNetwork(1, {hidden, hidden, top},
                      {{.to = 0, .w = Matrix(2, 1, {first[0], first[1]})},
                       {.from = 0, .to = 1, .w = Matrix(2, 2, {0.5, 0.0, 0.0, 1.0}), .learn = false},
                       {.from = 1, .to = 2, .w = Matrix(1, 2, {0.5, 1.0}), .learn = false}},
                      {.dt = c.dt, .update = Update::accumulate, .error_path = c.error_path});
  };
  GleNetwork teacher = build(c.teacher_w, 0.0), student = build(c.start_w, c.gamma);
  Matrix& w = student.projections[0].w;
  const Matrix& g = student.projections[0].g;
  Pair momentum{};
  LagNetResult result;
  WindowedMean mse(2000);
  for (std::size_t n = 0; n < c.ticks; ++n) {
    double x = 0.0;
    for (double omega : c.omega) x += std::sin(omega * static_cast<double>(n) * c.dt);
    const bool learns = n > c.start;
    const std::vector<double> target = teacher.tick({x}, {}, false, false);
    const std::vector<double> output = student.tick({x}, target, true, learns);
    if (mse.add(std::pow(target[0] - output[0], 2)) && !learns) result.first_mse = mse.last();
    if (!learns) continue;
    for (std::size_t i = 0; i < 2; ++i) {
      momentum[i] = c.momentum * momentum[i] - g(i, 0);
      w(i, 0) -= c.rate * c.dt * momentum[i];
    }
    student.clear_accumulated();
  }
  result.w = {w(0, 0), w(1, 0)};
  result.mse = mse.last();
  return result;
}

}  // namespace leadlag::oracle
