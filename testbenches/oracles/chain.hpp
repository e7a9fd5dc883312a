// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace leadlag::oracle {

/// Dense matrix, row after row. Also a signal: one row per tick, one column per channel.
struct Matrix {
  std::size_t rows = 0, cols = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(std::size_t rows_, std::size_t cols_) : rows(rows_), cols(cols_), values(rows_ * cols_, 0.0) {}
  /// Throws std::invalid_argument when the values do not fill the matrix.
  Matrix(std::size_t rows_, std::size_t cols_, std::vector<double> values_);
  double& operator()(std::size_t row, std::size_t col) { return values[row * cols + col]; }
  double operator()(std::size_t row, std::size_t col) const { return values[row * cols + col]; }
};
using Signal = Matrix;

/// hard_sigmoid is 0.25 x + 0.5 limited to [0, 1]. At a kink the slope is the one of the flat side.
enum class Activation { linear, tanh, softplus, relu, hard_sigmoid };
double value(Activation activation, double x);
double slope(Activation activation, double x);

/// zero_delay: a layer reads what the layer below computed in the same tick; errors likewise from above.
/// registered: every read across layers is the value of the previous tick, in both directions; rates, their
/// slopes and errors are 0 before the first tick.
enum class Schedule { zero_delay, registered };

/// prospective: e = D+_{tau_m} I-_{tau_r} {a}, the GLE error. instantaneous: e = a, the back-propagation
/// baseline.
enum class ErrorPath { prospective, instantaneous };

/// One layer of neurons without bias and nudging, explicit Euler with step dt:
///   s = W r_below,  du = (s - u) / tau_m,  lookahead = u + tau_r du,  u += dt du,  rate = phi(lookahead)
struct ChainLayer {
  Matrix w;  // neurons x inputs
  std::vector<double> tau_m, tau_r;
  Activation activation = Activation::linear;
};
using Chain = std::vector<ChainLayer>;

/// What a layer did: a row per tick. u is the membrane before the tick's update, the one the lookahead used.
struct LayerTrace {
  Signal s, u, lookahead, rate;
};
using Trace = std::vector<LayerTrace>;

/// Throws std::invalid_argument when shapes do not chain or a tau is not positive. State starts at 0. `push`
/// is added to the drives, a signal per layer.
Trace forward(const Chain& chain, const Signal& input, double dt, Schedule schedule,
              const std::vector<Signal>& push = {});

/// What is to be learnt: cost C = 1/2 dt sum over ticks >= first of |target - rate_top|^2.
struct Task {
  Signal input, target;
  double dt = 0.01;
  std::size_t first = 0;
};
double cost(const Chain& chain, const Task& task, Schedule schedule);

/// Derivatives of C (or a rule's estimate of them), and the error signal of each layer, descent-signed:
/// error ~ -(dC/ds) / dt.
struct Gradient {
  std::vector<Matrix> w;
  std::vector<std::vector<double>> tau_m, tau_r;
  std::vector<Signal> error;
};

/// Exact derivative of the discrete cost, by reverse sweep through its trajectory (BPTT).
Gradient bptt_gradient(const Chain& chain, const Task& task, Schedule schedule = Schedule::zero_delay);

/// The sweep of bptt_gradient over a trajectory that is given.
Gradient reverse_sweep(const Chain& chain, const Task& task, const Trace& trace, Schedule schedule);

/// Continuous adjoint on the zero-delay trajectory, first order in dt:
///   lambda = I+_{tau_m} D-_{tau_r} {a} = rho a + (1 - rho) I+_{tau_m} {a},  rho = tau_r / tau_m,
///   a = phi' W^T lambda_above (top: phi' (target - rate), from tick `first` on),  lambda(T) = rho a(T).
/// dC/dW = -int lambda r^T, dC/dtau_m = int lambda du, dC/dtau_r = -int a du.
Gradient adjoint_gradient(const Chain& chain, const Task& task);

/// VLE local: each neuron's error is multiplied by g = (<lookahead^2> + floor) / (<s^2> + floor), at most
/// `most`, with running averages of time constant `averaging` that hold the last value seen over a tick.
struct GainRule {
  double averaging, floor, most;
};

/// Local online rule: the same integrals with the causal error e in place of lambda, summed from tick `first`
/// on.
///   tau_r dv = a - v,  e = v + tau_m dv (old v),  a = phi' W^T e_above (top: phi' (target - rate)).
/// Registered: phi', rate and W^T e_above are those of the previous tick.
/// `mistuned`, if given, holds the time constants of the error units; else they are the neurons'.
Gradient local_gradient(const Chain& chain, const Task& task, Schedule schedule, ErrorPath path,
                        const std::optional<GainRule>& rule = {}, const std::optional<Chain>& mistuned = {});

/// Central difference of the cost in any one parameter; the selector returns a reference into its argument.
double finite_difference(Chain chain, const Task& task, Schedule schedule,
                         const std::function<double&(Chain&)>& parameter, double step = 3e-6);

std::vector<double> flatten(const std::vector<Matrix>& matrices);
double norm(const std::vector<double>& a);
/// a.b / (|a| |b|); throws std::invalid_argument for unequal lengths or a zero vector.
double cosine(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace leadlag::oracle
