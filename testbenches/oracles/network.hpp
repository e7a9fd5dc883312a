// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <optional>
#include <vector>

#include "oracles/chain.hpp"
#include "oracles/gle_network.hpp"

namespace leadlag::oracle {

/// One prospective neuron with its error unit. Times in any unit, the same everywhere.
struct Neuron {
  double tau_m = 1.0, tau_r = 1.0;
  Activation activation = Activation::linear;
  double bias = 0.0;
  double gamma = 0.0;                               ///< somatic nudging
  bool output = false;                              ///< is compared with a target
  std::optional<double> error_lag{}, error_lead{};  ///< tau_r and tau_m of the neuron unless given
  double tau_a =
      0.0;  ///< adaptation: u_hat = (1 + jw (tau_r + tau_a)) / (1 + jw tau_a) u in place of the lead
};

/// A low-pass that synapses may read in place of a rate or an input: tau_s dy/dt = source - y.
struct LowPass {
  enum class Of { neuron, input };
  Of of = Of::neuron;
  std::size_t source = 0;
  double tau_s = 1.0;
};

/// A network of prospective neurons in continuous time (GLE, arXiv 2403.16933), any graph:
///
///   s = W r + W_in x + W_y y + b + gamma e
///   tau_m du/dt = s - u        u_hat = u + tau_r du/dt       r = phi(u_hat)
///   a = phi'(u_hat) (B e + eps)
///   lag dv/dt = a - v          e = v + lead dv/dt
///   eps = beta (target - r), or beta (target - softmax(r)) over the outputs, and 0 elsewhere
///
/// u_hat and e depend on their own inputs at the same instant, so rates and errors solve an algebraic system.
/// A parasitic pole tau_p > 0 on every adder removes it: u_hat and e pass tau_p dh/dt = (.) - h before use.
struct Network {
  std::vector<Neuron> neurons;
  Eigen::MatrixXd w;     ///< neurons x neurons; W(i, j) leads from j to i
  Eigen::MatrixXd w_in;  ///< neurons x inputs
  std::vector<LowPass> low_passes{};
  Eigen::MatrixXd w_y{};       ///< neurons x low-passes
  Eigen::MatrixXd feedback{};  ///< B, neurons x neurons. Empty: W^T, and W_y^T to the low-passes' neurons
  OutputError loss = OutputError::mse;
  double beta = 1.0;
  /// instantaneous: e = a. Nothing: e = 0.
  std::optional<ErrorPath> errors = ErrorPath::prospective;
  double tau_p = 0.0;
};

/// Fills in what may be left empty (w_y, feedback, error lags and leads). Throws std::invalid_argument when
/// shapes do not fit or a time constant is not positive.
Network complete(Network network);

std::size_t outputs(const Network& network);

/// All quantities of one instant, a row per neuron.
struct Instant {
  Eigen::VectorXd lookahead, rate, slope, error, drive;
  Eigen::VectorXd back;  ///< B e + eps
};

/// The instant that follows from lookahead and error, which are taken as they are. An empty target is no
/// target: eps = 0. `y` are the outputs of the low-passes.
Instant instant(const Network& network, const Eigen::VectorXd& lookahead, const Eigen::VectorXd& error,
                const Eigen::VectorXd& y, const Eigen::VectorXd& x, const Eigen::VectorXd& target);

/// Solves for lookahead and error given the membranes u, the error lags' states v and the low-passes' y:
/// Newton with the exact Jacobian, halved steps, until the equations hold to 1e-13 of their largest term.
/// Starts at lookahead and error. For tau_p = 0. Throws std::runtime_error when there is no solution to find.
Instant solve(const Network& network, Eigen::VectorXd lookahead, Eigen::VectorXd error,
              const Eigen::VectorXd& u, const Eigen::VectorXd& v, const Eigen::VectorXd& y,
              const Eigen::VectorXd& x, const Eigen::VectorXd& target);

/// The network at rest under a constant input and target, where every filter has become a wire.
Instant rest(const Network& network, const Eigen::VectorXd& x, const Eigen::VectorXd& target = {});

/// d eps / d rate divided by -beta: the identity on the outputs, or softmax's Jacobian.
Eigen::MatrixXd output_jacobian(const Network& network, const Eigen::VectorXd& rate);
Eigen::VectorXd curvatures(const Network& network, const Eigen::VectorXd& lookahead);  ///< phi''

}  // namespace leadlag::oracle
