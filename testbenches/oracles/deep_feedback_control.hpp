// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "oracles/layered_net.hpp"

namespace leadlag::oracle {

/// Deep feedback control (Meulemans et al., arXiv 2106.07887) on a layered net:
///   tau_v dv_i/dt   = -v_i + W_i phi(v_{i-1}) + b_i + Q_i u        soma; v_ff_i = W_i r_{i-1} + b_i, v_fb_i
///   = Q_i u e = r_L* - r_L,   u = u_int + k_p e                            controller, one channel per
///   output tau_u du_int/dt = e - alpha u_int                              (integral) tau_u du_int/dt = e -
///   alpha u                                  (total)
/// Times in units of tau_u. Q stacks Q_1 .. Q_L: (n_1 + .. + n_L) x n_L. Where the error is that of the cross
/// entropy, e = r_L* - softmax(r_L).

/// What leaks: the integral, as in the paper and as a capacitor does, or all of u, as in the published code.
enum class Leak { integral, total };
struct Controller {
  double alpha = 1e-3, k_p = 2.0;
  Leak leak = Leak::integral;
};
/// a in e = a u at rest: alpha / (1 + alpha k_p), or alpha.
double effective_leak(const Controller& controller);

/// r_L* = r_L^- - lambda dL/dr_L. lambda is that of one sample (the published code divides it by the batch's
/// size).
Eigen::VectorXd control_target(const Eigen::VectorXd& output, const Eigen::VectorXd& label, double lambda,
                               OutputError kind = OutputError::mse);

/// Lemma 1: u = (J Q + a I)^-1 delta_L, to first order in delta_L.
Eigen::VectorXd linear_control(const Eigen::MatrixXd& J, const Eigen::MatrixXd& Q,
                               const Eigen::VectorXd& delta, double a);

/// Somata at rest under a given control: one sweep with v_i = W_i r_{i-1} + b_i + Q_i u.
struct ControlledState {
  Eigen::VectorXd u;
  Vectors v, v_ff;  ///< v_1 .. v_L
  Vectors r;        ///< r_0 = x, r_1 .. r_L
};
ControlledState controlled_sweep(const LayeredNet& net, const Eigen::VectorXd& x, const Eigen::MatrixXd& Q,
                                 const Eigen::VectorXd& u);

/// The root u of e(u) - a u = 0, by Newton with the exact derivative, from `start` (empty: 0).
/// Throws std::runtime_error when it is not found.
ControlledState steady_state(const LayeredNet& net, const Eigen::VectorXd& x, const Eigen::MatrixXd& Q,
                             const Eigen::VectorXd& target, double a, OutputError kind = OutputError::mse,
                             const Eigen::VectorXd& start = {});
/// d r_L / d r_L, or d softmax(r_L) / d r_L: what the controller sees of a change of the output.
Eigen::MatrixXd error_slope(const Eigen::VectorXd& output, OutputError kind);

/// voltage_difference: (v - v_ff) r^T. derivative_matrix: phi'(v^-) (v - v_ff) r^T, slopes without control.
/// nonlinear_difference: (phi(v) - phi(v_ff)) r^T. r is the controlled rate of the layer below.
enum class Rule { voltage_difference, derivative_matrix, nonlinear_difference };
struct LocalUpdate {
  Matrices dW;  ///< to be added
  Vectors db;   ///< the same without r^T
};
LocalUpdate local_update(const LayeredNet& net, Rule rule, const Vectors& v, const Vectors& v_ff,
                         const Vectors& r);

/// Gauss-Newton step of one sample, the least |dW| with J_W dW = delta_L:
///   dW_i = J_i^T (sum_k n_k J_k J_k^T)^-1 delta_L r_{i-1}^T,  n_k = |r_{k-1}|^2, + 1 where biases learn too.
LocalUpdate gauss_newton(const LayeredNet& net, const Eigen::VectorXd& x, const Eigen::VectorXd& delta,
                         bool biases = false);
/// The dW of least sum |r_{i-1}|^2 |dW_i|^2 with J_W dW = delta_L: dW_i = (J^+ delta_L)_i r_{i-1}^T /
/// |r_{i-1}|^2.
Matrices minimum_norm(const LayeredNet& net, const Eigen::VectorXd& x, const Eigen::VectorXd& delta);
/// |J^T (J J^T)^-1 J Q| / |Q|: 1 when the columns of Q lie in the row space of J (condition 2).
double condition_2(const Eigen::MatrixXd& J, const Eigen::MatrixXd& Q);

/// The published loop, in its order of operations. At t, from what t left:
///   e      = r_L* - r_L
///   u_int += dt (e - alpha {u_int or u}),  u' = u_int + k_p e
///   for i = 1..L, or L..1 when transmission takes a step per layer:
///     v_ff_i  = W_i r_{i-1} + b_i
///     v_fb_i += dt / tau_apical (Q_i {u' or u} - v_fb_i) + noise
///     v_i    += dt / tau_v (v_fb_i + v_ff_i - v_i),  r_i = phi(v_i)
struct ControlLoop {
  Controller controller{};
  double dt = 0.02, tau_v = 0.2;
  bool instant_transmission = true;    ///< a layer reads the rates of this step, not of the last one
  bool proactive = true;               ///< feedback reads u', not u
  std::optional<double> tau_apical{};  ///< none: v_fb = Q u at once
  bool instant_soma = false;           ///< v = v_fb + v_ff
  /// Explicit Euler of the continuous equations instead, everything from what t left: what a clocked circuit
  /// does in which only wires are shorter than a period. u = u_int + k_p e of t; none of the switches above
  /// but tau_apical, leak of the integral only.
  bool plain_euler = false;
  OutputError error = OutputError::mse;
  /// Added to v_fb_i in a step; i counts from 0. None: no noise.
  std::function<Eigen::VectorXd(std::size_t layer)> noise{};
};
/// Standard deviation of white noise of strength sigma added in a step (the published code's comment
/// differs).
double apical_noise(double sigma, double dt, double tau_apical);

struct ControlState {
  Eigen::VectorXd u, u_int;
  Eigen::VectorXd e;  ///< the one that the step to here used
  Vectors v, v_ff, v_fb, r;
};
/// At rest without control: v = v_ff, the rest 0.
ControlState control_start(const LayeredNet& net, const Eigen::VectorXd& x);
/// Throws std::invalid_argument when tau_v or tau_apical is shorter than dt.
void control_step(const LayeredNet& net, const Eigen::MatrixXd& Q, const Eigen::VectorXd& target,
                  const ControlLoop& loop, ControlState& state);
/// States 0 .. steps.
std::vector<ControlState> control_trace(const LayeredNet& net, const Eigen::VectorXd& x,
                                        const Eigen::MatrixXd& Q, const Eigen::VectorXd& target,
                                        const ControlLoop& loop, std::size_t steps);
/// Mean of the local updates of states 1 .. steps.
LocalUpdate time_averaged_update(const LayeredNet& net, Rule rule, const std::vector<ControlState>& trace);
/// -1 / max(sigma, 0.01)^2 mean over t of v_fb[t] u[t+1]^T: what the sleep phase adds to Q, before decay.
Eigen::MatrixXd feedback_update(const std::vector<ControlState>& trace, double sigma);

/// Mean over the first `cycles` cycles of E[v_fb u^T] of the loop with plain_euler around v, target r_L^-,
/// from rest and no noise, n of standard deviation 1 on each v_fb in the end:
///   n <- (1 - k) n + sqrt(2 k - k^2) xi,  k = dt / tau_noise;   v_fb = Q u + n
Eigen::MatrixXd clocked_feedback_correlation(const LayeredNet& net, const Vectors& v,
                                             const Eigen::MatrixXd& Q, const ControlLoop& loop,
                                             double tau_noise, int cycles);

/// Somata and integrals around v in continuous time, feedback at once, d(dv, du_int)/dt = A (dv, du_int),
/// with Jhat the blocks W_i phi'_{i-1} below the diagonal and D_L = [0 .. phi'_L]:
///   A = [ -(I - Jhat + k_p Q D_L) / tau_v   Q / tau_v ]
///       [ -D_L                              -alpha I  ]       leak of the integral
///       [ -(1 - alpha k_p) D_L              -alpha I  ]       leak of u
Eigen::MatrixXd stability_matrix(const LayeredNet& net, const Vectors& v, const Eigen::MatrixXd& Q,
                                 double tau_v, const Controller& controller);
/// The same of one step of the loop, for (dv, du_int, du); feedback at once, no noise, mse. With u' and the
/// leak of the integral, u is an output only and adds eigenvalues 0.
Eigen::MatrixXd step_matrix(const LayeredNet& net, const Vectors& v, const Eigen::MatrixXd& Q,
                            const ControlLoop& loop);
/// Largest real part, and largest magnitude, of the eigenvalues.
double spectral_abscissa(const Eigen::MatrixXd& m);
double spectral_radius(const Eigen::MatrixXd& m);
/// The dt between two bounds at which the spectral radius of the step is 1. Throws std::invalid_argument
/// unless it is below 1 at the lower and above 1 at the upper bound.
double stability_limit(const LayeredNet& net, const Vectors& v, const Eigen::MatrixXd& Q, ControlLoop loop,
                       double low, double high);

/// S with A S + S A^T + N = 0.
Eigen::MatrixXd solve_lyapunov(const Eigen::MatrixXd& A, const Eigen::MatrixXd& N);
/// E[v_fb u^T] / sigma^2 in the sleep phase (target r_L^-, k_p = 0) of a net with fast somata linearised at
/// J:
///   tau_apical dv_fb/dt = -v_fb + Q u + sigma xi,   du/dt = -J v_fb - alpha u
/// Throws std::invalid_argument when this Q is not stable.
Eigen::MatrixXd feedback_correlation(const Eigen::MatrixXd& J, const Eigen::MatrixXd& Q, double tau_apical,
                                     double alpha);
/// The Q at which dQ/dt = -E[v_fb u^T] / sigma^2 - decay Q rests.
Eigen::MatrixXd feedback_fixed_point(const Eigen::MatrixXd& J, double tau_apical, double alpha, double decay);

}  // namespace leadlag::oracle
