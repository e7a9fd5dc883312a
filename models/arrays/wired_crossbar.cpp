// SPDX-License-Identifier: Apache-2.0
#include "arrays/wired_crossbar.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace leadlag {
namespace {

double plus(double weight) { return std::max(weight, 0.0); }
double minus(double weight) { return std::max(-weight, 0.0); }

}  // namespace

// Unknowns are the potentials of the crossings; every equation is multiplied by `resistance`, so that a
// segment of wire is 1 and a cell resistance |w|.
NodalCrossbar::NodalCrossbar(const WireTile& tile, std::span<const double> weights)
    : tile_(tile), weights_(weights.begin(), weights.end()) {
  std::vector<Eigen::Triplet<double>> entries;
  const auto conductance = [&](Eigen::Index a, Eigen::Index b, double g) {
    entries.emplace_back(a, a, g), entries.emplace_back(b, b, g);
    entries.emplace_back(std::max(a, b), std::min(a, b), -g);  // the lower triangle is all that is read
  };
  for (std::size_t i = 0; i < tile_.rows; ++i) {
    for (std::size_t j = 0; j < tile_.columns; ++j) {
      const Eigen::Index u = column_node(i, j), p = plus_node(i, j), m = minus_node(i, j);
      if (i == 0) entries.emplace_back(u, u, 1.0);  // to the driver
      if (i > 0) conductance(column_node(i - 1, j), u, 1.0);
      if (j == 0) entries.emplace_back(p, p, 1.0), entries.emplace_back(m, m, 1.0);
      if (j > 0) conductance(plus_node(i, j - 1), p, 1.0), conductance(minus_node(i, j - 1), m, 1.0);
      const double w = weights_[i * tile_.columns + j];
      if (w > 0.0) conductance(u, p, tile_.resistance * w);
      if (w < 0.0) conductance(u, m, tile_.resistance * -w);
    }
  }
  const auto n = static_cast<Eigen::Index>(3 * tile_.rows * tile_.columns);
  Eigen::SparseMatrix<double> matrix(n, n);
  matrix.setFromTriplets(entries.begin(), entries.end());
  factors_.compute(matrix);
  if (factors_.info() != Eigen::Success) throw std::runtime_error("a wired crossbar has no nodal solution");
}

Eigen::VectorXd NodalCrossbar::potentials(std::span<const double> rate, std::span<const double> error) const {
  Eigen::VectorXd currents = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(3 * tile_.rows * tile_.columns));
  for (std::size_t j = 0; j < rate.size(); ++j) currents[column_node(0, j)] = rate[j];
  for (std::size_t i = 0; i < error.size(); ++i) {
    currents[plus_node(i, 0)] = error[i];
    currents[minus_node(i, 0)] = -error[i];
  }
  return factors_.solve(currents);
}

// A wire's current is summed over its cells rather than taken from the drop at its end, which is a small
// difference.
void NodalCrossbar::read(std::span<const double> rate, std::span<double> drive) const {
  const Eigen::VectorXd v = potentials(rate, {});
  for (std::size_t i = 0; i < tile_.rows; ++i) {
    drive[i] = 0.0;
    for (std::size_t j = 0; j < tile_.columns; ++j) {
      const double w = weights_[i * tile_.columns + j], u = v[column_node(i, j)];
      drive[i] += plus(w) * (u - v[plus_node(i, j)]) - minus(w) * (u - v[minus_node(i, j)]);
    }
  }
}

void NodalCrossbar::read_transposed(std::span<const double> error, std::span<double> back) const {
  const Eigen::VectorXd v = potentials({}, error);
  std::fill(back.begin(), back.end(), 0.0);
  for (std::size_t i = 0; i < tile_.rows; ++i) {
    for (std::size_t j = 0; j < tile_.columns; ++j) {
      const double w = weights_[i * tile_.columns + j], u = v[column_node(i, j)];
      back[j] += plus(w) * (v[plus_node(i, j)] - u) + minus(w) * (v[minus_node(i, j)] - u);
    }
  }
}

