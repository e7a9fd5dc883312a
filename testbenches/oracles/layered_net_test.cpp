// SPDX-License-Identifier: Apache-2.0
#include "oracles/layered_net.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "oracles/golden_json.hpp"

using namespace leadlag::oracle;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// Central difference of the loss by one entry: truncation ~ h^2, rounding ~ 1e-16 / h.
constexpr double step = 1e-5, fd_bound = 1e-9;

double loss_at(const LayeredNet& net, const VectorXd& x, const VectorXd& y, OutputError kind) {
  return loss(forward(net, x).r.back(), y, kind);
}

}  // namespace

TEST_CASE("layered net oracle: N1 is the golden network, and so are its sweep, its gradient and J",
          "[oracle]") {
  const auto golden = golden_json("dfc_ref.json");
  const auto [net, x, y] = net_n1();
  const Matrices w = to_matrices(golden.at("network").at("W"));
  const Vectors b = to_vectors(golden.at("network").at("b"));
  REQUIRE(w.size() == 3);
  REQUIRE(b.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(net.W[i] == w[i]);
    CHECK(net.b[i] == b[i]);
  }
  CHECK(x == to_vector(golden.at("network").at("x")));
  CHECK(y == to_vector(golden.at("network").at("y")));

  const Sweep s = forward(net, x);
  REQUIRE(s.r.size() == 4);
  CHECK((concatenate(s.v) - concatenate(to_vectors(golden.at("feedforward").at("v")))).norm() < 1e-15);
  CHECK((concatenate(Vectors(s.r.begin() + 1, s.r.end())) -
         concatenate(to_vectors(golden.at("feedforward").at("r"))))
            .norm() < 1e-15);
  const LayeredGradient g = backprop(net, x, y);
  CHECK(g.loss == Approx(golden.at("BP").at("loss").get<double>()).epsilon(1e-14));
  CHECK(relative_error(g.dW, to_matrices(golden.at("BP").at("dW"))) < 1e-14);
  CHECK(relative_error(concatenate(g.db), concatenate(to_vectors(golden.at("BP").at("db")))) < 1e-14);
  CHECK((jacobian(net, s.v) - to_matrix(golden.at("J"))).norm() < 1e-15);
}

TEST_CASE("layered net oracle: gradients of both losses are their finite differences, any activation",
          "[oracle]") {
  for (const OutputError kind : {OutputError::mse, OutputError::cross_entropy}) {
    for (const Activation output : {Activation::linear, Activation::softplus}) {
      auto [net, x, y] = net_n1();
      net.output = output;
      if (kind == OutputError::cross_entropy) y = VectorXd{{0.9, 0.1}};
      const LayeredGradient g = backprop(net, x, y, kind);
      for (std::size_t i = 0; i < net.layers(); ++i) {
        MatrixXd dw(net.W[i].rows(), net.W[i].cols());
        const auto difference = [&](double& entry) {
          const double centre = entry;
          entry = centre + step;
          const double above = loss_at(net, x, y, kind);
          entry = centre - step;
          const double below = loss_at(net, x, y, kind);
          entry = centre;
          return (above - below) / (2.0 * step);
        };
        for (Index k = 0; k < dw.size(); ++k) dw(k) = difference(net.W[i](k));
        VectorXd db(net.b[i].size());
        for (Index k = 0; k < db.size(); ++k) db(k) = difference(net.b[i](k));
        CAPTURE(i);
        CHECK(db.norm() > 1e-3);
        CHECK((g.dW[i] - dw).norm() < fd_bound);
        CHECK((g.db[i] - db).norm() < fd_bound);
        CHECK(g.delta[i] == g.db[i]);
      }
    }
  }
}

TEST_CASE("layered net oracle: J moves the output as a perturbed layer does", "[oracle]") {
  auto [net, x, y] = net_n1();
  net.output = Activation::softplus;
  const MatrixXd j = jacobian(net, forward(net, x).v);
  MatrixXd wanted(2, 9);
  Index column = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (Index k = 0; k < net.b[i].size(); ++k) {  // a bias enters where v is perturbed
      LayeredNet above = net, below = net;
      above.b[i](k) += step;
      below.b[i](k) -= step;
      wanted.col(column++) = (forward(above, x).r.back() - forward(below, x).r.back()) / (2.0 * step);
    }
  }
  REQUIRE(column == 9);
  CHECK(j.norm() > 0.5);
  CHECK((j - wanted).norm() < fd_bound);
}

TEST_CASE("layered net oracle: lists of layers, angles and errors by hand", "[oracle]") {
  const Matrices m{MatrixXd{{1.0, 2.0}, {3.0, 4.0}}, MatrixXd{{5.0, 6.0}}};
  CHECK(concatenate(m) == VectorXd{{1.0, 2.0, 3.0, 4.0, 5.0, 6.0}});
  const Vectors parts = split(VectorXd{{1.0, 2.0, 3.0}}, {2, 1});
  REQUIRE(parts.size() == 2);
  CHECK(parts[0] == VectorXd{{1.0, 2.0}});
  CHECK(parts[1] == VectorXd{{3.0}});
  CHECK(angle_degrees(VectorXd{{1.0, 0.0}}, VectorXd{{2.0, 2.0}}) == Approx(45.0));
  CHECK(angle_degrees(m, scaled(m, -3.0)) == Approx(180.0));
  CHECK(relative_error(scaled(m, 1.25), m) == Approx(0.25));
  CHECK(softmax(VectorXd{{1000.0, 1000.0 + std::numbers::ln2}})(1) == Approx(2.0 / 3.0));
}

TEST_CASE("layered net oracle: refuses shapes that do not chain", "[oracle]") {
  auto [net, x, y] = net_n1();
  CHECK_THROWS_AS(forward(net, y), std::invalid_argument);
  CHECK_THROWS_AS(split(x, {2, 2}), std::invalid_argument);
  CHECK_THROWS_AS(split(x, {2}), std::invalid_argument);
  net.b.pop_back();
  CHECK_THROWS_AS(forward(net, x), std::invalid_argument);
}
