// SPDX-License-Identifier: Apache-2.0
// The dendritic microcircuit learns: lateral weights, the angle to backpropagation, short presentations.
#include <Eigen/Dense>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "learning/dendritic_chip.hpp"
#include "oracles/layered_net.hpp"

using namespace leadlag;
using namespace leadlag::dendritic;
using Catch::Matchers::WithinAbs;
using Eigen::Vector2d;

namespace {

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
                                  "settle: 20, hidden_rate: 0, inter_rate: 0, apical_rate: 200"));
  // What interneurons say is what output cells say at rest: -W_dn is the solution, of which nothing is left.
  s.write("l2.from_inter", std::vector<double>(12, 0.0));
  const double before = silence(s, lesson, 6);
  for (int n = 0; n < 2000; ++n) {
    for (const VectorXd& x : lesson.x) {
      // Output weights rest: their target is what they say.
      sample(s, x, Vector2d(0.0, 0.0), false, 0.0);
      sample(s, x, Vector2d(s.value(0), s.value(1)), true, 0.01);
    }
  }
  const double after = silence(s, lesson, 6);
  CAPTURE(before, after);
  CHECK(before > 0.02);
  CHECK(after < 0.02 * before);
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

TEST_CASE(
    "dendritic die: as the nudge falls every layer's update is along backpropagation, by the conductances",
    "[learning]") {
  // Backpropagation in the feed-forward net that the cells are at rest: prediction = k W r.
  const oracle::Sample n1 = oracle::net_n1();
  const double hidden = 0.1 / 0.19, output = 0.1 / 0.13, share = 0.06 / 0.19;
  oracle::LayeredNet net = n1.net;
  const std::vector<double> k{hidden, hidden, output};
  for (std::size_t l = 0; l < 3; ++l) net.W[l] *= k[l], net.b[l] *= k[l];
  const oracle::LayeredGradient exact = oracle::backprop(net, n1.x, n1.y);
  // The output moves by its share of the error; of a layer's shift the apical compartments below see what
  // interneurons do not follow, and pass on theirs.
  const double hop = 0.06 / 0.19 * (1.0 - share) / hidden;
  const std::vector<double> gain{share / output * hop * hop, share / output * hop, share / output};
  std::vector<std::unique_ptr<Socket>> chips;
  const std::vector<double> nudges{1e-2, 1e-3};
  for (const double nudge : nudges) {
    chips.push_back(std::make_unique<Socket>(
        "nudge" + std::to_string(chips.size()),
        blueprint({3, 4, 3, 2}, "tanh", "linear", true,
                  "settle: 80, nudged: 80, feedback: transpose, nudge: " + std::to_string(nudge), "host"),
        Socket::Settings{}, [&](Die& die) {
          for (std::size_t l = 0; l < 3; ++l) {
            die.weights.at(l) = row_major(n1.net.W[l]);
            die.biases.at(l) = row_major(n1.net.b[l]);
          }
        }));
  }
  std::vector<double> worst;
  for (std::size_t c = 0; c < chips.size(); ++c) {
    // Biases of W_ip start at 0, as drawn ones do; here they are given.
    chips[c]->write("l2.to_inter.bias", row_major(n1.net.b[1] * (0.13 / 0.19)));
    chips[c]->write("l3.to_inter.bias", row_major(n1.net.b[2]));
    sample(*chips[c], n1.x, n1.y, true, 0.0);
    double off = 0.0;
    for (std::size_t l = 0; l < 3; ++l) {
      const std::string w = "w" + std::to_string(l + 1);
      const MatrixXd wanted = -gain[l] * k[l] * exact.dW[l];
      const VectorXd bias = -gain[l] * k[l] * exact.db[l];
      off =
          std::max(off, (taken(*chips[c], w, wanted.rows(), wanted.cols()) - wanted).norm() / wanted.norm());
      off = std::max(off, (taken(*chips[c], w + ".bias", bias.size(), 1) - bias).norm() / bias.norm());
    }
    worst.push_back(off);
  }
  CAPTURE(worst);
  REQUIRE(worst.size() == 2);
  CHECK(worst[1] < 2e-3);
  CHECK_THAT(worst[0] / worst[1], WithinAbs(10.0, 0.5));  // of first order in the nudge
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
    teach(*s, lesson, s == &patient ? 500 : 1500, 0.5);
    after.push_back(loss(*s, lesson));
  }
  CAPTURE(before, after);
  CHECK(after[0] < 1e-2 * before[0]);
  CHECK(after[1] > 0.1 * before[1]);
  CHECK(after[2] < 2e-2 * before[2]);  // the same cells, given ten time constants
}