NodalCrossbar::Power NodalCrossbar::power(std::span<const double> rate, std::span<const double> error) const {
  const Eigen::VectorXd v = potentials(rate, error);
  const auto rate_at = [&](std::size_t j) { return rate.empty() ? 0.0 : rate[j]; };
  const auto error_at = [&](std::size_t i) { return error.empty() ? 0.0 : error[i]; };
  Power p;
  const auto segment = [&](double from, double to) {
    const double drop = from - to;
    p.wires += drop * drop / tile_.resistance;
    return drop / tile_.resistance;
  };
  for (std::size_t i = 0; i < tile_.rows; ++i) {
    for (std::size_t j = 0; j < tile_.columns; ++j) {
      const double u = v[column_node(i, j)], a = v[plus_node(i, j)], b = v[minus_node(i, j)];
      const double w = weights_[i * tile_.columns + j];
      p.cells += plus(w) * (u - a) * (u - a) + minus(w) * (u - b) * (u - b);
      if (i == 0) p.delivered += rate_at(j) * segment(rate_at(j), u);
      if (i > 0) segment(v[column_node(i - 1, j)], u);
      if (j == 0) p.delivered += error_at(i) * (segment(error_at(i), a) - segment(-error_at(i), b));
      if (j > 0) segment(v[plus_node(i, j - 1)], a), segment(v[minus_node(i, j - 1)], b);
    }
  }
  return p;
}

void NodalCrossbar::effective(std::span<double> out) const {
  const bool forward = tile_.columns <= tile_.rows;
  std::vector<double> unit(forward ? tile_.columns : tile_.rows), seen(forward ? tile_.rows : tile_.columns);
  for (std::size_t k = 0; k < unit.size(); ++k) {
    unit[k] = 1.0;
    if (forward) {
      read(unit, seen);
      for (std::size_t i = 0; i < tile_.rows; ++i) out[i * tile_.columns + k] = seen[i];
    } else {
      read_transposed(unit, seen);
      std::copy(seen.begin(), seen.end(), out.begin() + static_cast<std::ptrdiff_t>(k * tile_.columns));
    }
    unit[k] = 0.0;
  }
}

// A ladder from its far end: `beyond` is the conductance that a crossing sees beyond itself and in its own
// cell; the next segment towards the end divides the voltage by 1 + beyond.
WireLoads approximate_wires(const WireTile& tile, std::span<const double> weights, std::span<double> out) {
  const std::size_t rows = tile.rows, columns = tile.columns;
  const double r = tile.resistance;
  WireLoads loads{std::vector<double>(columns, 0.0), std::vector<double>(rows, 0.0)};
  std::vector<double> a(rows * columns), beyond(columns, 0.0);
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = 0; j < columns; ++j) {
      beyond[j] += r * std::abs(weights[i * columns + j]);
      a[i * columns + j] = 1.0 / (1.0 + beyond[j]);
      beyond[j] *= a[i * columns + j];  // in series with the segment
    }
  }
  std::vector<double> b_plus(columns), b_minus(columns);
  std::vector<double>& along = beyond;
  std::fill(along.begin(), along.end(), 1.0);
  for (std::size_t i = 0; i < rows; ++i) {
    const double* const w = &weights[i * columns];
    double beyond_plus = 0.0, beyond_minus = 0.0;
    for (std::size_t j = columns; j-- > 0;) {
      beyond_plus += r * plus(w[j]), beyond_minus += r * minus(w[j]);
      b_plus[j] = 1.0 / (1.0 + beyond_plus), b_minus[j] = 1.0 / (1.0 + beyond_minus);
      beyond_plus *= b_plus[j], beyond_minus *= b_minus[j];
    }
    double on_plus = 1.0, on_minus = 1.0;
    for (std::size_t j = 0; j < columns; ++j) {
      along[j] *= a[i * columns + j], on_plus *= b_plus[j], on_minus *= b_minus[j];
      const double left = w[j] > 0.0 ? on_plus : on_minus;
      out[i * columns + j] = w[j] * along[j] * left;
      loads.column[j] += std::abs(w[j]) * along[j];
      loads.row[i] += std::abs(w[j]) * left;
    }
  }
  return loads;
}

}  // namespace leadlag
