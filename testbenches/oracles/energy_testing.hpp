// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>
#include <random>
#include <stdexcept>
#include <vector>

namespace leadlag::oracle {

/// All numbers of nested lists, in their order: what theta is to matrices written row by row.
inline Eigen::VectorXd flat(const nlohmann::json& nested) {
  std::vector<double> numbers;
  const auto collect = [&](const auto& self, const nlohmann::json& part) -> void {
    if (part.is_number()) {
      numbers.push_back(part.get<double>());
      return;
    }
    if (!part.is_array() || part.empty()) throw std::runtime_error("golden file: expected lists of numbers");
    for (const nlohmann::json& entry : part) self(self, entry);
  };
  collect(collect, nested);
  return Eigen::Map<Eigen::VectorXd>(numbers.data(), static_cast<Eigen::Index>(numbers.size()));
}

/// Largest absolute difference; infinite when the lengths differ.
inline double distance(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  return a.size() == b.size() ? (a - b).lpNorm<Eigen::Infinity>() : std::numeric_limits<double>::infinity();
}

/// Standard normal numbers, the same on every platform (Box and Muller).
class Gauss {
 public:
  explicit Gauss(std::uint64_t seed) : random_(seed) {}
  double operator()() {
    const double u = (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53;
    const double v = static_cast<double>(random_() >> 11) * 0x1p-53;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
  }
  Eigen::MatrixXd matrix(Eigen::Index rows, Eigen::Index cols) {
    Eigen::MatrixXd m(rows, cols);
    for (double& value : m.reshaped()) value = (*this)();
    return m;
  }
  Eigen::VectorXd vector(Eigen::Index size) { return matrix(size, 1); }

 private:
  std::mt19937_64 random_;
};

/// Mean and standard deviation of a sample.
struct Sampled {
  double mean = 0.0, deviation = 0.0;
  std::size_t count = 0;
  explicit Sampled(const std::vector<double>& values) : count(values.size()) {
    for (const double v : values) mean += v / static_cast<double>(count);
    for (const double v : values) deviation += (v - mean) * (v - mean) / static_cast<double>(count - 1);
    deviation = std::sqrt(deviation);
  }
  /// Four standard errors of the difference to the mean of `others` draws of the same kind: chance exceeds
  /// it once in 16 000 comparisons.
  double four_errors(std::size_t others) const {
    return 4.0 * deviation * std::sqrt(1.0 / static_cast<double>(count) + 1.0 / static_cast<double>(others));
  }
};

}  // namespace leadlag::oracle
