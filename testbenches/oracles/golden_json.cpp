// SPDX-License-Identifier: Apache-2.0
#include "oracles/golden_json.hpp"

#include <fstream>
#include <stdexcept>

#include "oracles/golden.hpp"

namespace leadlag::oracle {

using Eigen::Index;
using nlohmann::json;

namespace {

void expect_list(const json& list) {
  if (!list.is_array() || list.empty()) throw std::runtime_error("golden file: expected a list with entries");
}

}  // namespace

json golden_json(const std::string& file) {
  std::ifstream in(golden_path(file));
  if (!in) throw std::runtime_error(golden_path(file) + ": unreadable");
  return json::parse(in);
}

Eigen::VectorXd to_vector(const json& list) {
  expect_list(list);
  Eigen::VectorXd v(static_cast<Index>(list.size()));
  for (std::size_t i = 0; i < list.size(); ++i) v(static_cast<Index>(i)) = list[i].get<double>();
  return v;
}

Eigen::MatrixXd to_matrix(const json& rows) {
  expect_list(rows);
  Eigen::MatrixXd m(static_cast<Index>(rows.size()), to_vector(rows[0]).size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Eigen::VectorXd row = to_vector(rows[i]);
    if (row.size() != m.cols()) throw std::runtime_error("golden file: rows of different lengths");
    m.row(static_cast<Index>(i)) = row.transpose();
  }
  return m;
}

Vectors to_vectors(const json& layers) {
  expect_list(layers);
  Vectors result;
  for (const json& layer : layers) result.push_back(to_vector(layer));
  return result;
}

Matrices to_matrices(const json& layers) {
  expect_list(layers);
  Matrices result;
  for (const json& layer : layers) result.push_back(to_matrix(layer));
  return result;
}

}  // namespace leadlag::oracle
