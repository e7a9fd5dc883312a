// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "oracles/chain.hpp"

namespace leadlag::oracle {

using Pair = std::array<double, 2>;

/// LagLine: dies of two softplus neurons in a row share weights and membrane time constants and learn both
/// from a teacher die, registered Euler schedule. Times in units of the teacher's first tau_m.
///   input    square wave +-1 of half-period 2, smoothed with a Gaussian of sigma 5 dt, own phase per die
///   rule     dW = -mean over dies (e r_below), dtau_m = mean (e du/dt); Adam(.9, .999, 1e-8) in every tick,
///   step
///            adam_rate / beta; tau_m is kept >= 10 dt
/// The teacher's output is read before its tick, as the student's is.
struct LagLineSettings {
  ErrorPath error_path = ErrorPath::prospective;
  std::size_t dies = 100;
  double learn_time = 4000.0, settle_time = 50.0, dt = 0.01;
  double beta = 0.01, gamma = 1.0, adam_rate = 1e-6, tau_r = 0.1;
  Pair teacher_w{1.0, 2.0}, teacher_tau_m{1.0, 2.0};
  std::optional<Pair> start_w{}, start_tau_m{};                   // otherwise uniform in (0, 1)
  Pair error_tau_m_scale{1.0, 1.0}, error_tau_r_scale{1.0, 1.0};  // mismatch of the error path
  std::uint64_t seed = 0;
};
struct LagLineResult {
  Pair w{}, tau_m{};
  double first_mse = 0.0, mse = 0.0;  // means over whole windows of 4000 ticks: the second one, and the last
};
LagLineResult learn_lag_line(const LagLineSettings& settings);

/// LagNet: 1-2-2-1, tanh and a linear top, tau_m = 1, tau_r = (1, .1) hidden and 1 on top; the first layer
/// learns from a teacher that differs only there; x = sum of sin(omega t). Gradient descent with momentum in
/// every tick after `start`: m = momentum m - e x, W -= rate dt m. Registered Euler schedule.
struct LagNetSettings {
  ErrorPath error_path = ErrorPath::prospective;
  Pair start_w{-0.3, 0.4};
  Pair teacher_w{-0.5, 1.0};
  std::array<double, 3> omega{0.49, 1.07, 1.98};
  std::size_t ticks = 100100, start = 8000;
  double dt = 0.01, rate = 2e-2, momentum = 0.9, gamma = 1e-3;
};
struct LagNetResult {
  Pair w{};
  double first_mse = 0.0,
         mse = 0.0;  // means over whole windows of 2000 ticks: the last before learning, the last
};
LagNetResult learn_lag_net(const LagNetSettings& settings);

}  // namespace leadlag::oracle
